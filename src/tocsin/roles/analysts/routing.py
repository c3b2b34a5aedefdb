"""Routing: who is told per severity, which specialist per type, and when a small thing is due. Configuration section `routing`.

Pure. Read by the router; `catalogue_of` also guards the catalogue that people write.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from tocsin.config import Config
from tocsin.errors import ConfigError
from tocsin.model.catalogue import Catalogue
from tocsin.model.ground import IncidentType, Severity, Value

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class BusinessHours(Value):
    """When a task may be due. `hours` of work are given for it, counted within the working time."""

    timezone: str = "UTC"
    days: tuple[str, ...] = DAYS[:5]
    start: time = time(9)
    end: time = time(17)
    hours: float = Field(default=8, gt=0, le=400)

    @field_validator("timezone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError("no such time zone; write one such as Europe/Berlin") from unknown
        return name

    @field_validator("days")
    @classmethod
    def _are_days(cls, days: tuple[str, ...]) -> tuple[str, ...]:
        if not days or set(days) - set(DAYS):
            raise ValueError(f"working days are some of {', '.join(DAYS)}")
        return days

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "BusinessHours":
        if self.start >= self.end:
            raise ValueError("`start` must be before `end`")
        return self

    def due(self, now: datetime) -> datetime:
        """The end of `hours` of working time from `now`, in UTC."""
        zone, left = ZoneInfo(self.timezone), timedelta(hours=self.hours)
        day = now.astimezone(zone).date()
        while True:
            opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in (self.start, self.end))
            begins = max(opens, now.astimezone(UTC))
            if DAYS[day.weekday()] in self.days and begins < closes:
                if closes - begins >= left:
                    return begins + left
                left -= closes - begins
            day += timedelta(days=1)

    def latest(self, first: datetime, last: datetime, length: timedelta) -> datetime | None:
        """The latest full hour of working time from `first` to `last` at which something of that length can begin, in UTC."""
        zone, day = ZoneInfo(self.timezone), last.astimezone(ZoneInfo(self.timezone)).date()
        while day >= first.astimezone(zone).date():
            opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in (self.start, self.end))
            begins = min(closes - length, last).replace(minute=0, second=0, microsecond=0)
            if DAYS[day.weekday()] in self.days and begins >= max(opens, first):
                return begins
            day -= timedelta(days=1)
        return None


class Routing(Value):
    """Section `routing`: names as your pager and chat know them."""

    notify: dict[Severity, tuple[str, ...]]
    specialists: dict[IncidentType, str]
    owner: str = Field(default="oncall:primary", min_length=1)
    """Who gets the task of a SEV4 whose service names no owner."""
    business_hours: BusinessHours = BusinessHours()

    @model_validator(mode="after")
    def _complete(self) -> "Routing":
        for wanted, given, name in ((Severity, self.notify, "notify"), (IncidentType, self.specialists, "specialists")):
            missing = [str(one) for one in wanted if one not in given]
            if missing:
                raise ValueError(f"`{name}` says nothing of {', '.join(missing)}")
        return self


def catalogue_of(config: Config) -> Catalogue:
    """Section `catalogue`, checked: each name once, each dependency a service that is listed. Circles are fine, they exist.

    Raises errors.ConfigError with the path of the first mistake.
    """
    catalogue = config.section("catalogue", Catalogue)
    _names_once(catalogue)
    for index, service in enumerate(catalogue.services):
        for at, name in enumerate(service.depends_on):
            if catalogue.find(name) is None:
                path = f"catalogue.services[{index}].depends_on[{at}]"
                raise ConfigError(
                    path, f"no service is called {name!r}.", "List it under `services`, or correct the name."
                )
    return catalogue


def _names_once(catalogue: Catalogue) -> None:
    owner_of: dict[str, str] = {}
    for index, service in enumerate(catalogue.services):
        places = [("name", service.name), *((f"aliases[{at}]", alias) for at, alias in enumerate(service.aliases))]
        for place, name in places:
            path = f"catalogue.services[{index}].{place}"
            if not name.strip():
                raise ConfigError(path, "a service needs a name.", "Write one.")
            other = owner_of.setdefault(name.lower(), path)
            if other != path:
                raise ConfigError(path, f"{name!r} is already used at {other}.", "Give each service its own names.")
