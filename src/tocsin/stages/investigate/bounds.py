"""Keeps stored evidence small without losing what a finding quotes. Called by the investigate stage; pure."""

from collections.abc import Iterable
from typing import NamedTuple

_LONG_LINE = 2_000
_AROUND = 200


class Bounded(NamedTuple):
    """A text within bounds, and how many lines were left out of it."""

    text: str
    omitted: int


def bounded(text: str, quotes: Iterable[str], limit: int = 65_536) -> Bounded:
    """The head, the tail and every line that a quote touches; each gap says how much was left out.

    `limit` is in characters. Every quote that stands in `text` still stands in the answer, even when the quotes alone
    are over the limit. Of a very long line only the surroundings of the quote are kept.
    """
    if len(text) <= limit:
        return Bounded(text, 0)
    kept = [span for quote in quotes if quote and (span := _around(text, quote))]
    room = max(0, limit - sum(end - start for start, end in _united(kept)))
    head = _line_end(text, room // 2)
    tail = _line_start(text, max(head, len(text) - room // 2))
    return _joined(text, _united([(0, head), *kept, (tail, len(text))]))


def _around(text: str, quote: str) -> tuple[int, int] | None:
    """The whole lines that the quote touches, or a piece of them when they are very long."""
    at = text.find(quote)
    if at < 0:
        return None
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at + len(quote))
    end = len(text) if end < 0 else end + 1
    return (
        start if at - start <= _LONG_LINE else at - _AROUND,
        end if end - at - len(quote) <= _LONG_LINE else at + len(quote) + _AROUND,
    )


def _line_end(text: str, at: int) -> int:
    """The end of the last whole line before `at`; `at` itself inside a very long line."""
    end = text.rfind("\n", 0, at) + 1
    return end if at - end <= _LONG_LINE else at


def _line_start(text: str, at: int) -> int:
    """The start of the first whole line after `at`; `at` itself inside a very long line."""
    start = text.find("\n", at)
    return start + 1 if 0 <= start - at <= _LONG_LINE else at


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _joined(text: str, spans: list[tuple[int, int]]) -> Bounded:
    pieces: list[str] = []
    omitted = at = 0
    for start, end in spans:
        if start > at:
            lines = text.count("\n", at, start)
            omitted += lines
            breaks = ("" if not pieces or text[at - 1] == "\n" else "\n"), "\n"
            left_out = f"{lines} lines" if lines else f"{start - at} characters"
            pieces.append(f"{breaks[0]}... {left_out} omitted ...{breaks[1]}")
        pieces.append(text[start:end])
        at = end
    return Bounded("".join(pieces), omitted)
