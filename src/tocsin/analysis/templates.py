"""Templates: log lines without their variables, mined as they stream by, in bounded memory.

Called by `logs`. One configuration for every system: a line is stripped of its header (time, level, thread), its variables
are masked, and drain3 groups what is left. A cache from digit-blind line to template makes the common line cost one lookup.
Never reads meaning into a line; that is `codes`, `traces` and `meaning`.
"""

import json
import re
from dataclasses import dataclass

from drain3.drain import Drain, LogCluster

from tocsin.analysis import codes, traces

LONGEST_LINE = 4000
"""Characters of a line that are looked at; the rest is payload."""
MOST_TEMPLATES = 4000
MOST_CACHED = 60_000
_DIGITS = {ord(digit): "0" for digit in "123456789"}

_STAMP = re.compile(
    r"""\s*(?:<\d{1,3}>\d?\s?)?(?:[\w./:-]{1,80}[ ](?=\d{4}-\d\d-\d\d[T\ ]))?[\[(]?(?:
      \d{4}[-/.]\d\d[-/.]\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:\ ?Z|\ ?[+-]\d\d:?\d\d|\ UTC)?
    | \d\d[-/.]\d\d[-/.]\d\d(?:\d\d)?[\ T]\d\d:\d\d:\d\d(?:[.,]\d+)?
    | \d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?:\ [+-]\d{4})?
    | (?:[A-Z][a-z]{2},?\ )?[A-Z][a-z]{2}\ {1,2}\d{1,2}\ \d\d:\d\d:\d\d(?:\.\d+)?(?:\ \d{4})?
    | \d{8}-\d{1,2}:\d{1,2}:\d{1,2}:\d+
    | \d{6}\ \d{6}
    | \d{10}(?:\.\d+|\d{3})?
    | \d\d:\d\d:\d\d(?:[.,]\d+)?
    )[\])]?[\s|,:]*""",
    re.VERBOSE,
)
_PROCESS = re.compile(r"\S{1,80} [\w./()@-]{1,80}(?:\[\d{1,9}\])?: ")  # syslog: host, program, pid
_PIPES = re.compile(r"^(?:[^|\n]{0,60}\|){1,4}")  # time|module|pid|message
_FIELD = re.compile(
    r"""(?:\[[^\]\[]{0,240}\]                                             # [thread] [request id]
    | \(?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE)\)?(?=[\s:|\]])
    | [\w$]{1,80}(?:\.[\w$]{1,80}){1,12}(?:(?<!Exception)(?<!Error):|(?=\ \[))  # a.dotted.logger:
    | [\w./-]{1,80}(?=\ {1,4}[\[(]?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)[\s:|\])])  # service or host
    | \d+(?=[\s|])                                                     # pid
    | [-|:])[\s|:]*""",
    re.IGNORECASE | re.VERBOSE,
)
_LEVEL = re.compile(
    r"(?<![A-Za-z])(?:(FATAL|PANIC|CRITICAL|CRIT|EMERG|SEVERE)|(ERROR|ERR)|(WARNING|WARN)|(INFO|NOTICE)|(DEBUG|TRACE))(?![A-Za-z])"
    r"|(?:level=|\[)(?:(fatal|panic|critical|crit|emerg)|(error|err)|(warning|warn)|(info|notice)|(debug|trace))\b"
)
_LEVELS = ("FATAL", "ERROR", "WARN", "INFO", "DEBUG")
_GLOG = re.compile(r"([FEWI])\d{4} \d\d:\d\d:\d\d")
_SPELLED = {
    "fatal": "FATAL",
    "panic": "FATAL",
    "critical": "FATAL",
    "crit": "FATAL",
    "emerg": "FATAL",
    "alert": "FATAL",
    "severe": "FATAL",
    "error": "ERROR",
    "err": "ERROR",
    "warning": "WARN",
    "warn": "WARN",
    "info": "INFO",
    "notice": "INFO",
    "information": "INFO",
    "debug": "DEBUG",
    "trace": "DEBUG",
}
_MASKS = re.compile(
    r"""(?P<UUID>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)
    |(?P<TIME>\b\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)
    |(?P<IP>(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?(?!\w))
    |(?P<PATH>(?<![\w/])(?:/[\w.@%+=~-]+){2,}/?)
    |(?P<HEX>\b0x[0-9a-fA-F]+\b|\b(?=[a-fA-F]{0,16}\d)[0-9a-fA-F]{8,}\b)
    |(?P<DUR>(?<![\w.])\d+(?:\.\d+)?\ ?(?:ns|us|µs|ms|s|secs?|seconds|mins?|minutes|h|hours)\b)
    |(?P<NUM>(?<![A-Za-z0-9])[-+]?\d+(?:[.,]\d+)*)""",
    re.VERBOSE,
)
_JSON_TEXT = ("msg", "message", "log", "event", "error", "text", "body", "short_message")
_JSON_LEVEL = ("level", "severity", "lvl", "log.level", "levelname")


@dataclass(frozen=True, slots=True)
class Shape:
    """All that digits do not change about a line: its template, level, places of codes, and its part in a stack trace."""

    cluster: LogCluster
    level: str
    spans: tuple[codes.Span, ...]
    part: traces.Part


class Templates:
    """The templates seen so far. Memory is bounded: the least recently used templates and cached lines make room."""

    def __init__(self, most: int = MOST_TEMPLATES) -> None:
        self._drain = Drain(depth=5, sim_th=0.5, max_children=100, max_clusters=most)
        self._shapes: dict[str, Shape] = {}

    def shape(self, line: str) -> Shape:
        """The shape of one physical line; `spans` index this very line."""
        key = line[:LONGEST_LINE].translate(_DIGITS)
        known = self._shapes.get(key)
        if known is None:
            if len(self._shapes) >= MOST_CACHED:
                self._shapes.clear()
            known = self._shapes[key] = self._learn(line[:LONGEST_LINE], key)
        return known

    def _learn(self, line: str, key: str) -> Shape:
        content, level = read(line)
        cluster, _ = self._drain.add_log_message(masked(content))
        return Shape(cluster, level, codes.spans(key), traces.part(unstamped(line)))


def text_of(shape: Shape) -> str:
    """The template as text; it may have become more general since the line was seen."""
    return str(shape.cluster.get_template())


def unstamped(line: str) -> str:
    """The line without a leading timestamp; indentation behind the stamp is kept, because it marks stack frames."""
    found = _STAMP.match(line)
    if not found:
        return line
    kept = len(found.group().rstrip())
    return line[kept + 1 :] if line[kept : kept + 1] in {" ", "\t"} else line[kept:]


def read(line: str) -> tuple[str, str]:
    """The message of a line without its header, and its level ("" when it names none)."""
    if line.lstrip().startswith("{"):
        return _read_json(line)
    return _message(line), level_of(line)


def _message(line: str) -> str:
    rest = line
    found = _STAMP.match(rest)
    if found:
        rest = rest[found.end() :]
        process = _PROCESS.match(rest)
        rest = rest[process.end() :] if process else _PIPES.sub("", rest, count=1)
    for _ in range(6):
        field = _FIELD.match(rest)
        if not field or field.end() == len(rest):
            break
        rest = rest[field.end() :]
    return rest or line


def level_of(line: str) -> str:
    """FATAL, ERROR, WARN, INFO, DEBUG, or "" for a line that names no level near its start."""
    found = _LEVEL.search(line, 0, 160)
    if found:
        return _LEVELS[((found.lastindex or 1) - 1) % 5]
    glog = _GLOG.match(line)
    return {"F": "FATAL", "E": "ERROR", "W": "WARN", "I": "INFO"}[glog.group(1)] if glog else ""


def level_named(word: str) -> str:
    """A source's own level word on our scale, or ""."""
    return _SPELLED.get(word.strip().lower(), "")


def _read_json(line: str) -> tuple[str, str]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return _message(line), level_of(line)
    if not isinstance(fields, dict):
        return line, ""
    text = next((str(fields[name]) for name in _JSON_TEXT if isinstance(fields.get(name), str)), line)
    level = next((level_named(str(fields[name])) for name in _JSON_LEVEL if fields.get(name)), "")
    return text, level or level_of(text)


def masked(message: str) -> str:
    """The message with every variable replaced by its kind."""
    return _MASKS.sub(lambda found: f"<{found.lastgroup}>", message.replace("=", "= "))
