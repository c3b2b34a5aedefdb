"""Headers: what stands before a log line's message (time, level, host, thread, logger), found without knowing the system.

Called by `templates` and `traces` readers. A line is read field by field from its left: times wherever they stand in the first
fields, then whatever looks like a field and not like prose. Every pattern is anchored and bounded, so that hostile lines cost
no more than honest ones.
"""

import json
import re
from typing import Any

_STAMP = re.compile(
    r"""\s*(?:<\d{1,3}>\d?\s?)?(?:[\w./:-]{1,80}[ ](?=\d{4}-\d\d-\d\d[T\ ]))?[\[(]?(?:
      \d{4}[-/.]\d\d[-/.]\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:\ ?Z|\ ?[+-]\d\d:?\d\d|\ UTC)?
    | \d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d(?:\.\d+)?
    | \d\d[-/.]\d\d[-/.]\d\d(?:\d\d)?[\ T]\d\d:\d\d:\d\d(?:[.,]\d+)?
    | \d\d[-/.]\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d+)?
    | \d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?:\ [+-]\d{4})?
    | (?:[A-Z][a-z]{2},?\ )?[A-Z][a-z]{2}\ {1,2}\d{1,2}\ \d\d:\d\d:\d\d(?:\.\d+)?(?:\ \d{4})?
    | \d{1,2}\ [A-Z][a-z]{2}\ \d{4}\ \d\d:\d\d:\d\d(?:\.\d+)?
    | \d{8}-\d{1,2}:\d{1,2}:\d{1,2}:\d+
    | \d{6}\ \d{6}
    | \d{10}(?:\.\d+|\d{3})?
    | \d\d:\d\d:\d\d(?:[.,]\d+)?
    )[\])]?[\s|,:]*""",
    re.VERBOSE,
)
_PROCESS = re.compile(  # syslog: host, program, pid
    r"\S{1,80} (?:[\w./()@#-]{1,80}(?: [\w.()]{1,40}){0,3}\[\d{1,9}\]|[\w./()@#-]{1,80})(?: \([^()]{1,120}\))?: "
)
_PIPES = re.compile(r"^(?:[^|\n]{0,60}\|){1,4}")  # time|module|pid|message
_FIELD = re.compile(
    r"""(?:\[(?:[^\]\[]|\[[^\]\[]{0,80}\]){0,240}\]                       # [thread] [request [id=1]]
    | \(?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE)\)?(?=[\s:|\]])
    | [VDIWEFA]\ [\w$./:-]{1,80}?\ {0,20}:(?=\s)                         # one letter for the level, and a tag
    | [\w$]{1,80}(?:\.[\w$]{1,80}){1,12}(?:(?<!Exception)(?<!Error):|(?=\ \[)|(?:\ \*\d+)?\ -(?=\ ))  # a.dotted.logger:
    | [\w./-]{1,80}(?=\ {1,4}[\[(]?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)[\s:|\])])  # service or host
    | [\w.-]{1,40}(?=\ {3})                                             # a column
    | \d+(?=[\s|])                                                     # pid
    | [-|:])[\s|:]*""",
    re.IGNORECASE | re.VERBOSE,
)
_IDENTIFIER = re.compile(r"(?:-|[A-Z]{2,20}|(?=\S{0,80}[\d._/#@-])[\w.:/#@*-]{1,80}(?<!:))\s+")
"""A word of a header rather than of prose: a dash, capitals, or something with digits or punctuation in it."""
_SHOUTED = re.compile(
    r"(?:[A-Z][A-Z0-9]{1,20}\s+){0,3}(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|FATAL|FAILURE)\s+"
)
"""Capitals that end in a level: facility, component, INFO."""
MOST_SKIPPED = 5
"""Words that may stand before a time, or between two of them."""
_LEVEL = re.compile(
    r"(?<![A-Za-z])(?:(FATAL|PANIC|CRITICAL|CRIT|EMERG|SEVERE)|(ERROR|ERR)|(WARNING|WARN)|(INFO|NOTICE)|(DEBUG|TRACE))(?![A-Za-z])"
    r"|(?:level=|\[)(?:(fatal|panic|critical|crit|emerg)|(error|err)|(warning|warn)|(info|notice)|(debug|trace))\b"
)
_BEGINS = re.compile(r"(?:(panic|fatal error)|(fail|crit)|(trce|dbug)): ")
"""How Go dies, and how .NET's console spells its levels."""
_LEVELS = ("FATAL", "ERROR", "WARN", "INFO", "DEBUG")
_GLOG = re.compile(r"([FEWI])\d{4} \d\d:\d\d:\d\d(?:\.\d+\s+\d+ [\w./-]{1,80}:\d+\] ?)?")
_SYSLOG = re.compile(r"<(\d{1,3})>1 \S{1,40} (?:\S{1,255} ){4}(?:-|(?:\[(?:[^\]\\]|\\.){0,900}\]){1,8}) ?\ufeff?")
"""RFC 5424: priority, time, host, app, process, message id, structured data. The priority's last three bits are the severity."""
_SEVERITIES = ("FATAL", "FATAL", "FATAL", "ERROR", "WARN", "INFO", "INFO", "DEBUG")
_LOGFMT = re.compile(r"[A-Za-z_][\w.-]{0,40}=(?:\"|\S)")
_LOGFMT_TEXT = re.compile(r"(?:^|\s)(?:msg|message|err|error)=(?:\"((?:[^\"\\]|\\.){0,2000})\"|(\S{1,500}))")
_COLOURS = re.compile(r"\x1b\[[\d;]{0,20}m")
_CONTAINER = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP] ")
"""What the container runtime writes before each line of a container."""
_STACKS = ("stack_trace", "stacktrace", "stack", "exception", "exc_info", "error.stack_trace")
_NUMBERED = {10: "DEBUG", 20: "DEBUG", 30: "INFO", 40: "WARN", 50: "ERROR", 60: "FATAL"}
"""Levels as pino and bunyan count them."""
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
_JSON_TEXT = ("msg", "message", "log", "event", "error", "text", "body", "short_message")
_JSON_LEVEL = ("level", "severity", "lvl", "log.level", "levelname")


def unstamped(line: str) -> str:
    """The line without a leading timestamp; indentation behind the stamp is kept, because it marks stack frames."""
    found = _STAMP.match(line)
    if not found:
        return line
    kept = len(found.group().rstrip())
    return line[kept + 1 :] if line[kept : kept + 1] in {" ", "\t"} else line[kept:]


def unwrapped(line: str) -> list[str]:
    """The lines an application wrote, out of what its container's runtime and its terminal put around them.

    A JSON line that brings a stack trace gives its message and the trace's own lines.
    """
    line = _COLOURS.sub("", line) if "\x1b" in line else line
    if framed := _CONTAINER.match(line):
        return unwrapped(line[framed.end() :])
    if not line.startswith("{") or "\\n" not in line:
        return [line]
    fields = _fields(line)
    if "stream" in fields and isinstance(fields.get("log"), str):
        return unwrapped(fields["log"].rstrip("\n"))
    traces = (fields[name] for name in _STACKS if isinstance(fields.get(name), str) and "\n" in fields[name])
    return [line, *next((one.splitlines() for one in traces), [])]


def _fields(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def read(line: str) -> tuple[str, str]:
    """The message of a line without its header, and its level ("" when it names none)."""
    if line.lstrip().startswith("{"):
        return _read_json(line)
    if _LOGFMT.match(line) and (told := _LOGFMT_TEXT.findall(line)):
        return ": ".join(quoted or plain for quoted, plain in told), level_of(line)
    if syslog := _SYSLOG.match(line):
        text, level = read(line[syslog.end() :])
        return text, level or _SEVERITIES[int(syslog[1]) % 8]
    return _message(line), level_of(line)


def _message(line: str) -> str:
    if (glog := _GLOG.match(line)) and line[glog.end() - 1] in "] ":
        return line[glog.end() :] or line
    begins = _after_times(line)
    rest = line[begins:]
    if begins:
        process = _PROCESS.match(rest)
        rest = rest[process.end() :] if process else _PIPES.sub("", rest, count=1)
    for _ in range(6):
        field = _FIELD.match(rest)
        if not field or field.end() == len(rest):
            break
        rest = rest[field.end() :]
    return rest or line


def _after_times(line: str) -> int:
    """Where the last leading time ends, with the facility and level in capitals behind it; 0 when the line has no time.

    Before a time and between two of them stand identifiers only: a word of prose ends the header.
    """
    end = at = skipped = 0
    while skipped <= MOST_SKIPPED:
        if found := _STAMP.match(line, at):
            end = at = found.end()
            skipped = 0
        elif word := _IDENTIFIER.match(line, at):
            at = word.end()
            skipped += 1
        else:
            break
    if not end:
        return 0
    word = _IDENTIFIER.match(line, end)
    loud = _SHOUTED.match(line, word.end()) if word else None
    return loud.end() if loud else end


def level_of(line: str) -> str:
    """FATAL, ERROR, WARN, INFO, DEBUG, or "" for a line that names no level near its start."""
    found = _LEVEL.search(line, 0, 160)
    if found:
        return _LEVELS[((found.lastindex or 1) - 1) % 5]
    if begins := _BEGINS.match(line):
        return ("FATAL", "ERROR", "DEBUG")[(begins.lastindex or 1) - 1]
    glog = _GLOG.match(line)
    return {"F": "FATAL", "E": "ERROR", "W": "WARN", "I": "INFO"}[glog.group(1)] if glog else ""


def level_named(word: str) -> str:
    """A source's own level word on our scale, or ""."""
    return _SPELLED.get(word.strip().lower(), "")


def _read_json(line: str) -> tuple[str, str]:
    fields = _fields(line)
    if not fields:
        return _message(line), level_of(line)
    text = next((str(fields[name]) for name in _JSON_TEXT if isinstance(fields.get(name), str)), line)
    level = next((_level_told(fields[name]) for name in _JSON_LEVEL if fields.get(name)), "")
    return text, level or level_of(text)


def _level_told(value: object) -> str:
    return _NUMBERED.get(value, "") if isinstance(value, int) else level_named(str(value))
