"""The files of a snapshot folder: found, unpacked, decoded, parsed. Used by the other rooms of this package.

Every mistake becomes a DataError that names the file and the line. Files may end in `.gz`.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from tocsin.errors import DataError

T = TypeVar("T")
MAX_FILE_BYTES = 256 * 1024 * 1024
ADVICE = "Correct the file; docs/connectors.md describes the format."
TIME_COLUMNS = ("time", "timestamp", "ts", "date", "datetime")
SERVICE_COLUMNS = ("service", "component", "container", "app")


def read_bytes(folder: Path, name: str) -> bytes | None:
    """The content of `name` or `name.gz`; None when there is neither."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return content_of(path)
    return None


def first(folder: Path, *names: str) -> Path | None:
    """The first of the names that the folder has."""
    return next((folder / name for name in names if (folder / name).is_file()), None)


def matching(folder: Path, pattern: str) -> list[Path]:
    """All files of a pattern, packed or not, by name."""
    return sorted([*folder.glob(pattern), *folder.glob(f"{pattern}.gz")])


def stem(path: Path) -> str:
    """The file's name without its endings: `pay` of `pay.log.gz`."""
    return path.name.removesuffix(".gz").rsplit(".", 1)[0]


def content_of(path: Path) -> bytes:
    """The file unpacked; a file of more than MAX_FILE_BYTES is refused."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as failure:
        raise DataError(
            f"{path}: cannot be read: {failure}.", "Check that the file is whole and readable."
        ) from failure
    if len(content) > MAX_FILE_BYTES:
        raise DataError(f"{path}: larger than {MAX_FILE_BYTES >> 20} MiB.", "Save a shorter time.")
    return content


def text_of(path: Path) -> str:
    """The file as text; bytes that are not UTF-8 become U+FFFD."""
    return content_of(path).decode("utf-8-sig", "replace")


def structure(path: Path) -> object:
    """A JSON or YAML file; JSON is read as such because it is many times faster."""
    try:
        return json.loads(text_of(path)) if ".json" in path.name else yaml.safe_load(text_of(path))
    except json.JSONDecodeError as mistake:
        raise DataError(f"{path}:{mistake.lineno}: not JSON: {mistake.msg}.", ADVICE) from mistake
    except yaml.YAMLError as mistake:
        mark = getattr(mistake, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise DataError(f"{path}{line}: not YAML: {getattr(mistake, 'problem', mistake)}.", ADVICE) from mistake


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of every line that is not blank."""
    for line, text in enumerate(text_of(path).splitlines(), start=1):
        if not text.strip():
            continue
        try:
            told = json.loads(text)
        except json.JSONDecodeError as mistake:
            raise DataError(f"{path}:{line}: not JSON: {mistake.msg}.", ADVICE) from mistake
        if not isinstance(told, dict):
            raise DataError(f"{path}:{line}: a JSON object is expected.", ADVICE)
        yield line, told


def validated(path: Path, line: int, make: Callable[[], T]) -> T:
    """What `make` makes; a value that its model refuses is told with file and line."""
    try:
        return make()
    except ValidationError as mistake:
        first = mistake.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{path}:{line}: {where}: {first['msg']}.", ADVICE) from mistake


def rows_of(path: Path, rows: Iterator[list[str]], width: int) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every row under the header, which has `width` cells."""
    for line, row in enumerate(rows, start=2):
        if not row:
            continue
        if len(row) != width:
            raise DataError(f"{path}:{line}: {len(row)} cells under a header of {width}.", ADVICE)
        yield line, row


def column(path: Path, header: list[str], names: Iterable[str]) -> int:
    """Which column has one of these names."""
    lower = [cell.lower() for cell in header]
    found = next((name for name in names if name in lower), None)
    if found is None:
        raise DataError(f"{path}:1: no column named {' or '.join(names)}.", ADVICE)
    return lower.index(found)
