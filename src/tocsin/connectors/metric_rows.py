"""Metric answers as rows, `time,service,metric,value,unit`, and how they are read. Used by the snapshot and memory windows.

One row is one sample, so a row quoted by itself says when, where, what and how much. Cells are kept as they were written.
"""

import csv
import io
import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from tocsin.model.signals import Series

HEADER = "time,service,metric,value,unit"


class Row(NamedTuple):
    """One sample; `time` and `value` as the file spells them, `at` is the same time in epoch seconds."""

    at: float
    time: str
    service: str
    metric: str
    value: str
    unit: str = ""


def epoch(text: str) -> float:
    """A time cell in epoch seconds: RFC 3339, or epoch seconds, milli-, micro- or nanoseconds. Raises ValueError."""
    if ":" in text:
        return _moment(text)
    try:
        number = float(text)
    except ValueError:
        return _moment(text)
    if not math.isfinite(number):
        raise ValueError("not a time")
    while number > 1e11:
        number /= 1000
    return number


def _moment(text: str) -> float:
    moment = datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def written(rows: Iterable[Row]) -> str:
    """Rows as the text of an answer, one series after the other, each in the order of time."""
    ordered = sorted(rows, key=lambda row: (row.service, row.metric, row.at))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        (row.time, row.service, row.metric, row.value, row.unit) for row in ordered
    )
    return f"{HEADER}\n{text.getvalue()}".removesuffix("\n")


def read(text: str) -> tuple[Series, ...]:
    """The series of an answer made by `written`. A cell that redaction replaced is left out, the row stays quotable."""
    groups: dict[tuple[str, str], list[tuple[float, float, str, str]]] = defaultdict(list)
    for line in text.split("\n"):
        cells = next(csv.reader((line,)), []) if '"' in line else line.split(",")
        if len(cells) != 5 or line == HEADER or line.startswith("#"):
            continue
        try:
            sample = epoch(cells[0]), float(cells[3]), line, cells[4]
        except ValueError:
            continue
        groups[cells[1], cells[2]].append(sample)
    return tuple(_series(service, metric, samples) for (service, metric), samples in groups.items())


def _series(service: str, metric: str, samples: list[tuple[float, float, str, str]]) -> Series:
    samples.sort(key=lambda sample: sample[0])
    times, values, cites, units = zip(*samples, strict=True)
    return Series(service, metric, times, values, cites, units[0])
