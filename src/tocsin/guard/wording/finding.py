"""How a rule says what it found: the words, quoted exactly, and what to write instead. Pure; used by the rules."""

import re
from collections.abc import Callable, Iterable, Iterator

from tocsin.guard.late import Late
from tocsin.guard.wording.situation import Situation
from tocsin.guard.wording.text import Sentence, Text
from tocsin.model.update import WordingCode, WordingViolation

Rule = Callable[[Text, Situation], WordingViolation | None]
"""One rule: the text and the incident's state in, the one violation or None out."""
Found = tuple[int, int]
"""Where in the message the words stand."""


def violation(code: WordingCode, text: Text, found: Found | None, advice: str) -> WordingViolation | None:
    """The violation for the words at `found`, or None."""
    return WordingViolation(code=code, span=text.quote(*found), advice=advice) if found else None


def absent(code: WordingCode, advice: str) -> WordingViolation:
    """The violation for something that a message must have and this one has not."""
    return WordingViolation(code=code, span="", advice=advice)


def first(found: Iterable[Found]) -> Found | None:
    """The first place, or None."""
    return next(iter(found), None)


def each(text: Text, *patterns: Late) -> Iterator[tuple[Sentence, re.Match[str]]]:
    """Every match of every pattern, sentence by sentence."""
    for sentence in text.sentences:
        for pattern in patterns:
            for match in pattern.finditer(sentence.text):
                yield sentence, match


def at(sentence: Sentence, match: re.Match[str]) -> Found:
    """The place of a match in the whole message."""
    return sentence.start + match.start(), sentence.start + match.end()


def span(match: re.Match[str] | None) -> Found | None:
    """The place of a match in a whole text."""
    return match.span() if match else None


def named(text: str, names: frozenset[str]) -> re.Match[str] | None:
    """The first of these names that stands in the text as a word of its own."""
    listed = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    return re.search(rf"(?<![\w-])(?:{listed})(?![\w-])", text, re.IGNORECASE) if listed else None
