"""Past: how a series looked at another time, such as the same hour of the day before. Used wherever now is compared with then.

A series is found again by service, metric and labels. Where the labels are others now, as pods have new names every day, the
median of all series of that service and metric stands in. Knows no clock; reads no names.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tocsin.analysis import series
from tocsin.analysis.quantiles import median
from tocsin.analysis.series import Anomaly
from tocsin.model.signals import Series

AS_MUCH = 0.5
"""Share of today's change at which the same happened then."""


@dataclass(frozen=True, slots=True)
class Past:
    """The series of another time. One without samples says nothing and is not kept."""

    series: tuple[Series, ...] = ()
    _alike: dict[tuple[str, str], list[Series]] = field(default_factory=dict)

    @classmethod
    def of(cls, many: Iterable[Series]) -> "Past":
        """These series, to be found again."""
        kept = tuple(one for one in many if one.values)
        alike: dict[tuple[str, str], list[Series]] = defaultdict(list)
        for one in kept:
            alike[one.service, one.metric].append(one)
        return cls(kept, dict(alike))

    def find(self, now: Series) -> Series | None:
        """The same series then; None when nothing is known of its service's metric."""
        alike = self._alike.get((now.service, now.metric), [])
        same = next((one for one in alike if one.labels == now.labels), None)
        return same or (alike[0] if len(alike) == 1 else _middle(alike))

    def saw(self, change: Anomaly) -> bool:
        """Whether it changed the same way then, and about as much: what comes every day at this hour."""
        known = self.find(change.series)
        then = series.judge(known) if known else None
        if then is None or then.shift.rising is not change.shift.rising:
            return False
        return _height(then) >= AS_MUCH * _height(change)


UNKNOWN = Past()
"""Nothing is known of another time."""


def _middle(alike: list[Series]) -> Series | None:
    """One series whose every sample is the median of all series that have one at that time."""
    at: dict[float, list[float]] = defaultdict(list)
    for one in alike:
        for time, value in zip(one.times, one.values, strict=True):
            at[time].append(value)
    times = tuple(sorted(at))
    return replace(alike[0], times=times, values=tuple(median(at[time]) for time in times), cites=()) if alike else None


def _height(one: Anomaly) -> float:
    return abs(one.shift.after - one.shift.before)
