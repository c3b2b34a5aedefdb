"""Log answers as text, and how that text is read: sections by service, time and level of a line, stack traces joined.

Used by every window on logs. The text is the evidence, so raw lines stand in it word for word; a section begins with
`==> service <==`, as `tail` prints it. Never decides what a line means.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from tocsin.model.signals import LogLine

_HEADER = re.compile(r"==> (.{1,200}) <==$")
_TRACE_LINES = 200

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")
_SLASHED = re.compile(r"(\d{4}|\d\d)/(\d\d)/(\d\d) (\d\d:\d\d:\d\d(?:[.,]\d{1,6})?)")
_COMMON = re.compile(r"\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}")
_SYSLOG = re.compile(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d")
_KLOG = re.compile(r"[IWEF](\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d{6})")
_EPOCH = re.compile(r"\A\W{0,4}(1\d{9}(?:\d{3}|\d{6}|\d{9}|\.\d{1,9})?)(?!\d)")
_TIME_WITHIN = 64  # characters from the start of a line in which its time must begin

_LEVEL = re.compile(
    r"\b(?:level=\"?|\"level\": ?\")?(trace|debug|info|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|panic|emerg|alert)\b",
    re.IGNORECASE,
)
_LEVELS = {
    "warning": "warn",
    "err": "error",
    "crit": "critical",
    "emerg": "critical",
    "panic": "fatal",
    "notice": "info",
}
_KLOG_LEVELS = {"I": "info", "W": "warn", "E": "error", "F": "fatal"}
_CONTINUES = re.compile(
    r"\s|at |Caused by: |\.\.\. \d+ more|Traceback |File \"|goroutine \d+ \[|panic: |created by |[\w.$/]{1,120}\.go:\d+"
    r"|[\w.$]{1,120}(?:Error|Exception|Interrupt|Exit|Throwable)(?::|$)|[)\]}]"
)
_TRACE_ID, _SPAN_ID = (
    re.compile(rf"\b{name}[._-]?id\W{{1,4}}([0-9a-z][0-9a-z-]{{7,63}})(?![0-9a-z-])", re.IGNORECASE)
    for name in ("trace", "span")
)
_W3C = re.compile(r"\b00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}\b")
_BRACKETED = re.compile(r"\[[\w.-]*,([0-9a-f]{16,32}),([0-9a-f]{16})[,\]]")
_MESSAGE_KEYS = ("message", "msg", "log", "event", "body", "error")
_TIME_KEYS = ("time", "timestamp", "@timestamp", "ts", "date", "t")
_LEVEL_KEYS = ("level", "severity", "lvl", "log.level", "levelname")


def section(service: str, lines: Iterable[str]) -> str:
    """One service's lines under its header; a raw line that looks like a header is indented, so it cannot speak for others."""
    name = " ".join(service.split()) or "unknown"
    body = (f" {line}" if _HEADER.match(line) else line for entry in lines for line in entry.splitlines())
    return "\n".join((f"==> {name} <==", *body))


def read_sections(text: str, year: int) -> tuple[LogLine, ...]:
    """All entries of all sections, oldest first; an entry without a time goes with the one before it.

    `year` is for formats that print none (syslog, klog).
    """
    entries: list[tuple[datetime, LogLine]] = []
    for service, lines in _sections(text):
        before = datetime.min.replace(tzinfo=UTC)
        for entry in join_traces(lines, year):
            one = read_entry(entry, service, year)
            before = one.at or before
            entries.append((before, one))
    return tuple(one for _, one in sorted(entries, key=lambda pair: pair[0]))


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    service, lines = "", list[str]()
    for line in text.split("\n"):
        if header := _HEADER.match(line):
            if lines:
                yield service, lines
            service, lines = header[1], []
        elif line.strip():
            lines.append(line)
    if lines:
        yield service, lines


def join_traces(lines: Iterable[str], year: int) -> Iterator[str]:
    """Entries: a line that only makes sense after the one before (a stack frame, an exception's name) is joined to it."""
    entry: list[str] = []
    for line in lines:
        follows = len(entry) in range(1, _TRACE_LINES) and continues(line) and time_of(line, year) is None
        if entry and not follows:
            yield "\n".join(entry)
            entry = []
        entry.append(line)
    if entry:
        yield "\n".join(entry)


def continues(line: str) -> bool:
    """True when a line only makes sense after the one before it, as a stack frame does."""
    return _CONTINUES.match(line) is not None


def read_entry(text: str, service: str, year: int) -> LogLine:
    """Time, level and words of one entry. Of a JSON line the message is taken, if it stands in the line word for word."""
    fields, (trace, span) = _json(text), visit_of(text)
    if fields is None:
        return LogLine(text, time_of(text, year), service, level_of(text), trace, span)
    message = _first(fields, _MESSAGE_KEYS)
    at = time_of(_first(fields, _TIME_KEYS), year)
    level = level_of(f"level={_first(fields, _LEVEL_KEYS)}")
    return LogLine(message if message and message in text else text, at, service, level, trace, span)


def visit_of(text: str) -> tuple[str, str]:
    """The trace and the span that an entry says it was written in: named ids, `traceparent`, or Sleuth's brackets; or "".

    `trace_id=4bf9...`, `"spanId": "00f0..."`, `00-4bf9...-00f0...-01`, `[shop,4bf9...,00f0...]`.
    """
    if together := _W3C.search(text) or _BRACKETED.search(text):
        return together[1], together[2]
    trace, span = _TRACE_ID.search(text), _SPAN_ID.search(text)
    return trace[1] if trace else "", span[1] if span else ""


def _json(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _first(fields: dict[str, Any], names: Iterable[str]) -> str:
    found = (fields.get(name) for name in names)
    return next((str(value) for value in found if value not in (None, "") and not isinstance(value, dict | list)), "")


def level_of(text: str) -> str:
    """`trace`, `debug`, `info`, `warn`, `error`, `critical`, `fatal`, or "" when the start of the entry names none."""
    if _KLOG.match(text):
        return _KLOG_LEVELS[text[0]]
    found = _LEVEL.search(text, 0, 160)
    word = found[1].lower() if found else ""
    return _LEVELS.get(word, word)


def time_of(text: str, year: int) -> datetime | None:
    """The time that a line begins with, in UTC; a time without an offset is taken as UTC. None when there is none."""
    for pattern, read in _FORMATS:
        if found := pattern.search(text, 0, _TIME_WITHIN + 40):
            if found.start() > _TIME_WITHIN:
                continue
            try:
                return read(found, year).astimezone(UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso(found: re.Match[str], _: int) -> datetime:
    text = found[0].replace(",", ".")
    if "." in text:
        head, _dot, rest = text.partition(".")
        digits = re.match(r"\d+", rest)
        fraction = digits[0] if digits else ""
        text = f"{head}.{fraction[:6]:0<6}{rest[len(fraction) :]}"
    return _utc(datetime.fromisoformat(text))


def _slashed(found: re.Match[str], _: int) -> datetime:
    first, month, day, clock = found.groups()
    return _utc(datetime.fromisoformat(f"{first if len(first) == 4 else '20' + first}-{month}-{day}T{clock[:8]}"))


def _common(found: re.Match[str], _: int) -> datetime:
    return datetime.strptime(found[0], "%d/%b/%Y:%H:%M:%S %z")


def _syslog(found: re.Match[str], year: int) -> datetime:
    return datetime.strptime(f"{year} {found[0]} +0000", "%Y %b %d %H:%M:%S %z")


def _klog(found: re.Match[str], year: int) -> datetime:
    return _utc(datetime.fromisoformat(f"{year}-{found[1]}-{found[2]}T{found[3]}"))


def _epoch(found: re.Match[str], _: int) -> datetime:
    digits = found[1]
    scale = 1 if "." in digits else 10 ** (len(digits) - 10)
    return datetime.fromtimestamp(float(digits) / scale, UTC)


_FORMATS = (
    (_ISO, _iso),
    (_SLASHED, _slashed),
    (_COMMON, _common),
    (_KLOG, _klog),
    (_SYSLOG, _syslog),
    (_EPOCH, _epoch),
)
