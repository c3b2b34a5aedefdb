"""The text of `kubectl describe` as an outline: keys, values, what is indented below them. Used by `described`.

Knows the layout only: `Key:   value`, deeper lines below their key, and values that go on in their own column.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_KEY = re.compile(r"([^\s:][^:\n]{0,200}):(?:\s+(.*)|$)")
_VALUE_COLUMN = 9
"""Values that go on below stand at least this far right of their key; children stand nearer."""


_DEEPEST = 12
"""No description nests deeper; text that does is cut there, so that reading stays linear."""


@dataclass(slots=True)
class Entry:
    """One key: its values (more than one when they go on below), its children, and all raw lines below it."""

    key: str
    values: list[str] = field(default_factory=list)
    children: "list[Entry]" = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def get(self, key: str) -> "Entry":
        """The first child of that name, or an empty entry."""
        return next((child for child in self.children if child.key == key), Entry(key))

    @property
    def value(self) -> str:
        """The first value; "" for none and for `<none>`, `<unset>`, `<nil>`."""
        first = self.values[0] if self.values else ""
        return "" if first in ("<none>", "<unset>", "<nil>", "<unknown>") else first

    def pairs(self, separator: str = "=") -> dict[str, str]:
        """Values of the form `key=value`, several in a cell when commas part them."""
        cells = (cell for value in self.values for cell in value.split(","))
        found = (cell.strip().partition(separator) for cell in cells)
        return {key: value for key, apart, value in found if apart}


def outline(text: str) -> Entry:
    """The whole text as one entry whose children are the top-level keys."""
    root = Entry("")
    open_entries: list[tuple[int, Entry]] = [(-1, root)]
    for raw in text.splitlines():
        line = raw.strip()
        if not line:
            continue
        indent = len(raw) - len(raw.lstrip())
        while open_entries[-1][0] >= indent:
            open_entries.pop()
        for _, entry in open_entries:
            entry.lines.append(line)
        _place(line, indent, open_entries)
    return root


def _place(line: str, indent: int, open_entries: list[tuple[int, Entry]]) -> None:
    at, above = open_entries[-1]
    if above.values and indent - at >= _VALUE_COLUMN:
        above.values.append(line)
        return
    found = _KEY.match(line)
    if found:
        entry = Entry(found[1].strip(), [found[2].strip()] if found[2] else [])
        above.children.append(entry)
        if len(open_entries) < _DEEPEST:
            open_entries.append((indent, entry))


def rows(lines: list[str]) -> Iterator[list[str]]:
    """The rows of a table below its dashes, cells parted by two blanks or more."""
    below = False
    for line in lines:
        if set(line) <= {"-", " "}:
            below = True
        elif below:
            yield re.split(r"\s{2,}", line)
