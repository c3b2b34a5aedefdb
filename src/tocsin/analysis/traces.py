"""Stack traces: which lines belong together, and what a trace says: language, exception, message, innermost frame.

Called by `logs`. Knows the layouts that Python, Java, Go, Node, .NET, Ruby, Rust, PHP and Elixir print. Purely textual: every line
is looked at once with anchored, bounded patterns, so hostile text costs no more than honest text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

Lines = Sequence[str]


class Part(Enum):
    """The part a physical line can play when lines are joined."""

    HEAD = auto()
    """Begins an entry of its own."""
    CONTINUED = auto()
    """A frame or a cause: belongs to the line before."""
    OPENS = auto()
    """Begins a Python trace: belongs to the line before, unless a trace has just ended there."""
    THROWN = auto()
    """Names an exception: belongs to frames or to an error right before it."""
    INSIDE = auto()
    """Belongs to frames right before it."""
    BLANK = auto()
    """Belongs to any trace before it."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A recognised trace. `exception` and `frame` are as written; the lines are those they stand in, for quoting."""

    language: str
    exception: str
    message: str
    frame: str
    exception_line: str
    frame_line: str


_CONTINUED = re.compile(
    r"\s+\S|at [\w.$<>/\[\]`]{1,200}\(|Caused by: |\.\.\. \d+ |goroutine \d+ \[|\[signal |#\d+ |from /"
    r"|\*\* \(|[\w./-]{1,200}\.rb:\d{1,6}:in "
    r"|[Ss]tack trace:|stack backtrace:|note: |During handling of|The above exception|--- End of|created by |thrown in "
)
_OPENS = "Traceback (most recent call last)"
_THROWN_LINE = re.compile(r"[A-Za-z_][\w.$\\]{0,200}(?:Exception|Error|Throwable|Interrupt|Exit|Warning|Fault)\b")
_INSIDE = re.compile(
    r"[A-Za-z_][\w.]{0,200}(?:: |$)|[\w./*\[\]-]{1,200}(?:\(\*?\w{1,80}\)[\w.]{1,100})?\([^()]{0,300}\)$"
)
_PANICS = re.compile(r"(?:panic|fatal error): |thread '[^']{1,100}' .{0,20}panicked at ")
_HINT = re.compile(
    r"Traceback \(|\.(?:java|kt|scala|groovy|rb|go|rs|php|cs|vb|js|ts|mjs|cjs|exs?)[:(]|^\s+at |panic|Uncaught|:line \d",
    re.MULTILINE,
)
_CLASS = re.compile(r"[A-Za-z_][\w.$\\]*")
_THROWN = ("Exception", "Error", "Throwable", "Fault")

_NUMBER = re.compile(r" (?:\[\w{1,80}\]|\(0x[0-9A-Fa-f]{1,16}(?:, [^()]{0,100})?\))")
"""What Node and .NET put behind an exception's name: `Error [ERR_HTTP_HEADERS_SENT]: ...`, `NpgsqlException (0x80004005): ...`."""

_PYTHON_FRAME = re.compile(r'\s*File "([^"]{1,300})", line (\d+)(?:, in (.{1,120}))?')
_JAVA_FRAME = re.compile(
    r"\s*at ([\w.$<>/@]{1,300})\(([\w$]{1,200}\.(?:java|kt|scala|groovy)(?::\d+)?|Native Method|Unknown Source)\)"
)
_NODE_FRAME = re.compile(
    r"\s*at (?:([^(]{1,200}) \()?((?:file://|node:|webpack|/|[A-Za-z]:\\)[^()\s]{0,300}:\d+:\d+|<anonymous>)\)?\s*$"
)
_DOTNET_FRAME = re.compile(r"\s*at ([\w.`<>\[\]+,]{1,300}\([^()]{0,300}\))(?: in (\S{1,300}:line \d+))?\s*$")
_GO_PLACE = re.compile(r"\s+(\S{1,300}\.go:\d+)")
_GO_HEAD = re.compile(r"\b(panic|fatal error): ")
_RUBY_HEAD = re.compile(r"(?<!\S)(\S{1,300}\.rb:\d+:in [`'][^']{1,120}'): ")
_RUBY_FRAME = re.compile(r"\s*(?:from )?(\S{1,300}\.rb:\d+:in [`'][^']{1,120}')")
_RAISED = re.compile(r"\b([A-Z]\w{1,80}(?:::[A-Z]\w{1,80}){0,6}) \((.{0,300})\):?\s*$")
"""Rails says the class first and its message in brackets, frames below."""
_ELIXIR_HEAD = re.compile(r"\*\* \(([\w.]{1,120})\) (.*)")
_ELIXIR_FRAME = re.compile(r"\s+\([\w-]{1,80} [\d.]{1,20}\) (\S{1,300}\.exs?:\d+)")
_RUST_HEAD = re.compile(r"\bthread '[^']{1,100}' (?:\(\d+\) )?panicked at (?:'([^']{0,300})', )?(\S{1,300}:\d+:\d+)")
_PHP_HEAD = re.compile(r"\bUncaught ([\w\\]{1,200}): ")
_PHP_PLACE = re.compile(r" in (/\S{1,300}:\d+)")


def part(line: str) -> Part:
    """Which part this line (without its timestamp) plays when lines are joined."""
    if not line.strip():
        return Part.BLANK
    if line.startswith(_OPENS):
        return Part.OPENS
    if _CONTINUED.match(line):
        return Part.CONTINUED
    if _THROWN_LINE.match(line):
        return Part.THROWN
    return Part.INSIDE if _INSIDE.match(line) else Part.HEAD


def joins(part: Part, before: Sequence[Part], last_line: str, after_error: bool) -> bool:
    """Whether a line of this part belongs to the entry whose lines have the parts `before` and end with `last_line`.

    `after_error` says that the entry is so far one line of level ERROR or FATAL.
    """
    if part is Part.HEAD:
        return last_line.endswith(":") and _PANICS.search(last_line) is not None  # Rust says why on the next line
    if part is Part.CONTINUED:
        return True
    in_trace = Part.CONTINUED in before
    if part is Part.OPENS:
        return not (in_trace and before[-1] in {Part.THROWN, Part.INSIDE})
    if part is Part.BLANK:
        return in_trace or _PANICS.search(last_line) is not None
    return before[-1] in {Part.CONTINUED, Part.OPENS} or (part is Part.THROWN and after_error)


def recognise(lines: Lines) -> Trace | None:
    """What the trace in these joined lines says; None when there is none."""
    if not _HINT.search("\n".join(lines)):
        return None
    return next((found for read in _READERS if (found := read(lines))), None)


def thrown(line: str) -> tuple[str, str] | None:
    """The exception class and message a line names, such as `Caused by: java.net.ConnectException: refused`."""
    for found in _CLASS.finditer(line[:2000]):
        name = found.group()
        dotted = name.count(".") >= 2 and name.rpartition(".")[2][:1].isupper()
        if name.endswith(_THROWN) or dotted:
            rest = line[found.end() :]
            code = _NUMBER.match(rest)
            rest = rest[code.end() :] if code else rest
            if not rest.strip() or rest.startswith(":"):
                return name, rest[1:].strip()
    return None


def _python(lines: Lines) -> Trace | None:
    if not any(_OPENS in line for line in lines):
        return None
    frames = [(at, found) for at, line in enumerate(lines) if (found := _PYTHON_FRAME.match(line))]
    if not frames:
        return None
    at, frame = frames[-1]
    last = next((line for line in lines[at + 1 :] if line[:1].strip() and _CLASS.match(line)), "")
    name, _, message = last.partition(": ")
    where = f"{frame[1]}:{frame[2]}" + (f" in {frame[3].strip()}" if frame[3] else "")
    return Trace("python", name.strip(), message, where, last, lines[at])


def _java(lines: Lines) -> Trace | None:
    return _deepest("java", lines, _JAVA_FRAME, lambda frame: f"{frame[1]}({frame[2]})")


def _node(lines: Lines) -> Trace | None:
    return _deepest("node", lines, _NODE_FRAME, lambda frame: f"{frame[1]} ({frame[2]})" if frame[1] else frame[2])


def _dotnet(lines: Lines) -> Trace | None:
    return _deepest("dotnet", lines, _DOTNET_FRAME, lambda frame: frame[1] + (f" in {frame[2]}" if frame[2] else ""))


def _deepest(
    language: str, lines: Lines, pattern: re.Pattern[str], spell: Callable[[re.Match[str]], str]
) -> Trace | None:
    """The root cause: the last named exception that has frames of its own, with the first of them."""
    best: Trace | None = None
    head: tuple[str, tuple[str, str]] | None = None
    for line in lines:
        frame = pattern.match(line)
        if frame and head:
            best = Trace(language, *head[1], spell(frame), head[0], line)
            head = None
        elif not frame and (named := thrown(line)):
            head = (line, named)
    return best


def _go(lines: Lines) -> Trace | None:
    heads = [(line, found) for line in lines if (found := _GO_HEAD.search(line))]
    places = [(line, found) for line in lines if (found := _GO_PLACE.match(line))]
    if not heads or not places:
        return None
    own = next((pair for pair in places if "/runtime/" not in pair[0]), places[0])
    line, head = heads[0]
    return Trace("go", head[1], line[head.end() :].strip(), own[1][1], line, own[0])


def _rust(lines: Lines) -> Trace | None:
    for at, line in enumerate(lines):
        if found := _RUST_HEAD.search(line):
            following = lines[at + 1] if at + 1 < len(lines) else ""
            return Trace("rust", "panic", (found[1] or following).strip(), found[2], line, line)
    return None


def _ruby(lines: Lines) -> Trace | None:
    for line in lines:
        if found := _RUBY_HEAD.search(line):
            message, _, tail = line[found.end() :].rpartition(" (")
            named = tail.rstrip(")") if tail.endswith(")") else ""
            return Trace("ruby", named or "RuntimeError", message or line[found.end() :], found[1], line, line)
    return _below("ruby", lines, _RAISED, _RUBY_FRAME)


def _elixir(lines: Lines) -> Trace | None:
    return _below("elixir", lines, _ELIXIR_HEAD, _ELIXIR_FRAME)


def _below(language: str, lines: Lines, head: re.Pattern[str], frame: re.Pattern[str]) -> Trace | None:
    """The first line that names an exception and its message, with the first frame below it."""
    heads = ((at, found) for at, line in enumerate(lines) if (found := head.search(line)))
    at, named = next(heads, (0, None))
    places = ((line, found) for line in lines[at + 1 :] if (found := frame.match(line)))
    line, place = next(places, ("", None))
    if not named or not place:
        return None
    return Trace(language, named[1], named[2], place[1], lines[at], line)


def _php(lines: Lines) -> Trace | None:
    for line in lines:
        if found := _PHP_HEAD.search(line):
            rest = line[found.end() :]
            place = _PHP_PLACE.search(rest)
            if place:
                return Trace("php", found[1], rest[: place.start()], place[1], line, line)
    return None


_READERS = (_python, _rust, _go, _php, _ruby, _elixir, _java, _node, _dotnet)
