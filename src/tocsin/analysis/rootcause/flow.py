"""Flow: blame follows the calls, down to where the trouble is not explained by a dependency any more.

A witness of `ranking`. The trouble of a component is a volume: extra seconds spent, or extra requests failed. A caller's volume
is made of its dependencies' and its own, so blame that arrives at a component is passed on by the volumes below it, and what
none of them accounts for stays. Without requests to weigh with, one request per sample is assumed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.analysis import meaning
from tocsin.analysis.meaning import Signal
from tocsin.analysis.past import Past
from tocsin.analysis.quantiles import median, quantile
from tocsin.analysis.rootcause import levels
from tocsin.analysis.rootcause.observed import Observed, Reason, Testimony
from tocsin.analysis.series import Floats
from tocsin.analysis.topology import Graph
from tocsin.model.signals import Series

WITNESS = "call graph"
FAMILIES: tuple[frozenset[Signal], ...] = (frozenset({"latency"}), frozenset({"errors", "availability", "success"}))
"""Signals that are handed on as the same kind of trouble."""
SIGNIFICANT = (2.0, 6.0)
"""Distances from normal at which a volume begins to count, and counts in full."""
RESOURCES: frozenset[Signal] = frozenset({"saturation"})
BUSY = 10.0
"""Robust standard deviations from which on a service works noticeably more than it used to."""
WAITS = 0.7
"""How much of the trouble of a service that is slow without working is laid on what it waits for."""
UNALARMED = 0.3
"""How sure it remains when no alarm, or one of a service that is not measured, says which trouble matters."""
TYPICAL = 0.8
"""Quantile of the samples since the onset that stands for what most of them reach."""
MOST_HOPS = 20
LEAST_MASS = 1e-4


@dataclass(frozen=True, slots=True)
class Trouble:
    """What one component suffers or causes: its volume, how significant it is (0-1), and whether it is younger than the trouble."""

    volume: float
    sure: float
    newborn: bool
    departure: levels.Departure | None


def testify(observed: Observed, departed: Iterable[levels.Departure] = (), silent: Collection[str] = ()) -> Testimony:
    """How much of the trouble stays with each component. Abstains where there is no call graph or no symptom.

    `departed` are the metrics that left their normal state; they tell who works more than before, and who only waits.
    `silent` are services that stopped reporting; what is down explains all the trouble of whoever calls it.
    """
    graph = Graph(observed.edges)
    if not graph.services:
        return Testimony(WITNESS, {}, 0.0)
    idle = _idle(observed, departed)
    start = graph.find(observed.alarm[0]) if observed.alarm else ""
    kinds = [_with_silent(troubles_of(observed, family), graph, silent) for family in _families(observed)]
    said = [_follow(graph, troubles, start, idle) for troubles in kinds]
    meant = [_meant(troubles.get(start)) for troubles in kinds]
    return _mixed(said, meant) if any(meant) else max(said, key=lambda one: one.sure)


def _with_silent(troubles: dict[str, Trouble], graph: Graph, silent: Collection[str]) -> dict[str, Trouble]:
    """A silent component has as much trouble as its callers together, as far as they have any."""
    for service in silent:
        callers = [troubles[one] for one in graph.callers(service) if one in troubles and one not in silent]
        volume = sum(one.volume * one.sure for one in callers)
        troubles[service] = Trouble(volume, 1.0 if volume else 0.0, newborn=False, departure=None)
    return troubles


def _families(observed: Observed) -> Sequence[frozenset[Signal]]:
    """The kind of trouble the alarm speaks of; all kinds when it names none."""
    if observed.alarm is None:
        return FAMILIES
    return [family for family in FAMILIES if observed.alarm[1] in family] or FAMILIES


def _meant(alarmed: Trouble | None) -> float:
    """How likely the alarm means this kind of trouble: as far as the service that alerted is in it itself."""
    if alarmed is None or alarmed.departure is None or alarmed.volume == 0:
        return 0.0
    return alarmed.sure * alarmed.departure.z


def _mixed(said: Sequence[Testimony], shares: Sequence[float]) -> Testimony:
    """One testimony of several kinds of trouble, each for its share: an alarm that names no signal may mean either."""
    weights: dict[str, float] = {}
    for one, share in zip(said, shares, strict=True):
        for service, weight in one.weights.items():
            weights[service] = weights.get(service, 0.0) + weight * share / sum(shares)
    meant = [one for _, one in sorted(zip(shares, said, strict=True), key=lambda pair: pair[0]) if one.weights]
    reasons = {service: reason for one in meant for service, reason in one.reasons.items()}
    return Testimony(WITNESS, weights, max(one.sure for one, share in zip(said, shares, strict=True) if share), reasons)


def _follow(graph: Graph, troubles: Mapping[str, Trouble], start: str, idle: Collection[str]) -> Testimony:
    alarmed = start in troubles
    mass = walk(graph, troubles, start) if alarmed else _unexplained(graph, troubles, idle)
    weights = {service: share for service, share in mass.items() if share > LEAST_MASS}
    sure = max((troubles[service].sure for service in weights if service in troubles), default=0.0)
    sure *= 1.0 if alarmed else UNALARMED
    reasons = {
        service: Reason(WITNESS, min(abs(found.z), 100.0), _text(found, share))
        for service, share in weights.items()
        if service in troubles and (found := troubles[service].departure)
    }
    return Testimony(WITNESS, weights, sure, reasons)


def _idle(observed: Observed, departed: Iterable[levels.Departure]) -> set[str]:
    """Services whose resources are measured and as busy as ever."""
    measured = set(levels.by_service(observed.recent.series, RESOURCES))
    busy = {one.series.service for one in departed if one.signal in RESOURCES and one.z > BUSY}
    return measured - busy


def _text(found: levels.Departure, share: float) -> str:
    unit = meaning.unit_of(found.series.metric, found.series.unit)
    usual, after = meaning.said(found.usual, unit), meaning.said(found.after, unit)
    name = meaning.spoken_metric(found.series.metric)
    return f"{found.series.service} {name} went from {usual} to {after}; {share:.0%} of the trouble is not its dependencies'"


def troubles_of(observed: Observed, family: Iterable[Signal]) -> dict[str, Trouble]:
    """The trouble of every component that is measured."""
    kinds = frozenset(family)
    reference = Past.of(observed.reference.series)
    requests = {
        service: _requests(many) for service, many in levels.by_service(observed.recent.series, {"traffic"}).items()
    }
    found: dict[str, Trouble] = {}
    for service, many in levels.by_service(observed.recent.series, kinds).items():
        one = _typical(many)
        known = reference.find(one)
        found[service] = _trouble(one, known, requests.get(service), observed.onset)
    return found


def _typical(many: Sequence[Series]) -> Series:
    """What is measured where the service answers, not where it asks; and the mean, if a source gives several statistics."""

    def unfit(one: Series) -> tuple[bool, bool, str]:
        said = set(meaning.words(one.metric))
        return bool(said & {"client", "outbound", "egress"}), not said & {"average", "avg", "mean"}, one.metric

    return min(many, key=unfit)


def _requests(many: Sequence[Series]) -> Series:
    """The series that counts requests rather than bytes."""
    return min(many, key=lambda one: bool({"bytes", "packets"} & set(meaning.words(one.metric))))


def _trouble(one: Series, known: Series | None, requests: Series | None, onset: float | None) -> Trouble:
    harmful = Harm.of(one, known)
    parts = levels.split(harmful.turned(one), harmful.turned(known) if known else None, onset)
    pasts = [median(past) for past in (parts.reference, parts.eve) if past.size]
    if not pasts or not parts.since.size:
        return Trouble(0.0, 0.0, newborn=bool(parts.since.size), departure=None)
    usual = max(pasts)  # what it was used to at its worst: neither drift since the reference nor a noisy eve is trouble
    furthest = float(parts.since.max())
    scale = max(levels.spread(np.concatenate([parts.reference, parts.eve]), [parts.reference]), 1e-3 * abs(usual))
    z = min((furthest - usual) / scale, 100.0)
    low, high = SIGNIFICANT
    sure = float(np.clip((z - low) / (high - low), 0.0, 1.0))
    written = levels.Departure(one, meaning.signal_of(one.metric), harmful.value(usual), harmful.value(furthest), z)
    return Trouble(
        max(0.0, _volume(harmful.turned(one), requests, usual, onset)), sure, newborn=False, departure=written
    )


@dataclass(frozen=True, slots=True)
class Harm:
    """How a signal is turned so that more is worse: of availability, what is missing to the full. `full` is None otherwise."""

    full: float | None

    @classmethod
    def of(cls, *many: Series | None) -> "Harm":
        """For the parts of one series; shares are told from percents by their largest value."""
        known = [one for one in many if one]
        if meaning.signal_of(known[0].metric) not in {"availability", "success"}:
            return cls(None)
        top = max((value for one in known for value in one.values if value == value), default=0.0)
        return cls(1.0 if top <= 1.0 else 100.0)

    def turned(self, one: Series) -> Series:
        """The series in harm."""
        if self.full is None:
            return one
        return Series(one.service, one.metric, one.times, tuple(map(self.value, one.values)), one.cites, one.unit)

    def value(self, given: float) -> float:
        """From a value to its harm and back."""
        return given if self.full is None else self.full - given


def _volume(harm: Series, requests: Series | None, usual: float, onset: float | None) -> float:
    """Sum over the samples since the onset of what is beyond the usual, times the requests it concerns."""
    counts = dict(zip(requests.times, requests.values, strict=True)) if requests else {}
    beyond = [
        (value - usual) * (counts.get(at, 0.0) if counts else 1.0)
        for at, value in zip(harm.times, harm.values, strict=True)
        if value == value and (onset is None or at >= onset)
    ]
    return _lasting(np.asarray(beyond, dtype=np.float64))


def _lasting(beyond: Floats) -> float:
    """The sum, in which no sample counts more than twice what most samples reach: one spike is no volume."""
    known = beyond[np.isfinite(beyond)]
    return float(np.minimum(known, 2 * max(0.0, quantile(known, TYPICAL))).sum()) if known.size else 0.0


def walk(graph: Graph, troubles: Mapping[str, Trouble], start: str) -> dict[str, float]:
    """Shares of one unit of blame that starts where the alarm was raised and goes down the calls."""
    kept: dict[str, float] = {}
    moving = {start: 1.0}
    for _ in range(MOST_HOPS):
        onward: dict[str, float] = {}
        for service, mass in moving.items():
            passed = explained(graph, troubles, service)
            stays = max(0.0, 1.0 - sum(passed.values()))
            kept[service] = kept.get(service, 0.0) + mass * stays
            for callee, share in passed.items():
                if mass * share > LEAST_MASS:
                    onward[callee] = onward.get(callee, 0.0) + mass * share
        moving = onward
    for service, mass in moving.items():  # a circle of calls: what still goes round stays where it is
        kept[service] = kept.get(service, 0.0) + mass
    return kept


def explained(graph: Graph, troubles: Mapping[str, Trouble], service: str) -> dict[str, float]:
    """Which share of a component's trouble each of its dependencies accounts for; in sum at most all of it.

    A dependency that did not exist before the trouble is no explanation: whoever began to call it changed.
    """
    own = troubles.get(service)
    below = {
        callee: one.volume * one.sure
        for callee in graph.callees(service)
        if (one := troubles.get(callee)) and not one.newborn and one.volume * one.sure > 0
    }
    total = sum(below.values())
    if not total or own is None:
        return {}
    whole = max(own.volume, total)
    return {callee: volume / whole for callee, volume in below.items()}


def _unexplained(graph: Graph, troubles: Mapping[str, Trouble], idle: Collection[str]) -> dict[str, float]:
    """Nobody raised an alarm: of all significant trouble, the share that no dependency accounts for.

    Who is slow without working waits. Its share goes to the dependencies whose callers all wait: the way to them is slow.
    """
    own = {
        service: one.volume * one.sure * max(0.0, 1.0 - sum(explained(graph, troubles, service).values()))
        for service, one in troubles.items()
        if graph.callers(service) or graph.callees(service)  # outside of the graph it may be anyone's caller
    }
    found = dict(own)
    for service, volume in own.items():
        awaited = {callee: _waited_for(graph, troubles, callee) for callee in graph.callees(service)}
        total = sum(share**2 for share in awaited.values())
        if service in idle and total:
            handed = WAITS * volume * max(awaited.values())
            found[service] -= handed
            for callee, share in awaited.items():
                found[callee] = found.get(callee, 0.0) + handed * share**2 / total
    total = sum(found.values())
    return {service: volume / total for service, volume in found.items()} if total else {}


def _waited_for(graph: Graph, troubles: Mapping[str, Trouble], callee: str) -> float:
    """Share of a component's callers that are in trouble."""
    sure = [troubles[caller].sure for caller in graph.callers(callee) if caller in troubles]
    return sum(sure) / len(sure) if sure else 0.0
