"""Which series tell whether an incident is over: those that were anomalous at diagnosis, with what was normal for them. Pure.

The investigators judged them; here their before and after become the lines that `judge` measures by.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import isfinite
from statistics import median
from typing import Any

from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.incident import Incident
from tocsin.model.signals import Series
from tocsin.stages.verify.judge import Band, band

MOST = 5
SURE = 0.4
"""How sure the analyst must have been that a series changed with this incident."""
SIGNALS = frozenset({"errors", "latency", "saturation", "backlog", "availability", "success", "restarts"})
"""Signals whose return to normal means something. Traffic comes and goes with the time of day."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A series, and its lines. A counter is judged by its rate."""

    service: str
    metric: str
    labels: dict[str, str]
    band: Band
    counter: bool = False

    def is_of(self, series: Series) -> bool:
        """True for the same series in a later answer."""
        same = (series.service.lower(), series.metric) == (self.service.lower(), self.metric)
        return same and dict(series.labels) == self.labels


def watched(incident: Incident) -> tuple[Watched, ...]:
    """The most telling ones: of the services that the incident and its cause are about, else of any."""
    bad = [one for one in incident.findings if _tells(one)]
    bad.sort(key=lambda one: (-one.confidence, one.id))
    services = _services(incident)
    near = [one for one in bad if one.service.lower() in services] or bad
    found = (_watched(one) for one in near)
    return tuple(one for one in found if one is not None)[:MOST]


def _tells(finding: Finding) -> bool:
    data = finding.data
    plain = finding.kind is FindingKind.METRIC_ANOMALY and finding.confidence >= SURE
    return plain and data.get("bad") is True and data.get("signal") in SIGNALS


def _services(incident: Incident) -> frozenset[str]:
    cause = incident.diagnosis.hypotheses[:1] if incident.diagnosis else ()
    named = (incident.service, *(one.service for one in cause))
    return frozenset(name.lower() for name in named if name)


def _watched(finding: Finding) -> Watched | None:
    data = finding.data
    counter = bool(data.get("counter"))
    before, during = _parted(finding.onset, _points(data, counter=counter))
    if counter:
        normal, worst = _median(before), _median(during)
    else:
        normal, worst = _number(data.get("before")), _number(data.get("after"))
    lines = None if normal is None or worst is None else band(before, normal, worst)
    if lines is None:
        return None
    labels = {str(key): str(value) for key, value in dict(data.get("labels") or {}).items()}
    return Watched(finding.service, str(data.get("metric", "")), labels, lines, counter)


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and isfinite(value) else None


def _points(data: dict[str, Any], *, counter: bool) -> Sequence[tuple[float, float]]:
    times, values = data.get("times") or (), data.get("values") or ()
    points = [(float(at), float(value)) for at, value in zip(times, values, strict=False)]
    return per_second(points) if counter else points


def _parted(onset: datetime | None, points: Iterable[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """The values before the onset, and from it on."""
    if onset is None:
        return [], []
    begins = onset.timestamp()
    before: list[float] = []
    during: list[float] = []
    for at, value in points:
        (before if at < begins else during).append(value)
    return before, during


def per_second(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """A counter's steps as a rate; a reset counts as a step from zero."""
    return [
        (at, (value - old if value >= old else value) / (at - then))
        for (then, old), (at, value) in pairwise(points)
        if at > then
    ]


def as_rate(series: Series) -> Series:
    """A counter's series as its rate per second; each rate stands by the sample that ends it."""
    kept = [
        (at, value, cite)
        for at, value, cite in zip(series.times, series.values, series.cites, strict=True)
        if isfinite(value)
    ]
    rates = dict(per_second([(at, value) for at, value, _ in kept]))
    cites = {at: cite for at, _, cite in kept}
    return Series(
        series.service,
        series.metric,
        tuple(rates),
        tuple(rates.values()),
        tuple(cites[at] for at in rates),
        labels=series.labels,
    )
