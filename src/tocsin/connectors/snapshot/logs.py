"""Log files of a snapshot: raw text, CSV or JSON lines, cut into dated entries. Used by `Snapshot` when the folder is opened."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from tocsin.connectors.log_text import join_traces, read_entry
from tocsin.connectors.snapshot.files import (
    ADVICE,
    SERVICE_COLUMNS,
    TIME_COLUMNS,
    column,
    first,
    json_lines,
    matching,
    rows_of,
    stem,
    text_of,
)
from tocsin.errors import DataError

_MESSAGE_COLUMNS = ("message", "msg", "text", "log")


@dataclass(frozen=True, slots=True)
class Entry:
    """One log entry of a file: raw text, possibly of several lines."""

    service: str
    at: datetime | None
    text: str


def read_logs(folder: Path, now: datetime | None) -> tuple[Entry, ...] | None:
    """`logs/SERVICE.log` (raw), `logs.csv` and `logs.jsonl`; None when there are none. `now` gives the year to times without."""
    year = (now or datetime(1970, 1, 1, tzinfo=UTC)).year
    raw = matching(folder / "logs", "*.log")
    table = first(folder, "logs.csv", "logs.csv.gz")
    lines = first(folder, "logs.jsonl", "logs.jsonl.gz")
    if not (raw or table or lines):
        return None
    entries = [entry for path in raw for entry in _dated(stem(path), text_of(path).splitlines(), year)]
    for told in (_log_table(table) if table else (), _log_json(lines) if lines else ()):
        ordered = sorted(told, key=lambda pair: pair[0])
        for service, group in groupby(ordered, key=lambda pair: pair[0]):
            entries += _dated(service, [text for _, text in group], year)
    return tuple(entries)


def _dated(service: str, lines: Iterable[str], year: int) -> Iterator[Entry]:
    """Entries with their time; an entry that has none has the time of the one before."""
    before: datetime | None = None
    for text in join_traces((line for entry in lines for line in entry.splitlines() if line.strip()), year):
        before = read_entry(text, service, year).at or before
        yield Entry(service, before, text)


def _log_table(path: Path) -> Iterator[tuple[str, str]]:
    rows = csv.reader(text_of(path).splitlines(keepends=True))
    header = [cell.strip().lower() for cell in next(rows, [])]
    time, message = column(path, header, TIME_COLUMNS), column(path, header, _MESSAGE_COLUMNS)
    service = column(path, header, SERVICE_COLUMNS)
    level = header.index("level") if "level" in header else None
    for _, row in rows_of(path, rows, len(header)):
        words = (row[time], "" if level is None else row[level], row[message])
        yield row[service], " ".join(filter(None, words))


def _log_json(path: Path) -> Iterator[tuple[str, str]]:
    for line, told in json_lines(path):
        service = next((str(told[name]) for name in SERVICE_COLUMNS if told.get(name)), "")
        message = next((str(told[name]) for name in _MESSAGE_COLUMNS if told.get(name)), None)
        time = next((str(told[name]) for name in (*TIME_COLUMNS, "@timestamp") if told.get(name)), "")
        if message is None:
            raise DataError(f"{path}:{line}: no field named {' or '.join(_MESSAGE_COLUMNS)}.", ADVICE)
        stack = told.get("stack") or told.get("exception") or ""
        yield (
            service,
            " ".join(filter(None, (time, str(told.get("level", "")), message))) + (f"\n{stack}" if stack else ""),
        )
