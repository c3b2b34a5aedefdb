"""The status page at one moment: a fold of bulletins, approved maintenance windows and public names. Pure.

Read by the pages, the JSON and the feeds of `web.statuspage`; there is nothing else that they could show.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from tocsin.model.bulletin import Bulletin, status_in
from tocsin.model.component import ComponentStatus, Impact
from tocsin.model.ground import Time, Value
from tocsin.model.maintenance import AT_WORK, Maintenance, MaintenanceStage

_DAY = timedelta(days=1)
_DOWN = frozenset({ComponentStatus.PARTIAL, ComponentStatus.MAJOR})
_IMPACT = {
    ComponentStatus.OPERATIONAL: Impact.NONE,
    ComponentStatus.MAINTENANCE: Impact.MAINTENANCE,
    ComponentStatus.DEGRADED: Impact.MINOR,
    ComponentStatus.PARTIAL: Impact.MAJOR,
    ComponentStatus.MAJOR: Impact.CRITICAL,
}
DESCRIPTIONS = {
    Impact.NONE: "All Systems Operational",
    Impact.MAINTENANCE: "Service Under Maintenance",
    Impact.MINOR: "Partially Degraded Service",
    Impact.MAJOR: "Partial System Outage",
    Impact.CRITICAL: "Major System Outage",
}


class Spell(Value):
    """A time in which a component was not operational, as customers were told."""

    status: ComponentStatus
    since: Time
    until: Time


class Day(Value):
    """One day of a component: the worst that was said; None where no page was kept yet. Minutes count outages only."""

    date: date
    status: ComponentStatus | None
    down_minutes: int = 0


class Component(Value):
    """One component: how it is, and its last days, oldest first. `uptime` is the share of the time on record without an outage."""

    name: str
    status: ComponentStatus
    days: tuple[Day, ...]
    uptime: float | None


class StatusPage(Value):
    """All there is to show. Bulletins are newest first; maintenance windows are in the order in which they begin."""

    at: Time
    since: Time
    """Nothing is known of the time before."""
    components: tuple[Component, ...]
    bulletins: tuple[Bulletin, ...]
    maintenances: tuple[Maintenance, ...]

    @cached_property
    def unresolved(self) -> tuple[Bulletin, ...]:
        """What is not over."""
        return tuple(one for one in self.bulletins if not one.is_over)

    def windows(self, *stages: MaintenanceStage) -> tuple[Maintenance, ...]:
        """The maintenance windows at these stages."""
        return tuple(one for one in self.maintenances if one.stage(self.at) in stages)

    @cached_property
    def indicator(self) -> Impact:
        """The worst of all components and all that is not over."""
        impacts = [_IMPACT[one.status] for one in self.components] + [one.last.impact for one in self.unresolved]
        if self.windows(*AT_WORK):
            impacts.append(Impact.MAINTENANCE)
        worst: Impact = max(impacts, key=lambda one: one.rank, default=Impact.NONE)
        return worst

    @property
    def description(self) -> str:
        """The same in words."""
        return DESCRIPTIONS[self.indicator]

    @cached_property
    def updated_at(self) -> Time:
        """When anything on it last changed; the clock opens and ends maintenance windows."""
        turns = (turn.at for one in self.maintenances for turn in one.turns(self.at))
        news = [*(one.updated_at for one in self.bulletins), *turns]
        return max([self.since, *news])


def status_page(
    bulletins: Iterable[Bulletin],
    maintenances: Iterable[Maintenance],
    names: Sequence[str],
    now: datetime,
    *,
    since: datetime,
    days: int = 90,
) -> StatusPage:
    """The page at `now`. `names` are the components, `since` is when the page began to be kept."""
    told = tuple(one.only(names) for one in sorted(bulletins, key=_begun, reverse=True))
    public = sorted((one for one in maintenances if one.is_public), key=lambda one: (one.starts_at, one.id))
    windows = tuple(_readable(one, names) for one in public)
    begun = min([since, *(one.notices[0].at for one in told)])
    components = (_component(name, told, windows, now, begun, days) for name in names)
    return StatusPage(at=now, since=since, components=tuple(components), bulletins=told, maintenances=windows)


def _readable(one: Maintenance, names: Sequence[str]) -> Maintenance:
    """As much of a window as customers may read: who did what about it stays inside, and so do words nobody approved."""
    components = tuple(name for name in names if name in one.components)
    approved = tuple(note for note in one.notes if note.approved_at)
    return one.model_copy(update={"components": components, "notes": approved, "deeds": ()})


def _begun(one: Bulletin) -> tuple[datetime, str]:
    return one.notices[0].at, one.id


def spells(name: str, bulletins: Iterable[Bulletin], now: datetime) -> list[Spell]:
    """Every time in which that component was not operational: each message holds until the next one of its bulletin."""
    found = []
    for one in bulletins:
        ends = (*(later.at for later in one.notices[1:]), now)
        for notice, until in zip(one.notices, ends, strict=True):
            status = status_in(notice, name)
            if status is not ComponentStatus.OPERATIONAL and notice.at < until:
                found.append(Spell(status=status, since=notice.at, until=until))
    return found


def _component(
    name: str,
    bulletins: Sequence[Bulletin],
    windows: Sequence[Maintenance],
    now: datetime,
    begun: datetime,
    days: int,
) -> Component:
    working = any(name in one.components and one.stage(now) in AT_WORK for one in windows)
    states = [one.status_of(name) for one in bulletins]
    states.append(ComponentStatus.MAINTENANCE if working else ComponentStatus.OPERATIONAL)
    told = [*spells(name, bulletins, now), *_worked(name, windows, now)]
    first = now.astimezone(UTC).date() - timedelta(days=days - 1)
    listed = tuple(_day(first + timedelta(days=number), told, begun, now) for number in range(days))
    return Component(
        name=name,
        status=max(states, key=lambda one: one.rank),
        days=listed,
        uptime=_uptime(told, max(begun, _midnight(first)), now),
    )


def _worked(name: str, windows: Iterable[Maintenance], now: datetime) -> list[Spell]:
    return [
        Spell(status=ComponentStatus.MAINTENANCE, since=one.begins_at, until=min(one.over_at, now))
        for one in windows
        if name in one.components and one.begins_at < min(one.over_at, now)
    ]


def _day(day: date, told: Sequence[Spell], begun: datetime, now: datetime) -> Day:
    start = _midnight(day)
    end = min(start + _DAY, now)
    if end <= begun and day != begun.astimezone(UTC).date():
        return Day(date=day, status=None)
    within = [one for one in told if one.since < end and one.until > start]
    worst = max((one.status for one in within), key=lambda one: one.rank, default=ComponentStatus.OPERATIONAL)
    return Day(date=day, status=worst, down_minutes=round(_down(within, start, end).total_seconds() / 60))


def _uptime(told: Sequence[Spell], start: datetime, now: datetime) -> float | None:
    if now <= start:
        return None
    return round(1 - _down(told, start, now) / (now - start), 6)


def _down(told: Iterable[Spell], start: datetime, end: datetime) -> timedelta:
    """How much of that time lay in an outage; two outages at once count once."""
    cut = sorted((max(one.since, start), min(one.until, end)) for one in told if one.status in _DOWN)
    total, reached = timedelta(), start
    for since, until in cut:
        total += max(timedelta(), until - max(since, reached))
        reached = max(reached, until)
    return total


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
