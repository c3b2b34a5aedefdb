"""Levels: whose metrics left their normal state, measured against a healthy reference and against the eve of the trouble.

A witness of `ranking`, and the measure `flow` builds on. A series with samples enough finds its own onset (`series.judge`); one
with a handful, such as five minutes each, is split at the onset given. What differs from the reference but not from the eve
had changed long before, and what differs from the eve only is within what the service is used to: a backup of every night.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tocsin.analysis import meaning, series
from tocsin.analysis.meaning import Signal
from tocsin.analysis.past import Past
from tocsin.analysis.quantiles import median, quantile
from tocsin.analysis.rootcause.observed import Observed, Reason, Testimony
from tocsin.analysis.series import Floats
from tocsin.model.signals import Series

WITNESS = "metrics"
ENOUGH = 30
"""Samples from which on a series finds its own onset better than a clock on the wall does."""
LEAST = series.ALLOWANCE
"""Robust standard deviations below which a series is where it always was."""
MANY = 10
"""Services that report one metric, from which on they show how far it wanders by itself."""
HALF_NORMAL = 0.6745
"""Median distance from the middle of what is spread normally, in standard deviations."""
SYMPTOMS: frozenset[Signal] = frozenset({"latency", "errors", "availability", "success", "traffic"})
"""Signals that a service shows for its dependencies, too."""


@dataclass(frozen=True, slots=True)
class Departure:
    """How far one series went. `after` and `usual` are values of the series; `z` is signed, positive when it rises."""

    series: Series
    signal: Signal
    usual: float
    after: float
    z: float

    @property
    def hurts(self) -> float:
        """How much the direction counts: full when it is the harmful one of the signal, less when unknown or harmless."""
        return {True: 1.0, None: 0.7, False: 0.4}[meaning.hurts(self.signal, self.z > 0)]


@dataclass(frozen=True, slots=True)
class Parts:
    """One series in three: the healthy reference, the eve of the trouble, and since."""

    reference: Floats
    eve: Floats
    since: Floats


def testify(departed: Iterable[Departure], without: Iterable[Signal] = ()) -> Testimony:
    """How far the furthest metric of each service went, leaving out the signals another witness reads better."""
    skipped = frozenset(without)
    best: dict[str, Departure] = {}
    for found in departed:
        service = found.series.service
        if found.signal in skipped:
            continue
        if service not in best or _weight(found) > _weight(best[service]):
            best[service] = found
    weights = {service: _weight(found) for service, found in best.items()}
    top = max(weights.values(), default=0.0)
    reasons = {service: Reason(WITNESS, min(abs(one.z), 100.0), _text(one)) for service, one in best.items()}
    return Testimony(WITNESS, weights, top / (top + 10), reasons)


def _weight(found: Departure) -> float:
    return float(abs(found.z) ** found.hurts)


def _text(one: Departure) -> str:
    unit = meaning.unit_of(one.series.metric, one.series.unit)
    verb = "rose" if one.z > 0 else "fell"
    usual, after = meaning.said(one.usual, unit), meaning.said(one.after, unit)
    return f"{one.series.service} {meaning.spoken_metric(one.series.metric)} {verb} from {usual} to {after}"


def departures(observed: Observed) -> list[Departure]:
    """Every series of the recent stretch that left its normal state, further than such metrics wander everywhere today."""
    reference = Past.of(observed.reference.series)
    recent = observed.recent.series
    found = [_departure(one, reference.find(one), observed.onset) for one in recent]
    wander = _wandering(zip(recent, found, strict=True))
    told = (replace(one, z=one.z / wander[one.series.metric]) for one in found if one)
    return [one for one in told if abs(one.z) >= LEAST]


def _wandering(judged: Iterable[tuple[Series, Departure | None]]) -> dict[str, float]:
    """By how much each metric is off for most services alike, in robust standard deviations; never below 1.

    More load than in the reference moves every service's processor and network; that is nobody's fault in particular.
    """
    off: dict[str, list[float]] = {}
    for one, found in judged:
        off.setdefault(one.metric, []).append(abs(found.z) if found else 0.0)
    return {metric: max(1.0, median(many) / HALF_NORMAL) if len(many) >= MANY else 1.0 for metric, many in off.items()}


def _departure(one: Series, reference: Series | None, onset: float | None) -> Departure | None:
    if len(one.values) >= ENOUGH and (reference is None or onset is not None):
        return _shifted(one, reference)
    parts = split(one, reference, onset)
    signal = meaning.signal_of(one.metric)
    z = distance(parts)
    usual = parts.eve if parts.eve.size else parts.reference
    if not z or not usual.size:
        return None
    return Departure(one, signal, median(usual), _height(parts.since, z > 0), z)


def _shifted(one: Series, reference: Series | None) -> Departure | None:
    """How far it went when it went by itself; no further than from where the reference was."""
    anomaly = series.judge(one)
    if anomaly is None:
        return None
    shift = anomaly.shift
    far = float(np.expm1(anomaly.strength * np.log1p(1 / series.RELATIVE_FLOOR)))
    z = far if shift.rising else -far
    if reference is not None and not shift.counter:
        before, since = one.values[: shift.start], one.values[shift.start : shift.end]
        from_usual = distance(Parts(_samples(reference.values), _samples(before), _samples(since)))
        z = min(z, from_usual, key=abs) if z * from_usual > 0 else 0.0
    return Departure(one, anomaly.signal, shift.before, shift.after, z) if z else None


def split(one: Series, reference: Series | None, onset: float | None) -> Parts:
    """The series in three parts. The sample whose interval holds the onset belongs to neither side, if others are there."""
    times, values = np.asarray(one.times, dtype=np.float64), np.asarray(one.values, dtype=np.float64)
    known = np.asarray(reference.values if reference else (), dtype=np.float64)
    if onset is None:
        cut = 0 if known.size else values.size // 2
        return Parts(_finite(known), _finite(values[:cut]), _finite(values[cut:]))
    step = median(np.diff(times)) if times.size > 1 else 0.0
    eve = _finite(values[times + step <= onset])
    return Parts(_finite(known), eve if eve.size else _finite(values[times < onset]), _finite(values[times >= onset]))


def _samples(values: Sequence[float]) -> Floats:
    return _finite(np.asarray(values, dtype=np.float64))


def _finite(values: Floats) -> Floats:
    return values[np.isfinite(values) & (np.abs(values) < 1e150)]


def distance(parts: Parts) -> float:
    """Robust standard deviations between now and normal, signed; 0 when nothing is known or the two pasts disagree."""
    if not parts.since.size:
        return 0.0
    pasts = [past for past in (parts.reference, parts.eve) if past.size]
    if not pasts:
        return 0.0
    scale = spread(np.concatenate(pasts), pasts)
    rising = median(parts.since) >= median(pasts[-1])
    height = _height(parts.since, rising)
    apart = [(height - median(past)) / scale for past in pasts]
    if scale == 0.0 or min(apart) < 0 < max(apart):
        return 0.0
    nearest = min(apart, key=abs)
    return float(np.clip(nearest, -1 / series.RELATIVE_FLOOR, 1 / series.RELATIVE_FLOOR))


def _height(since: Floats, rising: bool) -> float:
    """The level reached: between the median and the furthest sample, so that neither one spike nor a late start decides."""
    return quantile(since, 0.75 if rising else 0.25) if since.size else float("nan")


def spread(all_past: Floats, pasts: Sequence[Floats]) -> float:
    """Robust spread of the past around its own level, never below 1% of the level."""
    widths = [(quantile(past, 0.95) - quantile(past, 0.05)) / 3.29 for past in pasts if past.size >= 4]
    floor = series.RELATIVE_FLOOR * median(np.abs(all_past))
    return max([*widths, floor, 1e-12])


def by_service(many: Iterable[Series], signals: Iterable[Signal]) -> Mapping[str, list[Series]]:
    """The series of these signals, by service."""
    wanted = frozenset(signals)
    found: dict[str, list[Series]] = {}
    for one in many:
        if meaning.signal_of(one.metric) in wanted:
            found.setdefault(one.service, []).append(one)
    return found
