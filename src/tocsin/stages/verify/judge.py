"""Whether something is normal again, from samples alone. Pure; called by `look`.

Two mistakes must not happen: to pass a fix that did not help, and to condemn one that did. So there are two lines, not one.
Inside the near line, for the whole time and with enough samples, is NORMAL. Beyond half the way to where it was at its worst,
for most of the time, is BAD. What lies between is BETTER, and what cannot be seen is UNKNOWN; neither passes nor condemns.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import isfinite
from statistics import median

from tocsin.model.signals import Series

LEAST_NEAR, MOST_NEAR = 0.05, 0.30
"""The near line in shares of the way from normal to worst: it follows the noise, but never beyond these."""
SPREADS = 3.0
STRAY = 0.1
"""So many single samples may lie outside; two in a row never may."""


class Condition(StrEnum):
    """How something looks."""

    NORMAL = "normal"
    BETTER = "better"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a look came to, in words, with the samples as the tool wrote them."""

    condition: Condition
    said: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """What is normal for a series and what is not; `rising` says in which direction it went wrong."""

    normal: float
    near: float
    """As far from `normal`, in the wrong direction, a sample may lie."""
    far: float
    """From here on a sample is bad."""
    rising: bool

    def holds(self, value: float) -> bool:
        """Inside the near line. What is better than before is normal, too."""
        return self._off(value) <= self.near

    def bad(self, value: float) -> bool:
        """Nearer to the worst than to normal."""
        return self._off(value) > self.far

    def _off(self, value: float) -> float:
        return value - self.normal if self.rising else self.normal - value


@dataclass(frozen=True, slots=True)
class Thinness:
    """When samples prove nothing: too few, or with a gap that is too long."""

    samples: int
    gap: timedelta


def band(before: Sequence[float], normal: float, worst: float) -> Band | None:
    """The lines from the level before, its noise (`before` are samples of then) and the level at the worst; None without a way."""
    way = abs(worst - normal)
    if not (isfinite(way) and way > 0):
        return None
    near = min(max(SPREADS * _spread(before), LEAST_NEAR * way), MOST_NEAR * way)
    return Band(normal, near, way / 2, rising=worst > normal)


def _spread(samples: Sequence[float]) -> float:
    """Robust standard deviation."""
    if len(samples) < 2:
        return 0.0
    centre = median(samples)
    return 1.4826 * median(abs(one - centre) for one in samples)


def read(
    series: Series,
    holds: Callable[[float], bool],
    bad: Callable[[float], bool],
    start: datetime,
    end: datetime,
    thin: Thinness,
) -> Reading:
    """How one series looks from `start` to `end`. Samples that are no numbers count as missing."""
    name = f"{series.service} {series.metric}".strip()
    points = [
        (at, value, cite)
        for at, value, cite in zip(series.times, series.values, series.cites, strict=True)
        if start.timestamp() <= at <= end.timestamp() and isfinite(value)
    ]
    times, values = [at for at, _, _ in points], [value for _, value, _ in points]
    if why := _missing(times, start, end, thin):
        return Reading(Condition.UNKNOWN, f"{name}: {why}")
    condition = _condition([holds(value) for value in values], [bad(value) for value in values])
    said = (
        f"{name} lay between {min(values):.4g} and {max(values):.4g} in {len(values)} samples, {values[-1]:.4g} at last"
    )
    return Reading(condition, said, tuple(cite for _, _, cite in points))


def _missing(times: Sequence[float], start: datetime, end: datetime, thin: Thinness) -> str:
    """Why these samples prove nothing, or ""."""
    if len(times) < thin.samples:
        return f"only {len(times)} samples since {start:%H:%M:%S} UTC"
    edges = (start.timestamp(), *times, end.timestamp())
    widest = max(later - earlier for earlier, later in pairwise(edges))
    return f"no sample for {widest:.0f} seconds" if widest > thin.gap.total_seconds() else ""


def _condition(held: Sequence[bool], bad: Sequence[bool]) -> Condition:
    """The newest sample must hold, strays are few and alone. Bad is what is bad most of the time, and at the end."""
    out = [not one for one in held]
    together = any(one and other for one, other in pairwise(out))
    if held[-1] and not together and sum(out) <= STRAY * len(out):
        return Condition.NORMAL
    last = bad[-max(1, len(bad) // 3) :]
    return Condition.BAD if 2 * sum(bad) > len(bad) and 2 * sum(last) > len(last) else Condition.BETTER


def together(readings: Iterable[Reading]) -> Reading:
    """Several series as one: normal when all are, bad when most are, unknown when any cannot be seen; none at all is unknown."""
    found = list(readings)
    said = "; ".join(one.said for one in found) or "there was nothing to look at"
    cites = tuple(cite for one in found for cite in one.cites)
    states = [one.condition for one in found]
    if states and all(one is Condition.NORMAL for one in states):
        return Reading(Condition.NORMAL, said, cites)
    if 2 * states.count(Condition.BAD) > len(states):
        return Reading(Condition.BAD, said, cites)
    unknown = not states or Condition.UNKNOWN in states
    return Reading(Condition.UNKNOWN if unknown else Condition.BETTER, said, cites)


class Ruling(StrEnum):
    """What follows from a look at a step."""

    PASSED = "passed"
    FAILED = "failed"
    ASK = "ask"
    WAIT = "wait"


def rule(condition: Condition, elapsed: timedelta, within: timedelta) -> Ruling:
    """Passed as soon as it is normal; failed only when its time is over and it is plainly bad. In doubt a person is asked.

    What has become better gets as much time again before anybody is asked: slow is not wrong.
    """
    if condition is Condition.NORMAL:
        return Ruling.PASSED
    if elapsed < within:
        return Ruling.WAIT
    if condition is Condition.BAD:
        return Ruling.FAILED
    return Ruling.WAIT if condition is Condition.BETTER and elapsed < 2 * within else Ruling.ASK
