"""Cadence: how often each audience hears of an incident, and what each message may promise. Pure, as people write it.

Section `cadence` of the configuration. Asked by the clock (`stages.cadence`) for what is due, and by whoever writes a
message for the promise that stands in it. It decides rhythms and rows; it never looks at a clock and sends nothing.
"""

from datetime import datetime, timedelta

from pydantic import Field, field_validator

from tocsin.model.ground import IncidentType, Severity, Value
from tocsin.model.incident import Incident
from tocsin.model.update import FOR_CUSTOMERS, Audience

Minutes = dict[Severity, int | None]


class ActivationRow(Value):
    """One row of the table that says when an incident needs a communications lead. Every condition that is written must hold."""

    rule: str = Field(min_length=3)
    severity: tuple[Severity, ...] = ()
    """Empty: any."""
    customer_visible: bool = False
    """Customers notice it."""
    minutes: float = Field(default=0, ge=0)
    """It has lasted longer than this, or is expected to."""
    leader: bool = False
    """A leader has joined, or asks for news."""
    asks: int = Field(default=0, ge=0)
    """The commander was asked for news so often..."""
    within_minutes: float = Field(default=10, gt=0)
    """...within this time."""


class Rooms(Value):
    """Which configured channels open a room of its own for an incident, and from which severities on."""

    channels: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = (Severity.SEV1, Severity.SEV2, Severity.SEV3)


class Reminders(Value):
    """When a message that is due and not out is spoken of, in minutes before and after it is due."""

    before_minutes: float = Field(default=3, ge=0, le=60)
    """So long before, whoever reviews it is reminded; at its time the commander is called."""
    next_minutes: float = Field(default=2, gt=0, le=60)
    """So long after, the next level on call is."""
    missed_minutes: float = Field(default=5, gt=0, le=120)
    """So long after, it is recorded as missed."""


class Cadence(Value):
    """Section `cadence`."""

    every: dict[Audience, Minutes] = Field(default_factory=dict)
    """Minutes between two updates, by audience and severity. 0: on change only. Not named, or null: none."""
    on_change_minutes: int = Field(default=60, ge=5, le=1440)
    """What a message of an audience that hears on change promises at the latest."""
    first_minutes: Minutes = Field(default_factory=dict)
    """From declaration to the first notice for customers."""
    target_minutes: float = Field(default=5, ge=0, le=120)
    """When whoever reviews that first notice is reminded of it."""
    lead_minutes: float = Field(default=5, ge=0, le=120)
    """So long before it is due a draft lies before its reviewer."""
    by_itself: tuple[Audience, ...] = ()
    """Audiences whose messages go out without a review."""
    by_itself_lead_minutes: float = Field(default=1, ge=0, le=60)
    """So long before they are due those are written and go out."""
    settle_seconds: int = Field(default=60, ge=0, le=3600)
    """News does not make a message anew more often than this."""
    final_minutes: float = Field(default=15, gt=0, le=1440)
    """From the all-clear to the last message of whoever heard of the incident."""
    reminders: Reminders = Reminders()
    role: str = "communications-lead"
    """The role of `oncall.directory` whose people lead communication."""
    leaders: tuple[str, ...] = ()
    """Roles of `oncall.directory` that are leadership."""
    activation: tuple[ActivationRow, ...] = ()
    rooms: Rooms = Rooms()

    @field_validator("by_itself")
    @classmethod
    def _reviewed(cls, value: tuple[Audience, ...]) -> tuple[Audience, ...]:
        if told := FOR_CUSTOMERS & set(value):
            raise ValueError(
                f"what customers hear is always reviewed by a person; take {' and '.join(sorted(told))} out"
            )
        return value

    def minutes(self, incident: Incident, audience: Audience) -> int | None:
        """Minutes between two updates for that audience now: as a person set it, else by severity. 0: on change; None: none."""
        if audience in incident.narrative.cadence:
            return incident.narrative.cadence[audience]
        known = self.every.get(audience, {})
        return known.get(incident.severity) if incident.severity else None

    def interval(self, incident: Incident, audience: Audience) -> timedelta:
        """How long what is said now may stand until the next word."""
        return timedelta(minutes=self.minutes(incident, audience) or self.on_change_minutes)

    def promise(self, incident: Incident, audience: Audience, now: datetime) -> datetime | None:
        """When a message written now says that the next one comes; None once the incident is over."""
        return now + self.interval(incident, audience) if incident.is_open else None

    def serves(self, incident: Incident, audience: Audience) -> bool:
        """Is that audience told of this incident at all?"""
        told = incident.narrative
        if audience in told.engaged or told.last(audience):
            return True
        if self.minutes(incident, audience) is None:
            return False
        match audience:
            case Audience.CHANNEL:
                return True
            case Audience.INTERNAL:
                return not incident.is_restricted
            case Audience.EXTERNAL:
                return not incident.is_restricted or told.data_access is not None
            case Audience.SECURITY:
                return incident.type is IncidentType.SECURITY
            case Audience.EXECUTIVE | Audience.SUPPORT:
                return False

    def alone(self, incident: Incident, audience: Audience) -> bool:
        """Do its messages go out by themselves? Of a restricted incident only those that stay with whoever may see it."""
        kept = audience in (Audience.CHANNEL, Audience.SECURITY)
        return audience in self.by_itself and (kept or not incident.is_restricted)
