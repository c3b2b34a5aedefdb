"""Section `review` of the configuration, and what the stage goes by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import Field

from tocsin.guard.attempt import PeopleRules
from tocsin.model.acts import Seat
from tocsin.model.catalogue import Catalogue
from tocsin.model.ground import Severity, Value
from tocsin.model.incident import Incident
from tocsin.model.update import Audience
from tocsin.roles.analysts.routing import BusinessHours

NOTICE = timedelta(hours=2)
"""Nobody is asked to a meeting sooner than this."""


class ReviewSettings(Value):
    """What comes after the all-clear. When the post-mortem must be is `people.post_mortem_hours`."""

    name_people: bool = False
    """True: the document names people; otherwise it names their roles."""
    owner: str = "oncall:primary"
    """Who leads it where there was no commander and the service has no owner."""
    meeting_minutes: int = Field(default=60, ge=5, le=480)
    detection_minutes: float = Field(default=5, gt=0, le=1440)
    """A longer time from the first symptom to the declaration is late, and worth an action item."""
    item_days: dict[Severity, int] = Field(
        default_factory=lambda: {Severity.SEV1: 7, Severity.SEV2: 14, Severity.SEV3: 30, Severity.SEV4: 60}
    )
    """How long an action item that the timeline asks for may take."""
    tracker: str = ""
    """Where open items go when the post-mortem is approved, by the name of its setting; "" for nowhere by themselves."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the stage goes by."""

    settings: ReviewSettings
    catalogue: Catalogue
    hours: BusinessHours = field(default_factory=BusinessHours)
    wanted_by: Callable[[Severity | None, datetime], datetime | None] = PeopleRules().post_mortem_at
    """The latest time for the post-mortem of an incident of that severity that was over then."""
    trackers: tuple[str, ...] = ()
    """The configured trackers by name."""
    channels: Mapping[Audience, tuple[str, ...]] = field(default_factory=dict)
    """The configured channels that reach each audience."""
    leaves: Callable[[Incident], bool] = lambda _: True
    """Whether anything of an incident may leave the house: in mode observe, and of a drill, nothing does."""
    link: Callable[[str], str] = lambda _: ""
    """Where people look at an incident; "" when nobody said where that is."""

    def meeting(self, incident: Incident) -> datetime | None:
        """When to hold it: as a person said, else the last working hour in which it is not too late."""
        latest, over = incident.post_mortem_at, incident.resolved_at
        if latest is None or over is None or latest != self.wanted_by(incident.severity, over):
            return latest
        length = timedelta(minutes=self.settings.meeting_minutes)
        return self.hours.latest(over + NOTICE, latest, length) or latest

    def owner(self, incident: Incident) -> str:
        """Who leads the post-mortem: the commander, else the service's owner."""
        return incident.seats.get(Seat.COMMANDER, "") or self.team(incident)

    def team(self, incident: Incident) -> str:
        """Who looks after the service."""
        known = self.catalogue.find(incident.service) if incident.service else None
        return (known.owner if known else "") or self.settings.owner

    def item_due(self, incident: Incident, now: datetime) -> datetime:
        """By when an action item that the timeline asks for is done."""
        return now + timedelta(days=self.settings.item_days.get(incident.severity or Severity.SEV4, 30))
