"""Templates: log lines without their variables, mined as they stream by, in bounded memory.

Called by `logs` and `rootcause`. One configuration for every system: a line loses its header, its variables are masked, and
drain3 groups what is left. A cache from digit-blind line to template makes the common line cost one lookup, and one that is
blind to hexadecimal identities too makes the line with a new identity cost little more. What words stand
in a template's open places is counted: a few that come again and again are states (`to spawn`, `to destroy`) and part `group`
in two, many different ones are values. Never reads meaning into a line; that is `codes`, `traces` and `meaning`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from drain3.drain import Drain, LogCluster

from tocsin.analysis import codes, headers, traces

LONGEST_LINE = 4000
"""Characters of a line that are looked at; the rest is payload."""
MOST_TEMPLATES = 4000
MOST_CACHED = 60_000
MOST_STATES = 8
"""Different words in one place of a template from which on they are values and not states."""
OFTEN = 2.0
"""How often each word of a place comes on average, at least, if they are states."""
MOST_MEMBERS = 200
"""Shapes of one template whose words are compared."""
OPEN = "<*>"
_DIGITS = {ord(digit): "0" for digit in "123456789"}
_HEXADECIMAL = _DIGITS | {ord(letter): "0" for letter in "abcdefABCDEF"}

_IDENTITY = re.compile(r"\b[0-9a-fA-F]{8}(?:(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]*)(?![\w-])")
"""What stands for one thing of many, in hexadecimal: no other one makes another template."""

_MASKS = re.compile(
    r"""(?P<UUID>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)
    |(?P<TIME>\b\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?
        |\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\ )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\ {1,2}\d{1,2}
            \ \d\d:\d\d:\d\d(?:\ [A-Z]{3,4})?(?:\ \d{4})?)
    |(?P<IP>/?(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?(?!\w))
    |(?P<PATH>(?<![\w/])(?:/[\w.@%+=~:-]+){2,}/?(?:\?[\w.@%+=~&;:/-]{0,500})?)
    |(?P<HEX>\b0x[0-9a-fA-F]+\b|\b(?=[a-fA-F]{0,16}\d)[0-9a-fA-F]{8,}\b)
    |(?P<SIZE>(?<![\w.])\d+(?:[.,]\d+)*\ ?(?:bytes?|[kKMGT]i?B|B)\b(?:\ \(\d+(?:[.,]\d+)*\ ?(?:bytes|[kKMGT]i?B|B)\))?)
    |(?P<DUR>(?<![\w.])<?\ ?\d+(?:\.\d+)?\ ?(?:ns|us|µs|ms|s|secs?|seconds?|mins?|minutes?|h|hours?)\b
        |(?<![\w.:])\d{1,3}:\d\d(?::\d\d)?(?![\w:]))
    |(?P<ID>\b[A-Za-z][A-Za-z0-9]{0,40}(?:[_-][A-Za-z0-9]{1,40}){0,6}?[_-]-?\d[A-Za-z0-9]{0,40}(?:[_-][A-Za-z0-9]{1,40}){0,8}(?![\w]))
    |(?P<NUM>(?<![A-Za-z0-9])[-+]?\d+(?:[.,]\d+)*)""",
    re.VERBOSE,
)
_KIND = {"HEX": "NUM"}
_BEFORE_VALUES = re.compile(r"(?:\b(?:user|username|name|host|hostname|file|path|id|key|for)|=)$", re.IGNORECASE)
_VARIABLE = re.compile(r"<(?:[A-Z]{2,4}|\*)>")
_TRUTHS = frozenset({"true", "false", "null", "none", "yes", "no"})
_WORD = re.compile(r"[A-Za-z(\['\"][A-Za-z_.:;,()\[\]'\"=-]{0,60}")


@dataclass(slots=True)
class Shape:
    """All that digits do not change about a line: its template, level, places of codes, part in a stack trace, and words.

    `lines` counts the lines of this shape.
    """

    cluster: LogCluster
    level: str
    spans: tuple[codes.Span, ...]
    part: traces.Part
    words: tuple[str, ...]
    lines: int = 0


Group = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of a template with its open places, and the states that stand in some of them."""


class Templates:
    """The templates seen so far. Memory is bounded: the least recently used templates and cached lines make room."""

    def __init__(self, most: int = MOST_TEMPLATES) -> None:
        self._drain = Drain(depth=5, sim_th=0.5, max_children=100, max_clusters=most)
        self._shapes: dict[str, Shape] = {}
        self._members: dict[int, list[Shape]] = {}
        self._states: dict[int, tuple[int, frozenset[int]]] = {}

    def shape(self, line: str) -> Shape:
        """The shape of one physical line; `spans` index this very line."""
        known = self._shapes.get(line[:LONGEST_LINE].translate(_DIGITS)) or self._unidentified(line[:LONGEST_LINE])
        known.lines += 1
        return known

    def _unidentified(self, line: str) -> Shape:
        """The shape of a line whose identities do not matter. Zeros take their places, so that `spans` stay where they are."""
        line = _IDENTITY.sub(_zeros, line)
        key = line.translate(_DIGITS)
        known = self._shapes.get(key)
        if known is None:
            if len(self._shapes) >= MOST_CACHED:
                self._shapes.clear()
                self._members.clear()
            known = self._shapes[key] = self._learn(line, key)
        return known

    def _learn(self, line: str, key: str) -> Shape:
        content, level = headers.read(line)
        words = joined(masked(content))
        cluster, _ = self._drain.add_log_message(" ".join(words))
        shape = Shape(cluster, level, codes.spans(key), traces.part(headers.unstamped(line)), words)
        members = self._members.setdefault(cluster.cluster_id, [])
        if len(members) < MOST_MEMBERS:
            members.append(shape)
        return shape

    def group(self, shape: Shape) -> Group:
        """The lines this one belongs with, as far as is known by now.

        Templates with the same words are one, whatever kind of variable stands between them; states part it.
        """
        places = self._open_states(shape)
        return _plain(shape.cluster.log_template_tokens), tuple(shape.words[at] for at in sorted(places))

    def _open_states(self, shape: Shape) -> frozenset[int]:
        """The open places of a shape's template in which states stand."""
        cluster = shape.cluster
        if len(shape.words) != len(cluster.log_template_tokens):
            return frozenset()
        members = self._members.get(cluster.cluster_id, ())
        known = self._states.get(cluster.cluster_id)
        if known is None or known[0] != len(members):
            known = self._states[cluster.cluster_id] = len(members), _states(cluster.log_template_tokens, members)
        return known[1]


def _zeros(found: re.Match[str]) -> str:
    written = found.group()
    return written if written.isalpha() else written.translate(_HEXADECIMAL)


def _states(template: Sequence[str], members: Sequence[Shape]) -> frozenset[int]:
    """Open places that hold a few plain words, each again and again, and do not follow a word that announces a value."""
    fit = [one for one in members if len(one.words) == len(template)]
    found = set()
    for at in (at for at, word in enumerate(template) if word == OPEN):
        seen: Counter[str] = Counter()
        for one in fit:
            seen[one.words[at]] += one.lines
        announced = at and any(_BEFORE_VALUES.search(one.words[at - 1]) for one in fit[:1])
        if (
            not announced
            and len(seen) <= MOST_STATES
            and seen.total() >= OFTEN * len(seen)
            and all(map(_is_state, seen))
        ):
            found.add(at)
    return frozenset(found)


def _is_state(word: str) -> bool:
    return _WORD.fullmatch(word) is not None and word.lower().strip('",.;') not in _TRUTHS


def _plain(template: Iterable[str]) -> tuple[str, ...]:
    """The template with every variable alike, and several in a row as one."""
    words = (OPEN if word.startswith("<") else _VARIABLE.sub(OPEN, word) for word in template)
    return tuple(word for word, _ in groupby(words))


def text_of(shape: Shape) -> str:
    """The template as text; it may have become more general since the line was seen."""
    return str(shape.cluster.get_template())


def masked(message: str) -> str:
    """The message with every variable replaced by its kind."""
    return _MASKS.sub(lambda found: f"<{_KIND.get(found.lastgroup or '', found.lastgroup)}>", message).replace(
        "=", "= "
    )


def joined(message: str) -> tuple[str, ...]:
    """The words of a masked message; a list of one kind of variable counts as one variable, however long it is."""
    words: list[str] = []
    for word in message.split():
        if "<" in word:
            parts = word.split(",")
            word = parts[0] if len(parts) > 1 and len(set(filter(None, parts))) == 1 else word
            if words and words[-1] == word:
                continue
        words.append(word)
    return tuple(words)
