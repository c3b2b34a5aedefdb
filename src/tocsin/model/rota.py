"""On call: who is it now. Rotas with shifts, overrides and time zones, as people write them. Pure; asked by paging."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from tocsin.model.ground import Time, Value


class Override(Value):
    """Somebody else, for a while."""

    person: str = Field(min_length=1)
    starts_at: Time
    ends_at: Time

    @model_validator(mode="after")
    def _lasts(self) -> "Override":
        if self.ends_at <= self.starts_at:
            raise ValueError("`ends_at` must be later than `starts_at`")
        return self


class Rota(Value):
    """People who take turns. `since` is a day on which the first of them took over; each has it for `days` days.

    Turns change at `handover`, local time of `timezone`, so a turn keeps its hour when the clocks change.
    """

    name: str = Field(min_length=1)
    people: tuple[str, ...] = Field(min_length=1)
    since: str = Field(default="2026-01-05", pattern=r"^\d{4}-\d{2}-\d{2}$")
    days: int = Field(default=7, ge=1, le=60)
    handover: time = time(9)
    timezone: str = "UTC"
    overrides: tuple[Override, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError("no such time zone; write one such as Europe/Berlin") from unknown
        return name

    def person(self, now: datetime) -> str:
        """Who has it at that moment; the latest override that covers it wins."""
        covering = [one for one in self.overrides if one.starts_at <= now < one.ends_at]
        return covering[-1].person if covering else self.people[self._turn(now) % len(self.people)]

    def until(self, now: datetime) -> datetime:
        """When the regular turn that covers `now` ends, in UTC."""
        zone = ZoneInfo(self.timezone)
        first = datetime.fromisoformat(self.since).date()
        day = first + timedelta(days=(self._turn(now) + 1) * self.days)
        return datetime.combine(day, self.handover, zone).astimezone(UTC)

    def _turn(self, now: datetime) -> int:
        """How many turns have passed; negative before `since`."""
        local = now.astimezone(ZoneInfo(self.timezone))
        first = datetime.fromisoformat(self.since).date()
        day = local.date() if local.time() >= self.handover else local.date() - timedelta(days=1)
        return (day - first).days // self.days


class OnCall(Value):
    """Section `oncall`: the rotas, the order of escalation, who is who, and how long an answer may take.

    `escalation` names rotas, first to be called first; after the last one everybody is called. `directory` says who holds a
    role such as `vp-engineering`. `services` gives a service its own escalation.
    """

    rotas: tuple[Rota, ...] = ()
    escalation: tuple[str, ...] = ()
    services: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    directory: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    chat: bool = False
    """Set by `app`: somebody is configured who can post to channels."""
    acknowledge_minutes: float = Field(default=5, gt=0, le=120)
    approval_minutes: float = Field(default=5, gt=0, le=120)
    """After so long without an answer, approvers are called."""

    @model_validator(mode="after")
    def _agrees(self) -> "OnCall":
        known = {rota.name for rota in self.rotas}
        if len(known) != len(self.rotas):
            raise ValueError("two rotas have the same name")
        for where, names in (
            ("escalation", self.escalation),
            *((f"services.{k}", v) for k, v in self.services.items()),
        ):
            for name in names:
                if name not in known:
                    raise ValueError(f"`{where}` names a rota {name!r} that does not exist")
        return self

    def levels(self, service: str = "") -> tuple[Rota, ...]:
        """The rotas to be called for a service, in order."""
        named = {rota.name: rota for rota in self.rotas}
        chosen = self.services.get(service) or self.escalation or tuple(named)
        return tuple(named[name] for name in chosen)

    def who(self, target: str, now: datetime, service: str = "") -> tuple[str, ...]:
        """The people behind a target: `oncall:primary` (the first level), `oncall:2`, `oncall:ROTA`, `oncall:all`, `role:NAME`.

        A target that is none of these is taken for a person or a channel and returned as it is.
        """
        kind, _, name = target.partition(":")
        if kind == "role":
            return self.directory.get(name, ())
        if kind != "oncall":
            return (target,)
        levels = self.levels(service)
        if name == "all":
            return tuple(dict.fromkeys(rota.person(now) for rota in (*levels, *self.rotas)))
        if name == "primary":
            return tuple(rota.person(now) for rota in levels[:1])
        if name.isdigit():
            return tuple(rota.person(now) for rota in levels[int(name) - 1 : int(name)])
        return tuple(rota.person(now) for rota in self.rotas if rota.name == name)
