"""Changes as the text of an answer, and how that text is read. Used by the snapshot, kept and memory windows.

One line per change, cells parted by tabs, so a change's own words stand in the evidence as they are.
"""

from collections.abc import Iterable
from datetime import datetime

from tocsin.model.change import Change, ChangeKind
from tocsin.model.ground import rfc3339

_CELLS = ("at", "kind", "service", "version", "environment", "author", "source", "id", "link", "text")
HEADER = "\t".join(_CELLS)


def written(changes: Iterable[Change]) -> str:
    """Newest first; line breaks and tabs inside a cell become spaces."""
    newest = sorted(changes, key=lambda change: change.at, reverse=True)
    return "\n".join((HEADER, *(_line(change) for change in newest)))


def _line(change: Change) -> str:
    cells = {**change.model_dump(mode="json"), "at": rfc3339(change.at)}
    return "\t".join(" ".join(str(cells[name]).split()) for name in _CELLS)


def read(text: str) -> tuple[Change, ...]:
    """The changes of an answer made by `written`."""
    rows = (line.split("\t") for line in text.split("\n") if line != HEADER and line.count("\t") == len(_CELLS) - 1)
    return tuple(_change(dict(zip(_CELLS, row, strict=True))) for row in rows)


def _change(cells: dict[str, str]) -> Change:
    at, kind = datetime.fromisoformat(cells.pop("at")), ChangeKind(cells.pop("kind"))
    return Change(at=at, kind=kind, **cells)
