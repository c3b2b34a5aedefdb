"""What the three snapshot makers share: a seeded stage on which metrics and logs of made-up services are played.

Everything here is invented. The same seed writes the same bytes; tests/unit/test_example_snapshots.py holds that.
"""

import csv
import json
import math
import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

Curve = Callable[[datetime], float]


def stamp(moment: datetime, digits: int = 0) -> str:
    """RFC 3339 in UTC with `digits` of a second: 0 or 3."""
    text = moment.isoformat(timespec="milliseconds" if digits else "seconds")
    return text.replace("+00:00", "Z")


def ramp(moment: datetime, begin: datetime, end: datetime) -> float:
    """0 before `begin`, 1 after `end`, a straight line between."""
    return min(1.0, max(0.0, (moment - begin) / (end - begin)))


class Stage:
    """A folder, a time span and a seeded source of chance."""

    def __init__(self, folder: Path, seed: int, start: datetime, end: datetime) -> None:
        self.folder, self.start, self.end = folder, start, end
        self.random = random.Random(seed)  # noqa: S311 - a story is told, no secret is drawn
        self._columns: dict[str, tuple[Curve, int]] = {}
        self._lines: dict[str, list[tuple[datetime, str]]] = {}

    def metric(self, name: str, curve: Curve, noise: float = 0.05, digits: int = 3) -> None:
        """A column `service.metric`: the curve with proportional noise, never below zero unless the curve is."""
        self._columns[name] = (lambda moment: curve(moment) * (1 + self.random.gauss(0, noise)), digits)

    def exact(self, name: str, curve: Curve, digits: int = 0) -> None:
        """A column without noise."""
        self._columns[name] = (curve, digits)

    def daily(self, level: float, swing: float = 0.08) -> Curve:
        """A slow wave around `level`, as traffic has."""
        phase = self.random.uniform(0, math.tau)
        return lambda moment: level * (1 + swing * math.sin(phase + (moment - self.start).total_seconds() / 4000))

    def log(self, service: str, moment: datetime, line: str) -> None:
        """One entry, possibly of several lines."""
        self._lines.setdefault(service, []).append((moment, line))

    def moments(self, begin: datetime, end: datetime, seconds: float) -> Iterable[datetime]:
        """Random moments, `seconds` apart on average."""
        moment = begin + timedelta(seconds=self.random.expovariate(1 / seconds))
        while moment < end:
            yield moment
            moment += timedelta(seconds=self.random.expovariate(1 / seconds))

    def write(self, step: int, **documents: object) -> None:
        """All files: metrics.csv, logs/*.log, and each document as NAME.json."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write_metrics(step)
        self._write_logs()
        for name, document in documents.items():
            text = json.dumps(document, indent=2, ensure_ascii=False)
            (self.folder / f"{name}.json").write_text(f"{text}\n")

    def _write_metrics(self, step: int) -> None:
        with (self.folder / "metrics.csv").open("w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["time", *self._columns])
            moment = self.start
            while moment <= self.end:
                cells = [f"{curve(moment):.{digits}f}" for curve, digits in self._columns.values()]
                table.writerow([stamp(moment), *cells])
                moment += timedelta(seconds=step)

    def _write_logs(self) -> None:
        (self.folder / "logs").mkdir(exist_ok=True)
        for service, entries in self._lines.items():
            ordered = [line for moment, line in sorted(entries) if moment <= self.end]
            (self.folder / "logs" / f"{service}.log").write_text("\n".join(ordered) + "\n")
