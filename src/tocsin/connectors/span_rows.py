"""Spans as the text of an answer, and how that text is read. Used by every window on traces.

One line per span, cells parted by tabs, so a line quoted by itself says when, where, what, how long and how it ended.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from tocsin.model.signals import Span
from tocsin.ports import Ask

_CELLS = ("start", "service", "operation", "duration", "status", "trace", "span", "parent")
HEADER = "\t".join(_CELLS)
_FAILED = "error"
_NONE = "-"


def asked(spans: Sequence[Span], ask: Ask) -> list[Span]:
    """Of spans at hand, the whole traces that touch one of the asked services within the asked time."""
    wanted = {name.lower() for name in ask.services}
    start, end = ask.start.timestamp(), ask.end.timestamp()
    traces = {one.trace for one in spans if start <= one.start <= end and (not wanted or one.service.lower() in wanted)}
    return [one for one in spans if one.trace in traces]


def written(spans: Iterable[Span], most: int) -> str:
    """At most `most` spans, whole traces first come first served, in the order of time; what is left out is counted."""
    kept, left = _bounded(spans, most)
    rest = (f"# {left} spans of further traces left out: over the limits of this connector",) if left else ()
    return "\n".join((HEADER, *(_line(one) for one in sorted(kept, key=lambda one: (one.start, one.id))), *rest))


def _bounded(spans: Iterable[Span], most: int) -> tuple[list[Span], int]:
    traces: dict[str, dict[str, Span]] = {}
    for one in spans:
        traces.setdefault(one.trace, {})[one.id] = one  # two sides of one call may bring the same span
    kept: list[Span] = []
    left = 0
    for trace in traces.values():
        if len(kept) + len(trace) <= most:
            kept += trace.values()
        else:
            left += len(trace)
    return kept, left


def _line(one: Span) -> str:
    start = datetime.fromtimestamp(one.start, UTC).isoformat(timespec="microseconds")
    ended = " ".join(filter(None, (_FAILED if one.failed else "ok", one.status)))
    cells = (start, one.service, one.operation, f"{one.seconds * 1000:.3f} ms", ended, one.trace, one.id, one.parent)
    return "\t".join(" ".join(cell.split()) or _NONE for cell in cells)


def read(text: str, link: Callable[[str], str] = lambda _: "") -> tuple[Span, ...]:
    """The spans of an answer made by `written`; `link` gives a trace's page. A line that redaction broke is left out."""
    rows = (line for line in text.split("\n") if line != HEADER and line.count("\t") == len(_CELLS) - 1)
    return tuple(span for line in rows if (span := _span(line, link)))


def _span(line: str, link: Callable[[str], str]) -> Span | None:
    start, service, operation, duration, ended, trace, own, parent = (
        "" if cell == _NONE else cell for cell in line.split("\t")
    )
    verdict, _, status = ended.partition(" ")
    try:
        begun, seconds = datetime.fromisoformat(start).timestamp(), float(duration.removesuffix(" ms")) / 1000
    except ValueError:
        return None
    return Span(trace, own, parent, service, operation, begun, seconds, verdict == _FAILED, status, line, link(trace))
