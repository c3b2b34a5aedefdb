"""A message as the wording rules read it: sentences and clauses, with what turns a claim into none. Pure; used by the rules.

Quotes, dashes and spaces are made plain one character for one, so that a place in `plain` is the same place in `raw`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tocsin.guard.late import Late
from tocsin.guard.wording.lexicon import modality

_PLAIN = str.maketrans(
    {
        "\u2019": "'",
        "\u2018": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\t": " ",
        "*": " ",
        "`": " ",
    }
)
_END = Late(r"[.!?\u2026]{1,5}(?=[\s\"')\]]|$)|[\r\n]{1,8}|\s/{1,2}\s|\s-\s|;\s")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or line; `start` is its place in the message."""

    text: str
    start: int

    def asserts(self, match: re.Match[str]) -> bool:
        """True when the words at `match` are claimed: not denied, wished for, expected, or made to depend on something."""
        before, after = (
            self.text[max(0, match.start() - 160) : match.start()],
            self.text[match.end() : match.end() + 60],
        )
        own = before[_last_end(before) :]
        return not (
            modality.UNCLAIMED.search(own) or modality.CONDITION.search(before) or modality.PARTIAL.match(after)
        )


def _last_end(before: str) -> int:
    """Where the clause that is going on at the end of `before` begins."""
    return max((end.end() for end in modality.CLAUSE_END.finditer(before)), default=0)


@dataclass(frozen=True)
class Text:
    """A message, read once for all rules."""

    raw: str

    @cached_property
    def plain(self) -> str:
        """The message with plain punctuation, of the same length."""
        return self.raw.translate(_PLAIN)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Its sentences and lines in order."""
        return tuple(sentences(self.plain))

    def quote(self, start: int, end: int) -> str:
        """The words between two places, exactly as they were written."""
        return self.raw[start:end].strip()


def sentences(text: str) -> Iterator[Sentence]:
    """The text cut at sentence ends, line ends, semicolons and dashes that stand alone."""
    begin = 0
    for end in _END.finditer(text):
        if text[begin : end.start()].strip():
            yield Sentence(text[begin : end.start()], begin)
        begin = end.end()
    if text[begin:].strip():
        yield Sentence(text[begin:], begin)
