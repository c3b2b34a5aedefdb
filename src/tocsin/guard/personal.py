"""Keeps personal data in the house: whoever is asked outside sees marks in its place, and the answer has it back. Pure.

A `Veil` is made for one question: the same mail address, telephone or account number has the same mark in all of it, such as
`<e-mail 1>`, which tells nothing and links nothing to the next question. Used by the purse for models and by the line to
agents elsewhere. What leaves by a tool that acts has words there instead, for good (`impersonal`).

Addresses of machines, names of hosts and of logins stay: security incidents are made of them. Secrets and cards are `redact`'s.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tocsin.guard.personal_shapes import SHAPES

_MARK = re.compile(r"<(?:e-mail|account|phone|identity|personal) \d{1,5}>")


class Piece(NamedTuple):
    """Where something personal stands, and what it is."""

    start: int
    end: int
    kind: str


def pieces(text: str) -> Iterator[Piece]:
    """Everything personal in the text, in order, none within another."""
    found = [
        Piece(*match.span(1), shape.kind)
        for shape in SHAPES
        for match in shape.at.finditer(text)
        if shape.holds(match[1])
    ]
    end = 0
    for piece in sorted(found):
        if piece.start >= end:
            end = piece.end
            yield piece


def replaced(text: str, mark: Callable[[str, str], str]) -> str:
    """The text with `mark(kind, piece)` in the place of every piece."""
    made, at = list[str](), 0
    for start, end, kind in pieces(text):
        made += (text[at:start], mark(kind, text[start:end]))
        at = end
    return "".join((*made, text[at:]))


def impersonal(text: str) -> str:
    """The text with `[e-mail]` and the like for good: nobody who reads it there needs more."""
    return replaced(text, lambda kind, _: f"[{kind}]")


@dataclass(slots=True)
class Veil:
    """The marks of one question, and what each stands for."""

    _marks: dict[str, str] = field(default_factory=dict)
    _pieces: dict[str, str] = field(default_factory=dict)

    def over(self, value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
        """A text, or JSON with texts, with marks in the place of what is personal."""
        return _through(value, lambda text: replaced(text, self._mark))

    def lifted(self, value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
        """The same with what its marks stand for. A mark that nobody set is left as it is."""
        return _through(value, lambda text: _MARK.sub(lambda mark: self._pieces.get(mark[0], mark[0]), text))

    def _mark(self, kind: str, piece: str) -> str:
        if piece not in self._marks:
            mark = f"<{kind} {len(self._marks) + 1}>"
            self._marks[piece], self._pieces[mark] = mark, piece
        return self._marks[piece]


def _through(value: Any, each: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return each(value)
    if isinstance(value, Mapping):
        return {name: _through(one, each) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_through(one, each) for one in value]
    return value
