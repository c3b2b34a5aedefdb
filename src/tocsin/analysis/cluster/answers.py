"""What a cluster answered, as text; and how a claim finds the words that prove it. Used by `reading` and by the checks.

Holds no meaning of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tocsin.model.signals import ClusterAnswer

_LONGEST = 500


@dataclass(slots=True)
class Answers:
    """All answers of one cluster, searchable for lines to quote."""

    all: tuple[ClusterAnswer, ...]
    _found: dict[tuple[tuple[str, ...], str], str] = field(default_factory=dict)

    def line(self, *words: str, about: str = "") -> str:
        """The first line that holds all the words, answers that name `about` first; "" when none does."""
        wanted = tuple(word for word in words if word)
        key = (wanted, about)
        if key not in self._found:
            self._found[key] = next(self._lines(wanted, about), "") if wanted else ""
        return self._found[key]

    def _lines(self, words: tuple[str, ...], about: str) -> Iterator[str]:
        for answer in sorted(self.all, key=lambda one: about not in one.name) if about else self.all:
            yield from lines_with(answer.text, words)


def lines_with(text: str, words: tuple[str, ...]) -> Iterator[str]:
    """The stripped lines of `text` that hold all the words."""
    first = max(words, key=len)
    at = text.find(first)
    while at >= 0:
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        line = text[start : end if end >= 0 else len(text)]
        if all(word in line for word in words):
            yield _span(line.strip(), first)
        at = text.find(first, end) if end >= 0 else -1


def _span(line: str, word: str) -> str:
    """The line, or of a very long one the surroundings of the word: still a span of the answer."""
    if len(line) <= _LONGEST:
        return line
    at = line.find(word)
    return line[max(0, at - _LONGEST // 4) : at + _LONGEST].strip()


def quoted(lines: Iterable[str], most: int = 4) -> tuple[str, ...]:
    """Lines worth quoting, without blanks and repeats."""
    return tuple(dict.fromkeys(line for line in lines if line))[:most]
