"""The metric analyst: which metrics changed, when, by how much, and which of the changes hurts.

Called by the investigate stage through `contract.Investigator`. Reads the metrics window, and the call graph and traces to
tell which service the changes began at; decides nothing.
"""

import asyncio
from datetime import datetime

from tocsin.analysis import meaning, series
from tocsin.analysis.rootcause import ranking
from tocsin.analysis.rootcause.observed import Observed, Stretch
from tocsin.analysis.rootcause.ranking import Suspect
from tocsin.analysis.series import Anomaly
from tocsin.analysis.topology import Edge
from tocsin.errors import SourceError
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.ground import rfc3339
from tocsin.model.signals import Series, Span
from tocsin.ports import Ask
from tocsin.roles.analysts import saying
from tocsin.roles.analysts.call_map import call_map
from tocsin.roles.analysts.tracing import spans_or_none
from tocsin.roles.contract import Brief, Report, Seen, Windows

ROLE = "metric-analyst"
MOST_FINDINGS = 15
LEAST_CONFIDENCE = 0.2
CLEAR = 0.3
"""Share of all votes from which on one service is named as the likely first cause."""


class MetricAnalyst:
    """Investigator that needs no model. Confidence = effect, persistence, direction and closeness to the alert."""

    role = ROLE

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """Reports the metrics that changed, the most telling first."""
        seen, known, traces = await asyncio.gather(
            _series(brief, windows), call_map(brief, windows), spans_or_none(brief, windows)
        )
        if isinstance(seen, str):
            return Report(ROLE, failure=seen)
        told = await asyncio.to_thread(findings, seen, brief.onset)
        spans = traces.spans if traces else ()
        return Report(ROLE, (*told, *await asyncio.to_thread(suspects, seen, known.edges, brief, spans)))


async def _series(brief: Brief, windows: Windows) -> Seen[tuple[Series, ...]] | str:
    """The series of the window, or in words why there are none."""
    try:
        seen = await windows.metrics(Ask(brief.start, brief.end, alert_name=_alert_name(brief)))
    except SourceError as silent:
        return f"the metric source did not answer: {silent.what}"
    if seen is None:
        return "no metric source is configured"
    return seen if seen.data else "the metric source had no series for this time"


def _alert_name(brief: Brief) -> str:
    return brief.alerts[0].labels.get("alertname", "") if brief.alerts else ""


def findings(seen: Seen[tuple[Series, ...]], alert: datetime) -> tuple[Finding, ...]:
    """The findings of one answer, ranked; every one quotes its samples."""
    judged = [(anomaly, _confidence(anomaly, alert)) for anomaly in series.rank(seen.data)]
    worth = [pair for pair in judged if pair[1] >= LEAST_CONFIDENCE]
    worth.sort(key=lambda pair: (-pair[1], pair[0].onset))
    told = (_finding(seen, anomaly, share, alert, at + 1) for at, (anomaly, share) in enumerate(worth[:MOST_FINDINGS]))
    return tuple(finding for finding in told if finding.quotes)


def _confidence(anomaly: Anomaly, alert: datetime) -> float:
    """Strength, less for what began long before the alert or after it: that is less likely to be this incident."""
    minutes = (alert.timestamp() - anomaly.onset) / 60
    closeness = 1 / (1 + max(0.0, minutes - 30) / 120) if minutes >= 0 else 1 / (1 + max(0.0, -minutes - 2) / 15)
    return saying.confident(anomaly.strength * max(closeness, 0.3))


def _finding(seen: Seen[tuple[Series, ...]], anomaly: Anomaly, share: float, alert: datetime, rank: int) -> Finding:
    onset = saying.moment(anomaly.onset)
    return Finding(
        id=f"metric-{rank}",
        role=ROLE,
        kind=FindingKind.METRIC_ANOMALY,
        text=_sentence(anomaly, onset, alert),
        service=anomaly.series.service,
        confidence=share,
        quotes=saying.quotes(seen, _cites(anomaly)),
        onset=onset,
        link=anomaly.series.link or seen.link,
        data=_data(anomaly, onset, alert) | {"rank": rank},
    )


def suspects(
    seen: Seen[tuple[Series, ...]], edges: tuple[Edge, ...], brief: Brief, spans: tuple[Span, ...] = ()
) -> tuple[Finding, ...]:
    """The service at which the trouble most likely began, as one finding.

    None where several are as likely, where one service alone misbehaves, or where nobody knows who calls whom: the ranked
    metrics say all there is to say then.
    """
    judged = series.rank(seen.data)
    if not edges or len({one.series.service for one in judged}) < 2:
        return ()
    onset = _onset(judged, brief.onset)
    ranked = ranking.rank(Observed(Stretch(seen.data, spans), Stretch(), edges, onset, (brief.service, "")))
    own = [one for one in judged if one.series.service == ranked[0].service]
    if ranked[0].share < CLEAR or not ranked[0].reasons or not own:
        return ()
    found = _suspect(seen, ranked, own[0], onset)
    return (found,) if found.quotes else ()


def _onset(judged: list[Anomaly], alert: datetime) -> float:
    """When the strongest harmful changes began, if that is before the alert says."""
    begun = sorted(one.onset for one in judged[:5] if one.bad is not False)
    return min(begun[len(begun) // 2], alert.timestamp()) if begun else alert.timestamp()


def _suspect(seen: Seen[tuple[Series, ...]], ranked: tuple[Suspect, ...], anomaly: Anomaly, onset: float) -> Finding:
    top, others = ranked[0], ranked[1:4]
    why = "; ".join(reason.text for reason in top.reasons[:2])
    return Finding(
        id="suspect-1",
        role=ROLE,
        kind=FindingKind.SUSPECT,
        text=saying.one_line(f"Of {len(ranked)} services {top.service} is the most likely first cause: {why}", 300),
        service=top.service,
        confidence=saying.confident(top.share * anomaly.strength),
        quotes=saying.quotes(seen, _cites(anomaly)),
        onset=saying.moment(onset),
        link=anomaly.series.link or seen.link,
        data={
            "share": round(top.share, 3),
            "services": len(ranked),
            "reasons": [{"witness": one.witness, "text": one.text} for one in top.reasons],
            "others": [{"service": one.service, "share": round(one.share, 3)} for one in others],
        },
    )


def _cites(anomaly: Anomaly) -> list[str]:
    """The samples that prove it: the first abnormal one, the worst, and the last normal one."""
    shift, cites = anomaly.shift, anomaly.series.cites
    places = (shift.start, shift.peak, shift.start - 1)
    return [cites[place] for place in places if 0 <= place < len(cites)]


def _sentence(anomaly: Anomaly, onset: datetime, alert: datetime) -> str:
    one, shift = anomaly.series, anomaly.shift
    unit = meaning.unit_of(one.metric, one.unit)
    name = _without_service(meaning.spoken_metric(one.metric), one.service) + (" per sample" if shift.counter else "")
    verb = "rose" if shift.rising else "fell"
    distance = saying.apart(saying.minutes_before(onset, alert))
    limit = ", and stayed flat at what looks like its limit" if _limit(anomaly) is not None else ""
    return saying.one_line(
        f"{one.service} {name} {verb} from {meaning.said(shift.before, unit)} to {meaning.said(shift.after, unit)} "
        f"at {saying.clock(onset)}, {distance}{limit}".strip(),
        300,
    )


def _without_service(name: str, service: str) -> str:
    prefix = meaning.spoken(service).lower()
    return name[len(prefix) :].strip() or name if prefix and name.lower().startswith(prefix + " ") else name


def _limit(anomaly: Anomaly) -> float | None:
    """The ceiling a rising series ran into: several equal highest samples, which nothing but a limit makes."""
    shift, values = anomaly.shift, anomaly.series.values
    if not shift.rising or shift.counter or anomaly.signal not in {"saturation", "backlog"}:
        return None
    run = values[shift.start : shift.end]
    top = max((value for value in run if value == value), default=0.0)
    flat = sum(1 for value in run if value >= 0.999 * top)
    return float(top) if top > 0 and flat >= 3 and flat >= 0.4 * len(run) else None


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
