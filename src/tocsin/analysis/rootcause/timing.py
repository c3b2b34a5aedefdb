"""Timing: whose own time grew. A span's own time is what none of the spans inside it accounts for.

A witness of `ranking`. A caller that only waits has no more own time than before, so propagation needs no undoing here. The
time between a call and its answer that neither side worked belongs to the edge, and is laid on the side whose other calls
are slow too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.analysis.quantiles import median, quantile
from tocsin.analysis.rootcause.observed import Reason, Testimony
from tocsin.model.signals import Span

WITNESS = "span times"
LEVELS = np.array([0.2, 0.35, 0.5, 0.65, 0.8])
"""Quantiles that are compared; a few very slow calls are daily life and stay outside of them."""
TOLERANCE = 0.15
"""Each quantile is compared with one this much higher of the time before, so that chance alone is no slowdown."""
LEAST_CALLS = 3
"""Calls on either side below which nothing is said of an operation's work. Of a way, fewer calls now count for less."""
RARE = 0.95
"""Quantile of the time before that a few calls must exceed, as there is no telling their middle."""
KNOWN_WAYS = 20
"""Calls between services from which on they show how long the way to another service usually takes."""
NOTEWORTHY = 0.05
"""Share of all time spent that one service must have lost for the witness to be half sure."""
SLIGHT = 0.01
"""Share by which an operation may be slower without being called so."""
SLACK = 0.002
"""Seconds that clocks of one process may disagree."""

Key = tuple[str, str, str]
"""Service, operation, and the service called from there or ""."""


@dataclass(frozen=True, slots=True)
class Slower:
    """An operation whose own time grew: by `seconds` in sum, from `before` to `after` (medians, seconds)."""

    key: Key
    seconds: float
    before: float
    after: float
    calls: int
    z: float


def testify(before: Sequence[Span], after: Sequence[Span]) -> Testimony:
    """How many seconds of extra own time each service caused."""
    now = own_times(after)
    found = _slower(own_times(before), now)
    weights: dict[str, float] = defaultdict(float)
    best: dict[str, Slower] = {}
    for one, service, seconds in _laid(found, {key: len(times) for key, times in now.items()}):
        weights[service] += seconds
        if service not in best or best[service].seconds < one.seconds:
            best[service] = one
    sure = _sure(found, max(weights.values(), default=0.0), sum(map(sum, now.values())))
    reasons = {service: Reason(WITNESS, min(one.z, 100.0), _text(one)) for service, one in best.items()}
    return Testimony(WITNESS, dict(weights), sure, reasons)


def slower(before: Sequence[Span], after: Sequence[Span]) -> list[Slower]:
    """Every operation, and every way to another service, whose own time grew."""
    return _slower(own_times(before), own_times(after))


def _slower(usual: Mapping[Key, Sequence[float]], now: Mapping[Key, Sequence[float]]) -> list[Slower]:
    ways = _ways(usual) if usual else _ways(now)
    return [found for key, times in now.items() if (found := _compare(key, _past(key, usual, ways), times))]


def _sure(slower: Sequence[Slower], most: float, spent: float) -> float:
    """High when some operation left its usual range and what one service lost is a good part of all the time spent."""
    z = max((min(one.z, 30.0) for one in slower), default=0.0)
    return z / (z + 3) * (most / (most + NOTEWORTHY * spent) if most else 0.0)


def _text(one: Slower) -> str:
    service, operation, remote = one.key
    where = f"calls from {service} to {remote}" if remote else f"{service} {operation}"
    return f"{where} took {one.after * 1000:.3g} ms of their own instead of {one.before * 1000:.3g} ms"


def own_times(spans: Iterable[Span]) -> dict[Key, list[float]]:
    """Own seconds of every span, by operation; a span that calls another service is kept apart by that service."""
    unique = {span.id: span for span in spans}
    inside = _inside(unique)
    times: dict[Key, list[float]] = defaultdict(list)
    for span in unique.values():
        within = inside.get(span.id, ())
        remote = next((one.service for one in within if one.service != span.service), "")
        times[span.service, span.operation, remote].append(max(0.0, span.seconds - _covered(span, within)))
    return times


def _inside(unique: Mapping[str, Span]) -> dict[str, list[Span]]:
    """The spans directly inside each span: its children, and what a childless sibling of the same service waits for."""
    children: dict[str, list[Span]] = defaultdict(list)
    for span in unique.values():
        if span.parent in unique:
            children[span.parent].append(span)
    inside = {parent: list(found) for parent, found in children.items()}
    for found in children.values():
        for waiting in (one for one in found if one.id not in children and len(found) > 1):
            awaited = [one for one in found if one.id in children and _within(one, waiting)]
            if awaited:
                inside[waiting.id] = awaited
    return inside


def _within(inner: Span, outer: Span) -> bool:
    slack = SLACK + 0.02 * outer.seconds
    early = outer.start <= inner.start
    return (
        inner.service == outer.service and early and inner.start + inner.seconds <= outer.start + outer.seconds + slack
    )


def _covered(span: Span, within: Sequence[Span]) -> float:
    """Seconds of the span during which at least one inner span ran."""
    total, reached = 0.0, span.start
    for one in sorted(within, key=lambda inner: inner.start):
        ends = one.start + one.seconds
        total += max(0.0, ends - max(reached, one.start))
        reached = max(reached, ends)
    return total


def _ways(times: Mapping[Key, Sequence[float]]) -> list[float]:
    """Seconds of every way from one service to another."""
    return [seconds for (_, _, remote), known in times.items() if remote for seconds in known]


def _past(key: Key, usual: Mapping[Key, Sequence[float]], ways: Sequence[float]) -> Sequence[float]:
    """What to compare with: the operation's own past or, of a way hardly used before, that of the ways between all services.

    The way to another service is much the same everywhere, unlike the work that an operation does. Where nothing was seen
    before at all, the ways of now stand in for it.
    """
    own = usual.get(key, ())
    if len(own) >= LEAST_CALLS:
        return own
    return ways if key[2] and len(ways) >= KNOWN_WAYS else ()


def _compare(key: Key, usual: Sequence[float], now: Sequence[float]) -> Slower | None:
    few = len(now) < LEAST_CALLS
    if not usual or (few and not key[2]):
        return None
    was = np.quantile(usual, np.full(LEVELS.size, RARE) if few else np.minimum(LEVELS + TOLERANCE, RARE))
    gain = np.maximum(np.quantile(now, LEVELS) - was, 0.0)
    if float(gain.max()) <= SLIGHT * float(was.max()):
        return None
    before, after = median(usual), median(now)
    spread = max(quantile(usual, 0.9) - before, 0.1 * before, 1e-4)
    worth = min(1.0, len(now) / LEAST_CALLS)
    seconds = float(gain.mean()) * len(now) * worth
    return Slower(key, seconds, before, after, len(now), median(gain) / spread * worth)


def _laid(slower: Sequence[Slower], calls: Mapping[Key, int]) -> Iterable[tuple[Slower, str, float]]:
    """Extra seconds laid on services. Those of an edge go to either side by the share of its calls that are slow."""
    slow = {one.key for one in slower}
    received: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    sent: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, count in calls.items():
        if key[2]:
            for side, name in ((received, key[2]), (sent, key[0])):
                side[name][0] += count if key in slow else 0
                side[name][1] += count
    for one in slower:
        caller, _, callee = one.key
        if not callee:
            yield one, caller, one.seconds
            continue
        yield one, callee, one.seconds * received[callee][0] / received[callee][1]
        yield one, caller, 0.8 * one.seconds * sent[caller][0] / sent[caller][1]
