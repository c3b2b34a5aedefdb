"""The shapes of the JSON API that are not nouns of the house: what hooks answer, lists, errors. Every route names one of them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from tocsin.errors import DataError
from tocsin.model.alert import Alert
from tocsin.model.change import Change, Silence
from tocsin.model.event import Event
from tocsin.model.ground import IncidentType, Severity, Time, Value
from tocsin.model.incident import Incident
from tocsin.model.state import State
from tocsin.ports import KeptAlert, KeptDelivery, Parcel
from tocsin.stages.intake import Decision
from tocsin.stages.intake.matching import Matchers


class Problem(BaseModel):
    """Every error: a stable code, what happened, what to do. `delivery` names the dead letter that was kept."""

    code: str
    what: str
    do: str
    delivery: str | None = None


class Decided(BaseModel):
    """What became of one alert."""

    id: str
    disposition: str
    reason: str
    incident: str
    replayed: bool = False

    @classmethod
    def of(cls, one: Decision) -> "Decided":
        """From intake's decision."""
        return cls(
            id=one.alert.id,
            disposition=one.disposition,
            reason=one.reason,
            incident=one.incident_id,
            replayed=one.replayed,
        )


class Delivered(BaseModel):
    """A delivery that is committed: its alerts in order, and the incidents it declared."""

    delivery: str
    alerts: list[Decided]
    incidents: list[str] = Field(default_factory=list)


class KeptChange(BaseModel):
    """A change, and whether it was news."""

    change: Change
    new: bool


class ChangesDelivered(BaseModel):
    """A delivery of changes that is committed."""

    delivery: str
    changes: list[KeptChange]


class SilencesDelivered(BaseModel):
    """Alertmanager's silences as taken over, and why others were not."""

    kept: list[str]
    refused: list[str]


class IncidentLine(BaseModel):
    """One incident in a list."""

    id: str
    state: State
    title: str
    service: str
    environment: str
    severity: Severity | None
    type: IncidentType | None
    started_at: datetime | None
    declared_at: datetime | None
    updated_at: datetime | None
    alerts: int
    open_alerts: int

    @classmethod
    def of(cls, one: Incident) -> "IncidentLine":
        """From the incident."""
        same = cls.model_fields.keys() - {"alerts", "open_alerts"}
        firing = set(one.alert_ids) - set(one.resolved_alert_ids)
        return cls(**{name: getattr(one, name) for name in same}, alerts=len(one.alert_ids), open_alerts=len(firing))


class Incidents(BaseModel):
    """A page of incidents, newest declared first; `next_offset` is None on the last page."""

    incidents: list[IncidentLine]
    next_offset: int | None = None


class IncidentWhole(BaseModel):
    """An incident and its timeline."""

    incident: Incident
    timeline: list[Event]


class AlertLine(BaseModel):
    """A kept alert and what was decided about it."""

    alert: Alert
    disposition: str
    reason: str
    incident: str

    @classmethod
    def of(cls, kept: KeptAlert) -> "AlertLine":
        """From the store."""
        return cls(alert=kept.alert, disposition=kept.disposition, reason=kept.reason, incident=kept.incident_id)


class Alerts(BaseModel):
    """A page of alerts, newest received first."""

    alerts: list[AlertLine]
    next_offset: int | None = None


class DeadLetter(BaseModel):
    """A refused delivery; the body as text, with bytes that are no UTF-8 replaced."""

    id: str
    source: str
    received_at: datetime
    bytes: int
    sha256: str
    headers: dict[str, str]
    error: dict[str, Any]
    body: str

    @classmethod
    def of(cls, kept: KeptDelivery) -> "DeadLetter":
        """From the store; a list shows the beginning of the body."""
        one = kept.delivery
        return cls(
            id=one.id,
            source=one.source,
            received_at=one.received_at,
            bytes=len(one.body),
            sha256=one.sha256,
            headers=one.headers,
            error=kept.error or {},
            body=one.body[:2000].decode(errors="replace"),
        )


class DeadLetters(BaseModel):
    """Refused deliveries, newest first."""

    deadletters: list[DeadLetter]


class Undelivered(BaseModel):
    """Something that has not left the house: how it stands, and what the receiver said last. Not what it says."""

    key: str
    incident: str
    receiver: str
    status: str
    attempts: int
    decided_at: Time
    next_at: Time | None
    error: str

    @classmethod
    def of(cls, parcel: Parcel) -> "Undelivered":
        """From the outbox."""
        return cls(
            key=parcel.key,
            incident=parcel.incident_id,
            receiver=parcel.receiver,
            status=parcel.status,
            attempts=parcel.attempts,
            decided_at=parcel.decided_at,
            next_at=parcel.next_at,
            error=parcel.error,
        )


class Outbox(BaseModel):
    """What has not left the house, newest decision first."""

    parcels: list[Undelivered]


class NewSilence(Value):
    """A silence as people ask for it. `starts_at` is now when it is not given."""

    matchers: Matchers
    starts_at: Time | None = None
    ends_at: Time
    reason: str = Field(min_length=1, max_length=1000)
    created_by: str = Field(default="", max_length=200)
    """Whose wish it is; whoever asks, when it is not given."""

    def silence(self, name: str, now: datetime, by: str) -> Silence:
        """The silence of that name. Raises DataError when it would end before it starts."""
        starts = self.starts_at or now
        if self.ends_at <= starts:
            raise DataError("the silence ends before it starts.", "Give an `ends_at` that is later.")
        return Silence(
            id=name,
            matchers=self.matchers,
            starts_at=starts,
            ends_at=self.ends_at,
            reason=self.reason,
            created_by=self.created_by or by,
        )


class Silences(BaseModel):
    """All silences, over ones too."""

    silences: list[Silence]


class Health(BaseModel):
    """`ok` means: the store answers. The rest is told to those who hold the token."""

    status: str
    connectors: dict[str, str] | None = None
    outbox: dict[str, str] | None = None
    """Receivers that something did not reach, each with how much and since when."""
