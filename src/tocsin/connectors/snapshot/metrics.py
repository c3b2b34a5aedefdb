"""Metric files of a snapshot: CSV, long or wide. Used by `Snapshot` when the folder is opened."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from tocsin.connectors.metric_rows import Row, epoch
from tocsin.connectors.snapshot.files import (
    ADVICE,
    SERVICE_COLUMNS,
    TIME_COLUMNS,
    column,
    first,
    matching,
    rows_of,
    stem,
    text_of,
)
from tocsin.errors import DataError

_METRIC_COLUMNS = ("metric", "name", "kpi_name")


def read_metrics(folder: Path, known: Iterable[str]) -> tuple[Row, ...] | None:
    """`metrics.csv` and `metrics/SERVICE.csv`, long or wide; None when there are none.

    `known` are service names seen in other files; they decide where `service_metric` is cut.
    """
    single = first(folder, "metrics.csv", "metrics.csv.gz")
    files = [(single, "")] if single else []
    files += [(path, stem(path)) for path in matching(folder / "metrics", "*.csv")]
    if not files:
        return None
    names = sorted(known, key=len, reverse=True)
    return tuple(row for path, service in files for row in _metric_file(path, service, names))


def _metric_file(path: Path, service: str, known: list[str]) -> Iterator[Row]:
    rows = csv.reader(text_of(path).splitlines())
    header = [cell.strip() for cell in next(rows, [])]
    time = column(path, header, TIME_COLUMNS)
    lower = [cell.lower() for cell in header]
    if "value" in lower and any(name in lower for name in _METRIC_COLUMNS):
        yield from _long(path, service, lower, time, rows)
    else:
        yield from _wide(path, [_split(name, service, known) for name in header], time, rows)


def _long(path: Path, service: str, header: list[str], time: int, rows: Iterator[list[str]]) -> Iterator[Row]:
    metric, value = column(path, header, _METRIC_COLUMNS), header.index("value")
    where = None if service and not set(SERVICE_COLUMNS) & set(header) else column(path, header, SERVICE_COLUMNS)
    unit = header.index("unit") if "unit" in header else None
    for line, row in rows_of(path, rows, len(header)):
        name = service if where is None else row[where]
        yield from _sample(path, line, row[time], name, row[metric], row[value], "" if unit is None else row[unit])


def _wide(path: Path, columns: list[tuple[str, str]], time: int, rows: Iterator[list[str]]) -> Iterator[Row]:
    for line, row in rows_of(path, rows, len(columns)):
        for index, (service, metric) in enumerate(columns):
            if index != time:
                yield from _sample(path, line, row[time], service, metric, row[index], "")


def _split(column: str, service: str, known: list[str]) -> tuple[str, str]:
    """A wide column's service and metric: the file's service, a known service before `_`, or what stands before `.` or `_`."""
    if service:
        return service, column
    for name in known:
        if column.startswith((f"{name}_", f"{name}.")):
            return name, column[len(name) + 1 :]
    mark = "." if "." in column else "_"
    before, _, after = column.partition(mark)
    return (before, after) if after else ("", column)


def _sample(path: Path, line: int, time: str, service: str, metric: str, value: str, unit: str) -> Iterator[Row]:
    """The sample as a row; an empty cell or NaN is a gap, anything else that is no number is a mistake."""
    if value.strip().lower() in ("", "nan", "null", "none"):
        return
    try:
        float(value)
    except ValueError as mistake:
        raise DataError(f"{path}:{line}: {value!r:.60} is not a number.", ADVICE) from mistake
    try:
        at = epoch(time)
    except ValueError as mistake:
        raise DataError(f"{path}:{line}: {time!r:.60} is not a time.", "Write RFC 3339 or epoch seconds.") from mistake
    yield Row(at, time, service, metric, value, unit)
