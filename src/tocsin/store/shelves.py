"""What the store in memory keeps, and nothing that acts on it. Used by `memory` and its parts."""

from dataclasses import dataclass, field, fields

from tocsin.errors import StoreError
from tocsin.model.action import Stop
from tocsin.model.change import Change, Silence
from tocsin.model.evidence import Evidence
from tocsin.model.identity import Token
from tocsin.model.incident import Incident
from tocsin.model.maintenance import Maintenance
from tocsin.model.subscriber import Subscriber
from tocsin.ports import KeptAlert, KeptAnswer, KeptDelivery, KeptDocument, Key, Parcel, Worker
from tocsin.store.timeline import EventRow


@dataclass(slots=True)
class Shelves:
    """Everything kept, as mappings of values that never change; copying the mappings copies the store."""

    events: dict[str, tuple[EventRow, ...]] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    alerts: dict[str, KeptAlert] = field(default_factory=dict)
    alert_ids: dict[str, str] = field(default_factory=dict)
    deliveries: dict[str, KeptDelivery] = field(default_factory=dict)
    evidence: dict[str, tuple[str, Evidence]] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    steps: dict[str, frozenset[str]] = field(default_factory=dict)
    workers: dict[str, Worker] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    answers: dict[str, KeptAnswer] = field(default_factory=dict)
    stops: dict[int, Stop] = field(default_factory=dict)
    outbox: dict[str, Parcel] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    maintenances: dict[str, Maintenance] = field(default_factory=dict)
    documents: dict[str, KeptDocument] = field(default_factory=dict)
    writable: bool = True

    def copy(self) -> "Shelves":
        """Independent shelves that hold the same values."""
        mappings = {one.name: dict(getattr(self, one.name)) for one in fields(self) if one.name != "writable"}
        return Shelves(**mappings, writable=True)

    def writing(self) -> None:
        """Raises StoreError inside a read, as a read-only connection would."""
        if not self.writable:
            raise StoreError("the store may only be read here.", "Use `write`.", code="TCS-STORE-READONLY")
