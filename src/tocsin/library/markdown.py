"""A Markdown file taken apart: front matter, headings, sections, list items and fenced blocks, each with its line.

Called by `runbooks`. Knows nothing of runbooks and runs nothing; every line is looked at once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(\S.*)")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([^`]*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language (`yaml step`), its text, and the line its text starts on."""

    language: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Item:
    """One list item or fenced block, in reading order: what a plain wiki page has instead of steps."""

    text: str
    code: str
    line: int


@dataclass(frozen=True)
class Section:
    """A heading with everything until the next heading. `level` is 0 for the text before the first one."""

    title: str
    level: int
    line: int
    lines: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """The section without its heading, as written."""
        return "\n".join(self.lines).strip()

    @cached_property
    def prose(self) -> str:
        """The section without its fenced blocks."""
        return "\n".join(part for _, part in self._walk() if isinstance(part, str)).strip()

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The fenced blocks in order."""
        return tuple(part for _, part in self._walk() if isinstance(part, Block))

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """List items in order; a fenced block belongs to the item before it, or stands alone."""
        found: list[Item] = []
        for number, part in self._walk():
            if isinstance(part, Block):
                found = _with_code(found, part)
            elif item := _ITEM.fullmatch(part):
                found.append(Item(item[1].strip(), "", number))
        return tuple(found)

    def _walk(self) -> Iterator[tuple[int, str | Block]]:
        """Each line outside fences with its number, each fence as one block. An unclosed fence ends with the section."""
        fence, language, start, kept = "", "", 0, list[str]()
        for number, line in enumerate(self.lines, self.line + 1):
            mark = _FENCE.fullmatch(line)
            if fence and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                yield start, Block(language, "\n".join(kept), start)
                fence = ""
            elif fence:
                kept.append(line)
            elif mark:
                fence, language, start, kept = mark[1], mark[2].strip(), number + 1, []
            else:
                yield number, line
        if fence:
            yield start, Block(language, "\n".join(kept), start)


@dataclass(frozen=True)
class Document:
    """A whole file. `front_line` is the line the front matter starts on, 0 when there is none."""

    front: str
    front_line: int
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """The first heading, or ""."""
        return next((section.title for section in self.sections if section.title), "")


def parse(text: str) -> Document:
    """Takes a Markdown text apart. Never fails: whatever is not a heading belongs to the section it stands in."""
    lines = text.removeprefix("\ufeff").splitlines()
    front, start = _front_matter(lines)
    sections = tuple(_sections(lines[start:], start))
    return Document("\n".join(front), 2 if start else 0, sections)


def _front_matter(lines: list[str]) -> tuple[list[str], int]:
    """The lines between the leading `---` marks, and how many lines they take with their marks."""
    if not lines or lines[0].strip() != "---":
        return [], 0
    for number, line in enumerate(lines[1:], 1):
        if line.strip() == "---":
            return lines[1:number], number + 1
    return [], 0


def _sections(lines: list[str], offset: int) -> Iterator[Section]:
    title, level, line_of_title, kept, fence = "", 0, offset, list[str](), ""
    for number, line in enumerate(lines, offset + 1):
        fence = _fence_after(line, fence)
        heading = None if fence else _HEADING.fullmatch(line.rstrip())
        if heading:
            yield Section(title, level, line_of_title, tuple(kept))
            title, level, line_of_title, kept = heading[2].strip("# \t"), len(heading[1]), number, []
        else:
            kept.append(line)
    yield Section(title, level, line_of_title, tuple(kept))


def _fence_after(line: str, fence: str) -> str:
    """Which fence is open after this line: a `#` inside code is no heading."""
    bare = line.strip()
    if fence:
        return "" if bare.startswith(fence) and not bare.strip(fence[0]) else fence
    mark = _FENCE.fullmatch(line)
    return mark[1] if mark else ""


def _with_code(items: list[Item], block: Block) -> list[Item]:
    if items and not items[-1].code:
        return [*items[:-1], Item(items[-1].text, block.text, items[-1].line)]
    return [*items, Item("", block.text, block.line)]
