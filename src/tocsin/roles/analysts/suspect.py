"""The cause ranker: of all services seen, the one at which the trouble most likely began, by every window that answered.

Called by the investigate stage through `contract.Investigator`. Metrics, traces, log lines, calls and changes go into one
ranking (`analysis/rootcause`), and whatever is missing stays out of it; that it is missing, the analyst of that window says.
Names one service or none, and decides nothing.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from tocsin.analysis import meaning, series
from tocsin.analysis.calibration import Grounds
from tocsin.analysis.meaning import Signal
from tocsin.analysis.past import UNKNOWN, Past
from tocsin.analysis.rootcause import flow, levels, ranking, silence, steps, timing
from tocsin.analysis.rootcause.observed import Line, Observed, Stretch
from tocsin.analysis.rootcause.ranking import Suspect
from tocsin.analysis.series import Anomaly
from tocsin.analysis.topology import Edge
from tocsin.model.change import Change
from tocsin.model.evidence import Finding, FindingKind, Quote
from tocsin.model.signals import LogLine, Series
from tocsin.ports import Ask
from tocsin.roles.analysts import saying
from tocsin.roles.analysts.call_map import call_map
from tocsin.roles.analysts.certainty import FLOOR, RANKING, shipped
from tocsin.roles.analysts.certainty import ranked as resting_on
from tocsin.roles.analysts.change import asked
from tocsin.roles.analysts.measured import a_day_before, measured, proof
from tocsin.roles.analysts.patience import or_none
from tocsin.roles.analysts.tracing import LEAD, Traced, spans_or_none
from tocsin.roles.contract import Brief, Report, Seen, Windows

ROLE = "cause-ranker"
TOGETHER = 240.0
"""Seconds within which changes begin that one trouble brings about, unlike those that merely happened in the same hour."""
MAJORITY = 0.5
"""Share that it must exceed where nobody knows who calls whom: the loudest may then merely suffer by another."""
WEIGHTY = 0.4
"""Votes, of at most 5.2, that a service needs which no metric accuses: traces and lines of a few calls prove little."""
MOST_LINES = 20_000
"""Log lines that are read for the path of a visit; of more, every second trace, every third and so on."""
LONGEST_QUOTE = 500


@dataclass(frozen=True, slots=True)
class Material:
    """Whatever the windows answered; None for one that did not, or is not there."""

    metrics: Seen[tuple[Series, ...]] | None = None
    day_before: Past = UNKNOWN
    """The same time of the day before, where nothing is known to have been wrong."""
    logs: Seen[tuple[LogLine, ...]] | None = None
    changes: Seen[tuple[Change, ...]] | None = None
    traces: Traced | None = None
    edges: tuple[Edge, ...] = ()


class CauseRanker:
    """Investigator that needs no model. Confidence = the shipped curve over its share of all votes."""

    role = ROLE

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """Reports the likeliest first cause where one stands out; nothing, and nothing missing, otherwise."""
        found = await material(brief, windows)
        return Report(ROLE, await asyncio.to_thread(suspects, found, brief))


async def material(brief: Brief, windows: Windows) -> Material:
    """All windows at once, asked as their own analysts ask them."""
    metrics, day_before, logs, changes, traces, known = await asyncio.gather(
        or_none(measured(brief, windows)),
        a_day_before(brief, windows),
        or_none(windows.logs(Ask(brief.start, brief.end))),
        or_none(windows.changes(asked(brief))),
        spans_or_none(brief, windows),
        call_map(brief, windows),
    )
    return Material(metrics, day_before, logs, changes, traces, known.edges)


def suspects(seen: Material, brief: Brief) -> tuple[Finding, ...]:
    """The service at which the trouble most likely began, as one finding.

    None where several are as likely, or where the metrics of one service alone changed: those say all there is to say then.
    """
    judged = series.rank(seen.metrics.data) if seen.metrics else []
    observed = observe(seen, brief, judged)
    ranked = ranking.rank(observed)
    own = next((one for one in judged if ranked and one.series.service == ranked[0].service), None)
    if not ranked or not _stands_out(ranked, own, judged, alone=not seen.edges):
        return ()
    quotes = tuple(dict.fromkeys(_quotes(seen, ranked[0], own, observed.onset or 0.0)))[:3]
    return (_finding(seen, ranked, own, observed.onset or 0.0, quotes),) if quotes else ()


def _stands_out(ranked: Sequence[Suspect], own: Anomaly | None, judged: Sequence[Anomaly], *, alone: bool) -> bool:
    """Likely enough to be named, and accused by a metric while others' changed too; or by its spans, lines or silence."""
    top = ranked[0]
    if not top.reasons or (alone and top.share <= MAJORITY) or probability(ranked) < FLOOR:
        return False
    several = len({one.series.service for one in judged}) > 1
    others = (timing.WITNESS, steps.WITNESS, silence.WITNESS)
    elsewhere = top.votes >= WEIGHTY and any(one.witness in others for one in top.reasons)
    return (own is not None and several) or elsewhere


def probability(ranked: Sequence[Suspect]) -> float:
    """That the first of the ranking is right, by the shipped curve."""
    return shipped().probability(RANKING, grounds(ranked))


def grounds(ranked: Sequence[Suspect]) -> Grounds:
    """What the first of the ranking rests on."""
    second = ranked[1].share if len(ranked) > 1 else 0.0
    return resting_on(ranked[0].share, second, (one.witness for one in ranked[0].reasons))


def observe(seen: Material, brief: Brief, judged: list[Anomaly]) -> Observed:
    """What the ranking is given. The onset is the metrics' own, else that of the traces, else the alert's."""
    onset = _onset(judged, brief) if judged or seen.traces is None else seen.traces.onset.timestamp()
    recent = Stretch(
        seen.metrics.data if seen.metrics else (),
        seen.traces.spans if seen.traces else (),
        tuple(_lines(seen.logs)),
    )
    return Observed(
        recent,
        Stretch(_healthy(seen.day_before, brief.service, judged)),
        seen.edges,
        onset,
        alarm(brief),
        _changed(seen.changes),
    )


def _healthy(past: Past, service: str, judged: Sequence[Anomaly]) -> tuple[Series, ...]:
    """The day before; nothing where most of what is wrong with the service that alerts was wrong then too.

    What comes back every night is still to be explained.
    """
    symptoms = levels.SYMPTOMS - {"traffic"}
    tonight = [one for one in judged if one.bad and one.signal in symptoms and service in ("", one.series.service)]
    return () if 2 * sum(map(past.saw, tonight)) > len(tonight) else past.series


def alarm(brief: Brief) -> tuple[str, Signal] | None:
    """Who alerted, and the kind of trouble its words speak of; "" where they speak of none or of several.

    None where no service is known: then no trouble is more meant than another.
    """
    if not brief.service:
        return None
    said = meaning.signals_in(" ".join(f"{one.labels.get('alertname', '')} {one.title}" for one in brief.alerts))
    kinds = [family for family in flow.FAMILIES if family & said]
    return brief.service, next(iter(sorted(kinds[0] & said))) if len(kinds) == 1 else ""


def _onset(judged: list[Anomaly], brief: Brief) -> float:
    """When the strongest harmful changes began: most of them shortly before the alert, or all at once; else when the alert says."""
    alert = brief.onset.timestamp()
    begun = sorted(one.onset for one in judged[:5] if one.bad is not False)
    near = [at for at in begun if alert - LEAD.total_seconds() <= at <= alert]
    if 2 * len(near) > len(begun):
        return near[len(near) // 2]
    at_once = bool(begun) and begun[-1] - begun[0] <= TOGETHER
    return min(begun[len(begun) // 2], alert) if at_once else alert


def _lines(logs: Seen[tuple[LogLine, ...]] | None) -> Iterator[Line]:
    """The lines that say in which visit they were written."""
    known = [one for one in (logs.data if logs else ()) if one.at and (one.trace or one.span)]
    every = 1 + len(known) // MOST_LINES
    for one in known:
        if one.at and crc32((one.trace or one.span).encode()) % every == 0:
            yield Line(one.service, one.at.timestamp(), one.text, one.trace, one.span)


def _changed(changes: Seen[tuple[Change, ...]] | None) -> dict[str, float]:
    """When each service was changed last."""
    made = sorted(changes.data if changes else (), key=lambda one: one.at)
    return {one.service: one.at.timestamp() for one in made if one.service}


def _quotes(seen: Material, top: Suspect, own: Anomaly | None, onset: float) -> Iterator[Quote]:
    """What shows it: its samples, its slowest span since the onset, a line of the path it takes now; as far as they accuse it."""
    accused = {one.witness for one in top.reasons}
    if seen.metrics and own:
        yield from saying.quotes(seen.metrics, proof(own), most=1 if accused > {levels.WITNESS} else 3)
    if seen.metrics and silence.WITNESS in accused:
        last = max((one for one in seen.metrics.data if one.service == top.service), key=lambda one: one.times[-1:])
        yield from saying.quotes(seen.metrics, last.cites[-1:])
    if seen.traces and timing.WITNESS in accused:
        late = [one for one in seen.traces.after if one.service == top.service]
        yield from seen.traces.quotes(*sorted(late, key=lambda one: -one.seconds)[:1])
    if seen.logs and steps.WITNESS in accused:
        told = next(one.text for one in top.reasons if one.witness == steps.WITNESS)
        since = [one for one in seen.logs.data if one.service == top.service and one.at and one.at.timestamp() >= onset]
        since.sort(key=lambda one: (steps.place_in(one.text) or "\0") not in told)
        yield from saying.quotes(seen.logs, [one.text[:LONGEST_QUOTE] for one in since[:1]])


def _finding(
    seen: Material, ranked: tuple[Suspect, ...], own: Anomaly | None, onset: float, quotes: tuple[Quote, ...]
) -> Finding:
    top, others = ranked[0], ranked[1:4]
    why = "; ".join(reason.text for reason in top.reasons[:2])
    return Finding(
        id="suspect-1",
        role=ROLE,
        kind=FindingKind.SUSPECT,
        text=saying.one_line(f"Of {len(ranked)} services {top.service} is the most likely first cause: {why}", 300),
        service=top.service,
        confidence=saying.confident(probability(ranked)),
        quotes=quotes,
        onset=saying.moment(onset),
        link=_link(seen, own),
        data={
            "share": round(top.share, 3),
            "services": len(ranked),
            "reasons": [{"witness": one.witness, "text": one.text} for one in top.reasons],
            "others": [{"service": one.service, "share": round(one.share, 3)} for one in others],
        },
    )


def _link(seen: Material, own: Anomaly | None) -> str:
    """The page of the series that accuses it, else of the metrics, the traces or the logs."""
    pages = (
        own.series.link if own else "",
        seen.metrics.link if seen.metrics and own else "",
        seen.traces.link if seen.traces else "",
        seen.logs.link if seen.logs else "",
    )
    return next(filter(None, pages), "")
