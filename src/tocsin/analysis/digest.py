"""Digests of evidence: the few lines of an answer that tell most, word for word, each with the number it is recalled by. Pure."""

import re
from collections.abc import Iterable

_DIFFERS = re.compile(r"[\w:.+-]*\d[\w:.+-]*")
_TROUBLE = re.compile(
    r"(?i)\b(?:error|fatal|critical|panic|exception|fail\w*|refused|denied|timed? ?out|timeout|exhausted|killed|oom|full|"
    r"unavailable|deadlock|lag|expired|rollout|deploy\w*)\b"
)
LONGEST = 240
"""Characters of a line that are shown; the rest is recalled by its number."""


def digest_of(text: str, most: int) -> str:
    """Within `most` characters: lines of trouble first, then the others, each shape once with how often it stands there.

    A line of the digest is `L12 x3| the line`: its number, its count, its words.
    """
    shapes: dict[str, list[int]] = {}
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.strip():
            shapes.setdefault(_DIFFERS.sub("#", line)[:LONGEST], []).append(number)
    ranked = sorted(shapes.values(), key=lambda at: (not _TROUBLE.search(lines[at[0]]), len(at) > 1, at[0]))
    kept, room = [], most
    for at in ranked:
        shown = f"L{at[0] + 1} x{len(at)}| {lines[at[0]][:LONGEST]}"
        if len(shown) + 1 > room:
            continue
        kept.append((at[0], shown))
        room -= len(shown) + 1
    left = len(shapes) - len(kept)
    return "\n".join([*(shown for _, shown in sorted(kept)), *([f"[{left} other kinds of lines]"] if left else [])])


def recalled(text: str, asked: Iterable[str], most: int) -> str:
    """Lines by number, as `L12` or `L10-L14`, within `most` characters; what names no line is passed over."""
    lines, shown = text.splitlines(), []
    for one in asked:
        found = re.fullmatch(r"L(\d{1,7})(?:-L?(\d{1,7}))?", one.strip())
        if found is None:
            continue
        first, last = int(found[1]), int(found[2] or found[1])
        shown += [f"L{at}| {lines[at - 1]}" for at in range(max(first, 1), min(last, first + 20, len(lines)) + 1)]
    return "\n".join(shown)[:most]
