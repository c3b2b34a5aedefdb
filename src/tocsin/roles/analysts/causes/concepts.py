"""Concepts: is a condition described in a text, whatever product wrote it. Called by the weighing of causes; reads, never obeys.

A phrase is words that must stand near each other, in any order: `pool exhaust*|deplet*` is "pool" and, close by, a word
that begins with "exhaust" or "deplet". `!word` must not stand near. A `no`, `not` or `0` right before the words denies them.
Special words: `<full>` (500/500, 100%), `<high>` (80% and more), `<percent>`, `<zero>`, `<number>`, `5xx`, `<ip>`, `<cve>`,
`<path>`. Time is linear in the text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 20_000
"""Characters of a text that are read; an alert or a log line beyond it says nothing new."""
SLACK = 4
"""Other words that may stand between the words of a phrase."""
_SENTENCE_GAP = 12
_LONGEST_STEM = 16
_WEIGHTLESS = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "been", "by", "for", "has", "have", "in", "is", "it", "its", "of", "on",
    "that", "the", "their", "this", "to", "was", "were", "which", "with",
})  # fmt: skip
"""Words that widen no distance: they are there, but take no place."""
_NEGATIONS = frozenset({"no", "not", "without", "never", "zero", "<zero>"})
_TOKEN = re.compile(
    r"(?P<ratio>\d+(?:\.\d+)?\s?/\s?\d+(?:\.\d+)?)|(?P<cve>CVE-\d{4}-\d+)|(?P<ip>\d+\.\d+\.\d+\.\d+)"
    r"|(?P<path>(?<![\w/])/[a-z][\w.-]*(?:/[\w.-]+)*)"
    r"|(?P<number>\d+(?:\.\d+)?\s?%|\d+(?:\.\d+)?(?![A-Za-z0-9]))|(?P<word>[A-Za-z0-9_]+(?:[-.][A-Za-z0-9_]+)*)|(?P<stop>[.!?;](?=\s)|\n)"
)
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[a-z]*")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms that must be near each other; each term is its alternatives, a trailing `*` meaning "begins with"."""

    written: str
    terms: tuple[tuple[str, ...], ...]
    absent: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def phrase(written: str) -> Phrase:
    """The phrase as people write it in the catalogue. Raises ValueError when it has no word that must be there."""
    words = written.lower().split()
    terms = tuple(tuple(word.split("|")) for word in words if not word.startswith("!"))
    if not terms:
        raise ValueError(f"the phrase {written!r} names nothing that must be there")
    absent = tuple(one for word in words if word.startswith("!") for one in word[1:].split("|"))
    return Phrase(written, terms, absent)


class Reading:
    """A text read once, so that many phrases can be looked up in it."""

    def __init__(self, text: str) -> None:
        self._at: dict[str, list[int]] = {}
        self._words: dict[int, set[str]] = {}
        self._known: dict[str, bool] = {}
        for place, word in _placed(text[:LONGEST]):
            self._words.setdefault(place, set()).add(word)
            self._index(place, word)

    def says(self, wanted: Phrase) -> bool:
        """True when the words of the phrase stand together somewhere, undenied."""
        if wanted.written not in self._known:
            self._known[wanted.written] = self._says(wanted)
        return self._known[wanted.written]

    def _says(self, wanted: Phrase) -> bool:
        places: list[list[int]] = []
        for term in wanted.terms:
            found = self._places(term)
            if not found:
                return False
            places.append(found)
        against = self._places(wanted.absent)
        own = {word for term in wanted.terms for word in term}
        return any(
            not self._denied(first, own) and not any(first - 3 <= place <= last + 3 for place in against)
            for first, last in _together(places, len(places) + SLACK)
        )

    def first(self, phrases: Iterable[Phrase]) -> Phrase | None:
        """The first of the phrases that the text says."""
        return next((one for one in phrases if self.says(one)), None)

    def _index(self, place: int, word: str) -> None:
        """A word is found by itself and by each of its beginnings."""
        for key in (word, *(f"{word[:size]}*" for size in range(2, min(len(word), _LONGEST_STEM) + 1))):
            places = self._at.setdefault(key, [])
            if not places or places[-1] != place:
                places.append(place)

    def _places(self, term: tuple[str, ...]) -> list[int]:
        if len(term) == 1:
            return self._at.get(term[0], [])
        return sorted({place for one in term for place in self._at.get(one, ())})

    def _denied(self, first: int, own: set[str]) -> bool:
        before = self._words.get(first - 1, set())
        return bool(before & _NEGATIONS) and not before & own


@lru_cache(maxsize=256)
def reading(text: str) -> Reading:
    """The text, read once: the same alert is diagnosed again with every round of evidence."""
    return Reading(text)


def _together(places: list[list[int]], width: int) -> Iterator[tuple[int, int]]:
    """Windows (first, last) that hold one place of every list and span fewer than `width` words: one pass, by merging."""
    merged = sorted((place, which) for which, several in enumerate(places) for place in several)
    newest: dict[int, int] = {}
    for place, which in merged:
        newest[which] = place
        if len(newest) == len(places):
            first = min(newest.values())
            if place - first < width:
                yield first, place


def _placed(text: str) -> Iterator[tuple[int, str]]:
    """The words with their places; a sentence's end is a gap too wide for any phrase."""
    place = 0
    for found in _TOKEN.finditer(text):
        if found.lastgroup == "stop":
            place += _SENTENCE_GAP
            continue
        kind, piece = found.lastgroup or "", found.group()
        for word in _words(kind, piece):
            yield place, word
        place += piece.lower() not in _WEIGHTLESS


def _words(kind: str, piece: str) -> list[str]:
    """What one token stands for, all at one place: a host's name is long and says little."""
    match kind:
        case "ratio":
            return ["<ratio>", *_ratio(piece)]
        case "cve" | "ip":
            return [f"<{kind}>"]
        case "path":
            return ["<path>", *(part.lower() for part in piece.split("/") if part)]
        case "number":
            return _number(piece)
        case _:
            return _compound(piece)


def _ratio(piece: str) -> list[str]:
    part, _, whole = piece.partition("/")
    total = float(whole)
    share = float(part) / total if total else 0.0
    return [name for name, least in (("<full>", 0.98), ("<high>", 0.8)) if 1.05 >= share >= least]


def _number(piece: str) -> list[str]:
    digits = piece.rstrip("% ")
    value = float(digits)
    if piece.endswith("%"):
        marks = [name for name, least in (("<full>", 98), ("<high>", 80)) if value >= least]
        return ["<percent>", *marks, *(["<zero>"] if value == 0 else [])]
    if value == 0:
        return [digits, "<zero>"]
    return [digits, "<number>", *(["5xx"] if len(digits) == 3 and digits[0] == "5" else [])]


def _compound(piece: str) -> list[str]:
    """`CrashLoopBackOff` is itself and its four parts; so is `crash-loop-back-off`."""
    whole = piece.lower()
    parts = [part.lower() for part in _PART.findall(piece)]
    return [whole, *whole.replace(".", "-").split("-"), *parts] if len(parts) > 1 else [whole]
