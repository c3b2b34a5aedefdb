"""The log analyst: what the logs say since the trouble began that they did not say before.

Called by the investigate stage through `contract.Investigator`. Reads the logs window only; decides nothing. A log line is
data: a line that gives orders is quoted like any other and obeyed by nobody.
"""

import asyncio

from tocsin.analysis import headers, logs, meaning
from tocsin.analysis.codes import find
from tocsin.analysis.logs import Comparison
from tocsin.analysis.logs import Seen as Sighting
from tocsin.analysis.traces import Trace
from tocsin.errors import SourceError
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.ground import rfc3339
from tocsin.model.signals import LogLine
from tocsin.ports import Ask
from tocsin.roles.analysts import saying
from tocsin.roles.contract import Brief, Report, Seen, Windows

ROLE = "log-analyst"
LEAST_CONFIDENCE = 0.2
MOST_TEMPLATES, MOST_TRACES, MOST_CODES = 10, 6, 6
LONGEST_QUOTE = 500

_KINDS = {
    "new": FindingKind.LOG_NEW,
    "exploding": FindingKind.LOG_EXPLODING,
    "vanished": FindingKind.LOG_VANISHED,
}


class LogAnalyst:
    """Investigator that needs no model. Confidence = how often, how new, how grave, and how well the time before is known."""

    role = ROLE

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """Reports new, exploding and vanished messages, stack traces and error codes."""
        try:
            seen = await windows.logs(Ask(brief.start, brief.end))
        except SourceError as silent:
            return Report(ROLE, failure=f"the log source did not answer: {silent.what}")
        if seen is None:
            return Report(ROLE, failure="no log source is configured")
        if not seen.data:
            return Report(ROLE, failure="the log source had no lines for this time")
        return await asyncio.to_thread(report, seen, brief)


def report(seen: Seen[tuple[LogLine, ...]], brief: Brief) -> Report:
    """What one answer says; every finding quotes its lines."""
    compared = logs.compare(seen.data, brief.start, brief.end, brief.onset)
    told = [_finding(seen, one, brief, rank + 1) for rank, one in enumerate(_telling(compared))]
    failure = f"{compared.unread} lines of too many different kinds were only counted" if compared.unread else ""
    return Report(ROLE, tuple(finding for finding in told if finding.quotes), failure)


def _telling(compared: Comparison) -> list[Sighting]:
    """The most telling of each sort, all in one order."""
    chosen = (
        *compared.traces[:MOST_TRACES],
        *compared.codes[:MOST_CODES],
        *compared.templates[:MOST_TEMPLATES],
    )
    worth = [one for one in chosen if one.count or one.what == "vanished"]
    return sorted((one for one in worth if one.confidence >= LEAST_CONFIDENCE), key=lambda one: -one.confidence)


def _finding(seen: Seen[tuple[LogLine, ...]], one: Sighting, brief: Brief, rank: int) -> Finding:
    began = None if one.surge is None else saying.moment(one.surge)
    return Finding(
        id=f"log-{rank}",
        role=ROLE,
        kind=_kind(one),
        text=saying.one_line(f"{_sentence(one)}{_when(one, brief)}", 300),
        service=one.service,
        confidence=saying.confident(one.confidence),
        quotes=saying.quotes(seen, [line[:LONGEST_QUOTE] for line in _lines(one)]),
        onset=began,
        link=seen.link,
        data=_data(one) | _counts(one) | {"rank": rank},
    )


def _kind(one: Sighting) -> FindingKind:
    if one.trace:
        return FindingKind.STACK_TRACE
    return FindingKind.ERROR_CODE if one.code else _KINDS[one.what]


def _lines(one: Sighting) -> list[str]:
    return [one.trace.exception_line, one.trace.frame_line, one.example] if one.trace else [one.example]


def _sentence(one: Sighting) -> str:
    who = f"{one.service}: " if one.service else ""
    often = f"{one.count} time{'s' if one.count != 1 else ''}"
    if one.trace:
        return f"{who}{_named(one.trace)} was thrown {often}, {_before(one)}"
    if one.code:
        meaning_of = f" ({one.code.meaning})" if one.code.meaning else ""
        return f"{who}{one.code.label}{meaning_of} was logged {often}, {_before(one)}"
    said = saying.one_line(headers.read(one.example)[0], 140)
    if one.what == "vanished":
        return f'{who}a message that came {one.rate_before:.3g} times a minute stopped: "{said}"'
    return f'{who}"{said}" was logged {often}, {_before(one)}'


def _named(trace: Trace) -> str:
    message = f": {saying.one_line(trace.message, 80)}" if trace.message else ""
    return f"{trace.exception or 'an exception'}{message} at {saying.one_line(trace.frame, 80)}"


def _before(one: Sighting) -> str:
    if not one.before:
        return "never before"
    if one.what == "exploding":
        return f"{one.rate / one.rate_before:.3g} times as often as before"
    return f"{one.before} times before"


def _when(one: Sighting, brief: Brief) -> str:
    if one.surge is None:
        return ""
    began = saying.moment(one.surge)
    word = {"vanished": "last", "exploding": "from"}.get(one.what, "first")
    distance = saying.apart(saying.minutes_before(began, brief.onset))
    return f", {word} at {saying.clock(began)}, {distance}"


def _data(one: Sighting) -> dict[str, object]:
    if one.trace:
        return {
            "language": one.trace.language,
            "exception": one.trace.exception,
            "message": saying.one_line(one.trace.message, 300),
            "frame": one.trace.frame,
            "new": one.what == "new",
            "resource": meaning.resource_of(f"{one.trace.exception} {one.trace.message}"),
        }
    if one.code:
        return {
            "scheme": one.code.scheme,
            "code": one.code.code,
            "meaning": one.code.meaning,
            "new": one.what == "new",
            "resource": meaning.resource_of(f"{one.code.code} {one.code.meaning}"),
        }
    return {
        "template": one.template,
        "level": one.level,
        "rate_before": round(one.rate_before, 4),
        "rate_after": round(one.rate, 4),
        "ratio": saying.ratio(one.rate, one.rate_before),
        "example": one.example[:LONGEST_QUOTE],
        "codes": [code.label for code, _, _ in find(one.example[:LONGEST_QUOTE])],
        "resource": meaning.resource_of(one.template),
    }


def _counts(one: Sighting) -> dict[str, object]:
    return {
        "count": one.count,
        "before_count": one.before,
        "first_seen": "" if one.first is None else rfc3339(saying.moment(one.first)),
        "last_seen": "" if one.last is None else rfc3339(saying.moment(one.last)),
    }
