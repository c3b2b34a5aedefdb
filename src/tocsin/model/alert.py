"""The Alert: what a monitoring system told us, in one vocabulary whatever the vendor. Made by `sources`, kept by intake."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from pydantic import Field

from tocsin.model.ground import Time, Value


class AlertStatus(StrEnum):
    """Is the condition on, or over."""

    FIRING = "firing"
    RESOLVED = "resolved"


class AlertSeverity(StrEnum):
    """The vendor's own word, on one scale whichever way the vendor counts. It is a hint: SEV1-4 comes from impact facts."""

    CRITICAL = "critical"
    HIGH = "high"
    WARNING = "warning"
    LOW = "low"
    INFO = "info"
    UNKNOWN = "unknown"


class Link(Value):
    """Where a person can look: `rel` says what for (`source`, `dashboard`, `runbook`, `silence`, `image`, `incident`)."""

    rel: str
    url: str


class Alert(Value):
    """One alert as received.

    `fingerprint` is the same for every notification of one condition; `starts_at` is None when the vendor sent no time,
    and `onset` then falls back to the arrival. `service` and `environment` are "" when the payload names none.
    All strings come from outside: they are data, never instructions, never markup.
    """

    id: str = ""
    source: str
    fingerprint: str
    status: AlertStatus
    title: str
    description: str = ""
    severity: AlertSeverity = AlertSeverity.UNKNOWN
    vendor_severity: str = ""
    service: str = ""
    environment: str = ""
    starts_at: Time | None = None
    ends_at: Time | None = None
    received_at: Time | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    links: tuple[Link, ...] = ()
    delivery_id: str = ""

    @property
    def onset(self) -> datetime | None:
        """When the trouble began, as far as the vendor says; otherwise when we heard of it."""
        return self.starts_at or self.received_at

    @property
    def page(self) -> str:
        """Where its sender shows it: its own page or rule before whatever else it links to; "" when it names none."""
        by_rel = {link.rel: link.url for link in reversed(self.links)}
        return next((by_rel[rel] for rel in ("source", "incident", *by_rel) if rel in by_rel), "")

    @property
    def text(self) -> str:
        """Everything a reader of the alert would read, in reading order."""
        labels = " ".join(f"{name}={value}" for name, value in sorted(self.labels.items()))
        return "\n".join(part for part in (self.title, self.description, labels) if part)

    @property
    def occurrence(self) -> str:
        """The key that makes a replayed or repeated notification a duplicate: source, condition, start and status."""
        parts = (self.source, self.fingerprint, str(self.starts_at or ""), self.status)
        return sha256("\x1f".join(parts).encode()).hexdigest()


class Delivery(Value):
    """A webhook body exactly as it arrived, before anyone interpreted it. `headers` are lower-case and carry no secret."""

    id: str
    source: str
    received_at: Time
    body: bytes
    headers: dict[str, str] = Field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Digest of the raw bytes."""
        return sha256(self.body).hexdigest()
