"""Series: when a metric changed by itself, by how much, for how long, and how it ranks among the others.

Called by the metric analyst, and by the log analyst for counts per minute. Scale-free throughout: multiplying a series by
any positive number changes no onset and no rank. Knows nothing of services or incidents.

How: non-finite samples are dropped and counters become rates. The split with the strongest Wilcoxon rank statistic gives
the baseline, whose median and MAD (never below a floor) turn samples into robust z values. The run with the largest sum of
clipped z above an allowance (Page's CUSUM, offline) is the shift, and its first sample is the onset.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.analysis.meaning import Signal, hurts, signal_of
from tocsin.analysis.quantiles import median, quantile
from tocsin.model.signals import Series

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MIN_SAMPLES = 4
ALLOWANCE = 1.5
"""Robust standard deviations a sample may lie off its baseline before it counts as abnormal."""
CLIP = 6.0
"""No single sample may weigh more than this, so that one spike is not a shift."""
MIN_EXCESS = 6.0
"""Sum of clipped z above the allowance that makes a lasting run a shift: two wild samples, or a dozen mild ones."""
RELATIVE_FLOOR = 0.01
"""A baseline's spread is taken as at least 1% of its level and of the typical departure, so z never exceeds 100."""
LARGEST = 1e150
"""Values beyond this are broken, and their squares no numbers."""
_COUNTER_ENDINGS = ("_total", "_count", "_sum", "_bucket", "counter")


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of level. `start`, `end` (exclusive) and `peak` index the series as given.

    `before` and `after` are medians, `extreme` is the level at the peak; of a counter they are steps per sample.
    `score` is the median distance of the run from its baseline in robust standard deviations (0-100); `persistence` the
    share of samples from `start` on that stay abnormal; `samples` how many abnormal ones there are.
    """

    start: int
    end: int
    peak: int
    before: float
    after: float
    extreme: float
    score: float
    persistence: float
    samples: int
    rising: bool
    counter: bool = False


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One series that changed. `strength` 0-1 orders anomalies; `bad` says whether the direction hurts."""

    series: Series
    shift: Shift
    signal: Signal
    bad: bool | None
    strength: float

    @property
    def onset(self) -> float:
        """Epoch seconds of the first abnormal sample."""
        return self.series.times[self.shift.start]


def rank(many: Sequence[Series]) -> list[Anomaly]:
    """The series that changed, strongest first; ties go to the earlier onset, then to the order given."""
    found = [anomaly for anomaly in map(judge, many) if anomaly]
    return sorted(found, key=lambda one: (-one.strength, one.onset))


def judge(series: Series) -> Anomaly | None:
    """How a series changed and what that means, or None when it did not change."""
    signal = signal_of(series.metric)
    shift = find_shift(series.values, counter=is_counter(series.metric, series.values), signal=signal)
    if shift is None:
        return None
    bad = hurts(signal, shift.rising)
    return Anomaly(series, shift, signal, bad, _strength(shift, bad))


def _strength(shift: Shift, bad: bool | None) -> float:
    """Effect size on a log scale, less for changes that are short, thin, or in a direction that does not hurt."""
    effect = float(np.log1p(shift.score) / np.log1p(1 / RELATIVE_FLOOR))
    lasting = 0.5 + 0.5 * shift.persistence
    thick = 1 - 0.5**shift.samples
    return effect * lasting * thick * {True: 1.0, None: 0.7, False: 0.4}[bad]


def find_shift(values: Sequence[float], *, counter: bool = False, signal: Signal = "") -> Shift | None:
    """The largest change of level in the values, found without being told when. None when there is none, or too few samples."""
    kept, clean = _clean(values, counter)
    if clean.size < MIN_SAMPLES or float(np.ptp(clean)) == 0.0:
        return None
    judged = _shortfall(clean) if signal in {"availability", "success"} else clean
    z = robust_z(judged, baseline_length(judged))
    rising, start, end, excess = max(
        ((up, *_heaviest_run(z if up else -z)) for up in (True, False)), key=lambda found: found[3]
    )
    if excess < _least_excess(end, clean.size):
        return None
    toward = z if rising else -z
    if judged is not clean:
        rising = not rising
    return _describe(kept, clean, toward, start, end, rising, counter)


def _least_excess(end: int, count: int) -> float:
    """A run that still lasts is believed sooner; one that is over had more places to appear by chance in a long series."""
    return MIN_EXCESS if end == count else max(MIN_EXCESS, 4 + 1.3 * float(np.log(count)))


def _describe(
    kept: Ints, clean: Floats, toward: Floats, start: int, end: int, rising: bool, counter: bool
) -> Shift | None:
    if start == 0:
        return None  # abnormal from the first sample on: there is no before to compare with
    abnormal = toward[start:] > ALLOWANCE
    run = toward[start:end]
    worst = start + int(np.argmax(run))
    return Shift(
        start=int(kept[start]),
        end=int(kept[end - 1]) + 1,
        peak=int(kept[worst]),
        before=median(clean[:start]),
        after=median(clean[start:end]),
        extreme=float(clean[worst]),
        score=min(median(run), 1 / RELATIVE_FLOOR),
        persistence=float(abnormal.mean()),
        samples=int(abnormal.sum()),
        rising=rising,
        counter=counter,
    )


def _clean(values: Sequence[float], counter: bool) -> tuple[Ints, Floats]:
    """Finite samples with their places; of a counter its steps, a reset counting as a step from zero."""
    raw = np.asarray(values, dtype=np.float64)
    kept = np.flatnonzero(np.isfinite(raw) & (np.abs(raw) < LARGEST))
    clean = raw[kept]
    if not counter or clean.size < 2:
        return kept, clean
    steps = np.diff(clean)
    return kept[1:], np.where(steps < 0, clean[1:], steps)


def is_counter(metric: str, values: Sequence[float]) -> bool:
    """True for a series that only counts up: by its name and shape, or by shape alone when whole numbers climb all the way."""
    raw = np.asarray(values, dtype=np.float64)
    raw = raw[np.isfinite(raw) & (np.abs(raw) < LARGEST)]
    if raw.size < MIN_SAMPLES:
        return False
    steps = np.diff(raw)
    resets = (steps < 0) & (raw[1:] <= 0.1 * raw[:-1])
    climbing = bool(np.all((steps >= 0) | resets)) and float(raw.min()) >= 0
    if metric.lower().endswith(_COUNTER_ENDINGS):
        return climbing
    if signal_of(metric) in {"saturation", "backlog", "latency"} or raw.size < 20:
        return False  # a filling disk and a growing lag climb too, and are no counters
    return climbing and float((steps > 0).mean()) >= 0.9 and bool(np.all(raw == np.floor(raw)))


def _shortfall(clean: Floats) -> Floats:
    """How much is missing to full availability: 99% instead of 100% is little of the level and much of the shortfall."""
    top = float(clean.max())
    ceiling = 1.0 if top <= 1.0 else 100.0 if top <= 100.0 else top
    return ceiling - clean


def baseline_length(clean: Floats) -> int:
    """How many leading samples show the normal state: up to the split with the strongest Wilcoxon rank statistic."""
    n = clean.size
    ranks = _mid_ranks(clean)
    splits = np.arange(1, n)
    drift = np.cumsum(ranks - (n + 1) / 2)[:-1]
    strength = np.abs(drift) / np.sqrt(splits * (n - splits) * (n + 1) / 12)
    least = max(2, n // 20)
    usable = strength[least - 1 : n - 1]
    return least + int(np.argmax(usable))


def _mid_ranks(clean: Floats) -> Floats:
    _, inverse, counts = np.unique(clean, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[inverse], dtype=np.float64)


def robust_z(clean: Floats, length: int) -> Floats:
    """Distance of every sample from the first `length` ones, in robust standard deviations that are never zero."""
    base = clean[:length]
    centre = median(base)
    off = np.abs(clean - centre)
    width = quantile(base, 0.9) - quantile(base, 0.1)
    spread = max(1.4826 * median(np.abs(base - centre)), width / 2.563)
    departures = off[off > RELATIVE_FLOOR * abs(centre)]
    typical = median(departures) if departures.size else 0.0
    floor = RELATIVE_FLOOR * max(abs(centre), typical)
    scale = max(spread, floor)
    return np.zeros_like(clean) if scale == 0.0 else (clean - centre) / scale


def _heaviest_run(z: Floats) -> tuple[int, int, float]:
    """Start, end (exclusive) and sum of the run with the largest excess over the allowance (Kadane, vectorised)."""
    total = np.concatenate(([0.0], np.cumsum(np.minimum(z, CLIP) - ALLOWANCE)))
    lowest = np.minimum.accumulate(total)
    gain = total - lowest
    end = int(np.argmax(gain))
    start = int(np.flatnonzero(total[: end + 1] == lowest[end])[-1])
    return start, end, float(gain[end])


def sparkline(series: Series, width: int = 60) -> tuple[list[float], list[float]]:
    """At most `width` points that keep every peak and trough: of each slice, the sample furthest from the slice's median."""
    values = np.asarray(series.values, dtype=np.float64)
    finite = np.flatnonzero(np.isfinite(values))
    if finite.size > width:
        finite = np.array([_furthest(values, part) for part in np.array_split(finite, width)], dtype=np.intp)
    return [float(series.times[i]) for i in finite], [float(values[i]) for i in finite]


def _furthest(values: Floats, part: Ints) -> int:
    return int(part[int(np.argmax(np.abs(values[part] - median(values[part]))))])
