"""The rules of intake as people configure them: section `intake`. Read by the other modules here; decides nothing itself."""

from datetime import datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt, field_validator, model_validator

from tocsin.model.alert import AlertSeverity
from tocsin.model.ground import Time, Value
from tocsin.stages.intake.matching import Matchers

Minutes = PositiveFloat
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SameService(Value):
    """The alert names a service that an alert of the incident named, too."""

    rule: Literal["same_service"]
    within_minutes: Minutes


class Neighbour(Value):
    """The catalogue says that the alert's service calls, or is called by, a service of the incident."""

    rule: Literal["neighbour"]
    within_minutes: Minutes


class SameLabels(Value):
    """The alert has the same values of all these labels as the alert that opened the incident."""

    rule: Literal["same_labels"]
    labels: tuple[str, ...] = Field(min_length=1)
    within_minutes: Minutes


class CommonCause(Value):
    """By the catalogue's calls, one service may be the cause of this alert and of at least half of the incident's services.

    It is one of them, or one that nobody heard of and that most of its callers, at least three, now miss.
    """

    rule: Literal["common_cause"]
    within_minutes: Minutes


CorrelationRule = Annotated[SameService | Neighbour | CommonCause | SameLabels, Field(discriminator="rule")]


class Watched(Value):
    """What is kept and shown but never opens an incident."""

    severities: tuple[AlertSeverity, ...] = ()
    heartbeats: tuple[Matchers, ...] = ()
    """Alerts that say "I am alive", such as Prometheus' Watchdog. `watch` sees to it that they keep coming."""


class Flapping(Value):
    """So many changes of status of one condition within the time open nothing new."""

    changes: int = Field(default=6, ge=2)
    within_minutes: Minutes = 30


class Hold(Value):
    """Alerts that match open an incident only once `count` of them came within the time."""

    matchers: Matchers
    count: int = Field(ge=2)
    within_minutes: Minutes


class Weekly(Value):
    """The same hours of the same days, every week, in UTC."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = Field(min_length=1)
    start: time
    minutes: int = Field(gt=0, le=7 * 24 * 60)

    @field_validator("start")
    @classmethod
    def _utc_only(cls, start: time) -> time:
        if start.tzinfo is not None and start.utcoffset() != timedelta(0):
            raise ValueError("the start is a time of day in UTC, without another offset")
        return start.replace(tzinfo=None)

    def covers(self, moment: datetime) -> bool:
        """True when one of the weekly windows is open at that moment."""
        return any(self._opened(moment, back) for back in range(8))

    def _opened(self, moment: datetime, days_ago: int) -> bool:
        day = (moment - timedelta(days=days_ago)).date()
        begins = datetime.combine(day, self.start, tzinfo=moment.tzinfo)
        return _DAYS[day.weekday()] in self.days and begins <= moment < begins + timedelta(minutes=self.minutes)


class Maintenance(Value):
    """A planned quiet time: once (`starts_at` to `ends_at`) or `weekly`."""

    name: str = Field(min_length=1)
    matchers: Matchers
    starts_at: Time | None = None
    ends_at: Time | None = None
    weekly: Weekly | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Maintenance":
        once = self.starts_at is not None and self.ends_at is not None
        if once == (self.weekly is not None) or (self.starts_at is None) != (self.ends_at is None):
            raise ValueError("give either `starts_at` and `ends_at`, or `weekly`")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("`ends_at` must be later than `starts_at`")
        return self

    def covers(self, moment: datetime) -> bool:
        """True while the window is open."""
        if self.weekly is not None:
            return self.weekly.covers(moment)
        return self.starts_at is not None and self.ends_at is not None and self.starts_at <= moment < self.ends_at


class IntakeRules(Value):
    """Section `intake`. What the defaults say stands, with reasons, in `defaults.yaml`."""

    correlation: tuple[CorrelationRule, ...] = ()
    watched: Watched = Watched()
    flapping: Flapping = Flapping()
    hold: tuple[Hold, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    alertmanager_sources: tuple[str, ...] = ("alertmanager",)
    """Whose alerts Alertmanager's silences may quiet; those of other systems they never touch."""
    timeless_repeat_minutes: Minutes = 5
    memory_days: PositiveFloat = 7
    listed_joins: PositiveInt = 500

    @property
    def memory(self) -> timedelta:
        """How far back a condition's earlier notifications are looked for."""
        return timedelta(days=self.memory_days)

    @property
    def widest_window(self) -> timedelta:
        """No incident that was quiet for longer than this can be joined."""
        return timedelta(minutes=max((rule.within_minutes for rule in self.correlation), default=0))
