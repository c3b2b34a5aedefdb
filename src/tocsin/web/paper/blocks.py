"""Markdown, as far as a post-mortem uses it, as blocks of spans. Pure; anything else is text like any other.

Headings, paragraphs, list items, table rows as lines, fenced code; bold, code, links and citations inside. An address is shown
and never made clickable: who reads a PDF sees where a link leads before they type it.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEADING = "heading"
    SUBHEADING = "subheading"
    ITEM = "item"
    PARAGRAPH = "paragraph"
    CODE = "code"


class Style(StrEnum):
    """How a span is set."""

    PLAIN = "plain"
    BOLD = "bold"
    CODE = "code"
    CITATION = "citation"
    ANCHOR = "anchor"


class Span(NamedTuple):
    """Some characters of one style; of a citation and an anchor, the number of the event."""

    text: str
    style: Style = Style.PLAIN


class Block(NamedTuple):
    """One block. `level` is the depth of a list item."""

    kind: Kind
    spans: tuple[Span, ...]
    level: int = 0


_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^(\s*)(?:[-*+]|\d{1,3}[.)])\s+(.*)$")
_DEFINITION = re.compile(r"^\[[^\]]+\]:\s")
_RULE = re.compile(r"^\s*(?:[-*_|: ]{3,})$")
_INLINE = re.compile(
    r"(?P<escape>\\[\\`*{}\[\]<>()|~&_:@.#+!-])|\[#(?P<cite>\d{1,9})\](?!\()|<a id=\"event-(?P<anchor>\d{1,9})\"></a>"
    r"|\*\*(?P<bold>[^*\n]{1,500})\*\*|`(?P<code>[^`\n]{1,500})`|\[(?P<label>[^\]\n]{1,300})\]\((?P<url>[^)\s]{1,500})\)"
)
_KINDS = {1: Kind.TITLE, 2: Kind.HEADING}


def blocks(text: str) -> Iterator[Block]:
    """The blocks in order. Lines that follow each other are one paragraph."""
    gathered: list[str] = []
    for line, is_code in _lines(text):
        block = Block(Kind.CODE, (Span(line, Style.CODE),)) if is_code else _block(line)
        if block is None and line.strip() and not _is_silent(line):
            gathered.append(line.strip())
            continue
        if gathered:
            yield Block(Kind.PARAGRAPH, tuple(spans(" ".join(gathered))))
            gathered.clear()
        if block is not None:
            yield block
    if gathered:
        yield Block(Kind.PARAGRAPH, tuple(spans(" ".join(gathered))))


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it stands inside a fence; fences themselves end a paragraph."""
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            yield "", False
        else:
            yield line, fenced


def _is_silent(line: str) -> bool:
    """Definitions of references, and rules."""
    return bool(_DEFINITION.match(line) or _RULE.match(line))


def _block(line: str) -> Block | None:
    """A line that is a block of its own."""
    if heading := _HEADING.match(line):
        return Block(_KINDS.get(len(heading.group(1)), Kind.SUBHEADING), tuple(spans(heading.group(2))))
    if _is_silent(line):
        return None
    if item := _ITEM.match(line):
        return Block(Kind.ITEM, tuple(spans(item.group(2))), min(len(item.group(1).expandtabs(4)) // 2, 3))
    if line.lstrip().startswith("|"):
        return Block(Kind.ITEM, tuple(spans("   ".join(cell.strip() for cell in line.strip().strip("|").split("|")))))
    return None


def spans(text: str) -> Iterator[Span]:
    """The line's parts; escapes are taken out."""
    begin = 0
    for found in _INLINE.finditer(text):
        if found.start() > begin:
            yield Span(text[begin : found.start()])
        yield _span(found)
        begin = found.end()
    if begin < len(text):
        yield Span(text[begin:])


def _span(found: re.Match[str]) -> Span:
    told = found.groupdict()
    if told["escape"]:
        return Span(told["escape"][1:])
    if told["cite"]:
        return Span(told["cite"], Style.CITATION)
    if told["anchor"]:
        return Span(told["anchor"], Style.ANCHOR)
    if told["bold"]:
        return Span(told["bold"], Style.BOLD)
    if told["code"]:
        return Span(told["code"], Style.CODE)
    return Span(f"{told['label']} ({told['url']})")
