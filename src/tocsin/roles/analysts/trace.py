"""The trace analyst: which operations take longer, fail more often or go another way since the trouble began.

Called by the investigate stage through `contract.Investigator`. Reads the traces window only, and only what it holds of the
affected service; decides nothing.
"""

import asyncio

from tocsin.analysis import spans
from tocsin.analysis.meaning import Unit, said
from tocsin.analysis.rootcause.steps import BEGIN, END
from tocsin.analysis.spans import SpanChange
from tocsin.errors import SourceError
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.signals import Span
from tocsin.roles.analysts import saying
from tocsin.roles.analysts.tracing import Traced, traced
from tocsin.roles.contract import Brief, Report, Windows

ROLE = "trace-analyst"
LEAST_CONFIDENCE = 0.2
MOST_OF_A_KIND = 5
_LONGEST_NAME = 80


class TraceAnalyst:
    """Investigator that needs no model. Confidence = effect size in robust spreads, number of calls, and who failed first."""

    role = ROLE

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """Reports the operations that changed, the most telling first. Without a source of traces there is nothing to miss."""
        try:
            found = await traced(brief, windows)
        except SourceError as silent:
            return Report(ROLE, failure=f"the trace source did not answer: {silent.what}")
        if found is None:
            return Report(ROLE)
        if not found.after:
            return Report(ROLE, failure="the trace source had no traces for this time")
        return Report(ROLE, await asyncio.to_thread(findings, found))


def findings(found: Traced) -> tuple[Finding, ...]:
    """The findings of these traces, ranked; every one quotes a span of now and, where there is one, a span of before."""
    changed = [one for one in spans.compare(found.before, found.after) if one.strength >= LEAST_CONFIDENCE]
    kept: dict[str, list[SpanChange]] = {}
    for one in changed:
        kept.setdefault(one.what, []).append(one)
    worth = sorted((one for many in kept.values() for one in many[:MOST_OF_A_KIND]), key=lambda one: -one.strength)
    told = (_finding(found, one, rank) for rank, one in enumerate(worth, start=1))
    return tuple(finding for finding in told if finding.quotes)


def _finding(found: Traced, one: SpanChange, rank: int) -> Finding:
    return Finding(
        id=f"trace-{rank}",
        role=ROLE,
        kind=FindingKind.SPAN_CHANGE,
        text=saying.one_line(_sentence(one), 300),
        service=one.service,
        confidence=saying.confident(one.strength),
        quotes=found.quotes(one.example, *_usual(found, one)),
        onset=saying.moment(one.begun),
        link=one.example.link or found.link,
        data={
            "what": one.what,
            "operation": one.operation,
            "peer": one.peer,
            "before": one.before,
            "after": one.after,
            "ratio": saying.ratio(one.after, one.before),
            "calls": one.calls,
            "calls_before": one.calls_before,
            "score": round(one.z, 2),
            "status": one.example.status,
            "trace": one.example.trace,
            "step": one.here,
            "next": one.then,
            "rank": rank,
        },
    )


def _usual(found: Traced, one: SpanChange) -> list[Span]:
    """A span of before that shows how it used to be, if there is one."""
    past = sorted(
        (span for span in found.before if (span.service, span.operation) == (one.service, one.operation)),
        key=lambda span: (span.failed, span.seconds),
    )
    return [past[len(past) // 2]] if past else []


def _sentence(one: SpanChange) -> str:
    operation = saying.one_line(one.operation, _LONGEST_NAME)
    if one.what == "latency":
        where = f"Calls from {one.service} to {one.peer}" if one.peer else f"{one.service} {operation}"
        own = "on the way" if one.peer else "of its own"
        return f"{where} took {_time(one.after)} {own} instead of {_time(one.before)}{_counted(one)}"
    if one.what == "status":
        status = f", with {saying.one_line(one.example.status, _LONGEST_NAME)}" if one.example.status else ""
        return f"{one.service} {operation} failed in {one.after:.0%} of calls instead of {one.before:.0%}{status}{_counted(one)}"
    here, then = saying.one_line(_step(one.here), _LONGEST_NAME), saying.one_line(_step(one.then), _LONGEST_NAME)
    return f"{one.service}: after {here} comes {then} in {one.after:.0%} of visits instead of {one.before:.0%}{_counted(one)}"


def _step(name: str) -> str:
    if name == END:
        return "the end"
    return f"the beginning of '{name.removeprefix(f'{BEGIN} ')}'" if name.startswith(BEGIN) else f"'{name}'"


def _time(seconds: float) -> str:
    return said(seconds, Unit(1.0, " s")) if seconds >= 1 else said(seconds * 1000, Unit(1.0, " ms"))


def _counted(one: SpanChange) -> str:
    return f" ({one.calls} calls, {one.calls_before} before)"
