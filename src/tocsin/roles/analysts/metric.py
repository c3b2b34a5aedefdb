"""The metric analyst: which metrics changed, when, by how much, and which of the changes hurts.

Called by the investigate stage through `contract.Investigator`. Reads the metrics window only; decides nothing.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from tocsin.analysis import meaning, series
from tocsin.analysis.past import UNKNOWN, Past
from tocsin.analysis.series import Anomaly
from tocsin.errors import SourceError
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.ground import rfc3339
from tocsin.model.signals import Series
from tocsin.roles.analysts import saying
from tocsin.roles.analysts.measured import a_day_before, measured, proof
from tocsin.roles.contract import Brief, Report, Seen, Windows

ROLE = "metric-analyst"
MOST_FINDINGS = 15
LEAST_CONFIDENCE = 0.2
HALF_FULL = 50.0
"""Percent below which a flat top is no limit."""
DAILY = 0.5
"""What remains of the confidence in a change that came at the same time of the day before."""


class MetricAnalyst:
    """Investigator that needs no model. Confidence = effect, persistence, direction and closeness to the alert."""

    role = ROLE

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """Reports the metrics that changed, the most telling first."""
        try:
            seen = await measured(brief, windows)
        except SourceError as silent:
            return Report(ROLE, failure=f"the metric source did not answer: {silent.what}")
        if seen is None:
            return Report(ROLE, failure="no metric source is configured")
        if not seen.data:
            return Report(ROLE, failure="the metric source had no series for this time")
        day_before = await a_day_before(brief, windows)
        return Report(ROLE, await asyncio.to_thread(findings, seen, brief.onset, day_before))


def findings(seen: Seen[tuple[Series, ...]], alert: datetime, day_before: Past = UNKNOWN) -> tuple[Finding, ...]:
    """The findings of one answer, ranked; every one quotes its samples. What came the day before too counts for less."""
    changed = [Changed(one, day_before.saw(one)) for one in series.rank(seen.data)]
    judged = [(one, _confidence(one, alert)) for one in changed]
    worth = [pair for pair in judged if pair[1] >= LEAST_CONFIDENCE]
    worth.sort(key=lambda pair: (-pair[1], pair[0].anomaly.onset))
    told = (_finding(seen, one, share, alert, at + 1) for at, (one, share) in enumerate(worth[:MOST_FINDINGS]))
    return tuple(finding for finding in told if finding.quotes)


@dataclass(frozen=True, slots=True)
class Changed:
    """A metric that changed, and whether it did at the same time of the day before."""

    anomaly: Anomaly
    daily: bool


def _confidence(one: Changed, alert: datetime) -> float:
    """Strength, less for what began long before the alert or after it, or comes every day: less likely to be this incident."""
    anomaly = one.anomaly
    minutes = (alert.timestamp() - anomaly.onset) / 60
    closeness = 1 / (1 + max(0.0, minutes - 30) / 120) if minutes >= 0 else 1 / (1 + max(0.0, -minutes - 2) / 15)
    return saying.confident(anomaly.strength * max(closeness, 0.3) * (DAILY if one.daily else 1.0))


def _finding(seen: Seen[tuple[Series, ...]], one: Changed, share: float, alert: datetime, rank: int) -> Finding:
    anomaly, onset = one.anomaly, saying.moment(one.anomaly.onset)
    return Finding(
        id=f"metric-{rank}",
        role=ROLE,
        kind=FindingKind.METRIC_ANOMALY,
        text=_sentence(one, onset, alert),
        service=anomaly.series.service,
        confidence=share,
        quotes=saying.quotes(seen, proof(anomaly)),
        onset=onset,
        link=anomaly.series.link or seen.link,
        data=_data(anomaly, onset, alert) | {"rank": rank, "daily": one.daily},
    )


def _sentence(changed: Changed, onset: datetime, alert: datetime) -> str:
    anomaly = changed.anomaly
    one, shift = anomaly.series, anomaly.shift
    unit = meaning.unit_of(one.metric, one.unit)
    name = _without_service(meaning.spoken_metric(one.metric), one.service) + (" per sample" if shift.counter else "")
    verb = "rose" if shift.rising else "fell"
    distance = saying.apart(saying.minutes_before(onset, alert))
    daily = ", as it did at this time of the day before" if changed.daily else ""
    limit = ", and stayed flat at what looks like its limit" if _limit(anomaly) is not None else ""
    return saying.one_line(
        f"{one.service} {name} {verb} from {meaning.said(shift.before, unit)} to {meaning.said(shift.after, unit)} "
        f"at {saying.clock(onset)}, {distance}{limit}{daily}".strip(),
        300,
    )


def _without_service(name: str, service: str) -> str:
    prefix = meaning.spoken(service).lower()
    return name[len(prefix) :].strip() or name if prefix and name.lower().startswith(prefix + " ") else name


def _limit(anomaly: Anomaly) -> float | None:
    """The ceiling a rising series ran into: several equal highest samples, which nothing but a limit makes.

    Of a share of something the ceiling is no limit while more than half of it is free.
    """
    shift, values = anomaly.shift, anomaly.series.values
    if not shift.rising or shift.counter or anomaly.signal not in {"saturation", "backlog"}:
        return None
    run = values[shift.start : shift.end]
    top = max((value for value in run if value == value), default=0.0)
    flat = sum(1 for value in run if value >= 0.999 * top)
    unit = meaning.unit_of(anomaly.series.metric, anomaly.series.unit)
    roomy = unit.suffix == "%" and top * unit.factor < HALF_FULL
    return float(top) if top > 0 and not roomy and flat >= 3 and flat >= 0.4 * len(run) else None


def _data(anomaly: Anomaly, onset: datetime, alert: datetime) -> dict[str, object]:
    one, shift = anomaly.series, anomaly.shift
    times, values = series.sparkline(one)
    limit = _limit(anomaly)
    return {
        "metric": one.metric,
        "labels": dict(one.labels),
        "unit": one.unit,
        "signal": anomaly.signal,
        "resource": meaning.resource_of(one.metric),
        "direction": "rise" if shift.rising else "fall",
        "bad": anomaly.bad,
        "before": shift.before,
        "after": shift.after,
        "peak": shift.extreme,
        "peak_at": rfc3339(saying.moment(one.times[shift.peak])),
        "ratio": saying.ratio(shift.after, shift.before),
        "change": shift.after - shift.before,
        "score": round(shift.score, 2),
        "persistence": round(shift.persistence, 3),
        "counter": shift.counter,
        "limit": limit,
        "at_limit": limit is not None,
        "minutes_before_alert": saying.minutes_before(onset, alert),
        "times": times,
        "values": values,
    }
