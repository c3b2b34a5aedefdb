"""What the cellar keeps of incidents: timelines, alerts, deliveries, evidence, changes, silences."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tocsin.model.alert import Alert, Delivery
from tocsin.model.change import Change, Silence
from tocsin.model.event import Body, Event
from tocsin.model.evidence import Evidence
from tocsin.model.incident import Incident


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of one incident's chain: what an anchor outside remembers."""

    incident_id: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """An alert with what intake decided.

    `disposition`: opened, joined, repeated, resolved, held, silenced, damped or watched.
    """

    alert: Alert
    disposition: str
    reason: str
    incident_id: str = ""


@dataclass(frozen=True, slots=True)
class KeptDelivery:
    """A delivery and what became of it. `status`: accepted, dead or replayed; `error` is the error's dict when dead."""

    delivery: Delivery
    status: str
    error: dict[str, str] | None = None


class TimelineStore(Protocol):
    """Events of incidents, appended and hash-chained with their projection in the same transaction."""

    def append(self, incident_id: str, body: Body, *, actor: str, at: datetime) -> Event:
        """Chains one more event and updates the incident's projection."""
        ...

    def events(self, incident_id: str, after: int = 0) -> list[Event]:
        """The incident's events with seq above `after`, in order."""
        ...

    def erase_body(self, incident_id: str, seq: int, *, reason: str, actor: str, at: datetime) -> Event:
        """Erases one body for good and chains a BodyErased event that names it."""
        ...

    def heads(self) -> list[Head]:
        """The newest link of every chain."""
        ...


class IncidentStore(Protocol):
    """The projection: incidents as their events tell them, searchable."""

    def get(self, incident_id: str) -> Incident | None: ...

    def recent(
        self, *, open_only: bool = False, since: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> list[Incident]:
        """Newest declared first; `since` is about `updated_at`."""
        ...

    def reviewed(self, limit: int = 500) -> list[Incident]:
        """Those whose post-mortem is approved, newest declared first."""
        ...

    def open_heads(self) -> dict[str, int]:
        """How long the timeline of each incident is that a response attends to: those that are open, and those whose last
        words are not out. Cheap enough to ask several times a second."""
        ...


class AlertStore(Protocol):
    """Alerts as received, and what was decided about each."""

    def put(self, kept: KeptAlert) -> bool:
        """Keeps it; False when this very occurrence (`Alert.occurrence`) is already kept, and then nothing changes."""
        ...

    def redecide(self, alert_id: str, disposition: str, reason: str, incident_id: str = "") -> None:
        """Changes the decision on a kept alert (a silence ended, a held group opened)."""
        ...

    def by_fingerprint(self, source: str, fingerprint: str, *, since: datetime) -> list[KeptAlert]:
        """That condition's notifications since then, newest first."""
        ...

    def opening_labels(self, incident_ids: Collection[str]) -> dict[str, Mapping[str, str]]:
        """The labels of the alert that opened each of these incidents, in one look; the newest where several did."""
        ...

    def recent(
        self,
        *,
        since: datetime | None = None,
        disposition: str = "",
        incident_id: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> list[KeptAlert]:
        """Newest received first."""
        ...


class DeliveryStore(Protocol):
    """Raw bodies as they arrived, dead letters among them."""

    def put(self, kept: KeptDelivery) -> None:
        """Keeps or replaces by delivery id."""
        ...

    def get(self, delivery_id: str) -> KeptDelivery | None: ...

    def dead(self, limit: int = 100) -> list[KeptDelivery]:
        """Newest first."""
        ...

    def trim_dead(self, most: int, most_bytes: int) -> int:
        """Forgets the oldest dead letters beyond a number and a sum of body bytes; says how many went."""
        ...


class EvidenceStore(Protocol):
    """Tool answers of an incident."""

    def put(self, incident_id: str, evidence: Evidence) -> None: ...

    def get(self, evidence_id: str) -> Evidence | None: ...

    def owner(self, evidence_id: str) -> str:
        """The incident it belongs to; "" when it is not kept."""
        ...

    def of(self, incident_id: str) -> list[Evidence]:
        """In order of collection."""
        ...


class ChangeStore(Protocol):
    """Changes reported to us."""

    def put(self, change: Change) -> bool:
        """False when that id is already kept."""
        ...

    def between(self, start: datetime, end: datetime, services: Sequence[str] = ()) -> list[Change]:
        """Newest first; no services means all."""
        ...


class SilenceStore(Protocol):
    """Quiet times."""

    def put(self, silence: Silence) -> None:
        """Keeps or replaces by id."""
        ...

    def all(self) -> list[Silence]: ...

    def remove(self, silence_id: str) -> bool: ...
