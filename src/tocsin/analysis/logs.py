"""Logs compared: what is new, what explodes and what went silent since the onset; stack traces and error codes counted.

Called by the log analyst. One pass over the lines, in bounded memory: every template, trace and code keeps a small count per
slice of time, so the onset may be found after reading. A line's words are data; nothing in them is obeyed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from tocsin.analysis import codes, series, traces
from tocsin.analysis.codes import Code
from tocsin.analysis.headers import level_named, unwrapped
from tocsin.analysis.templates import Shape, Templates, text_of
from tocsin.analysis.traces import Trace
from tocsin.model.signals import LogLine

SLICES = 120
MOST_TALLIES = 20_000
"""Templates, traces and codes counted at most; later strangers are counted together as unread."""
MOST_JOINED = 300
"""Physical lines of one trace that are kept."""
EARLY_MINUTES = 60
"""How long before the alert an onset in the logs is believed."""
LEAD_MINUTES = 5
"""What appears this shortly before the onset belongs to the incident."""
EXPLODES = 3.0
"""A template explodes when it comes at least this many times as often as before."""
_BAD_LEVELS = {"FATAL", "ERROR"}


@dataclass(slots=True)
class Tally:
    """How often something was seen in each slice of time, with the first and last time and one line as its example."""

    service: str
    level: str
    example: str
    slices: list[int] = field(default_factory=lambda: [0] * SLICES)
    untimed: int = 0
    first: float | None = None
    last: float | None = None

    def add(self, place: int | None, when: float | None) -> None:
        """Counts one more at this slice; None when the time is not known."""
        if place is None or when is None:
            self.untimed += 1
            return
        self.slices[place] += 1
        self.first = when if self.first is None else min(self.first, when)
        self.last = when if self.last is None else max(self.last, when)


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing seen in the logs, on both sides of the onset. Rates are lines per minute; times are epoch seconds."""

    what: str
    """`new`, `exploding`, `vanished`, or `steady`."""
    service: str
    level: str
    template: str
    example: str
    count: int
    before: int
    rate: float
    rate_before: float
    first: float | None
    last: float | None
    surge: float | None
    confidence: float
    trace: Trace | None = None
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything worth telling, each list with the most telling first. `onset` is where before and after were parted."""

    onset: float
    lines: int
    templates: tuple[Seen, ...]
    traces: tuple[Seen, ...]
    codes: tuple[Seen, ...]
    unread: int = 0


def compare(lines: Iterable[LogLine], start: datetime, end: datetime, alert: datetime) -> Comparison:
    """Reads the lines once and compares the time before the onset with the time after it.

    The onset is the alert's, or an earlier surge of errors in the logs themselves. Lines without a time take the time of the
    line before; with no times at all everything counts as after, with little confidence.
    """
    reading = Reading(start.timestamp(), max(end.timestamp(), alert.timestamp()))
    for entry in joined(lines, reading.templates):
        reading.take(entry)
    return reading.compare(alert.timestamp())


@dataclass(slots=True)
class Entry:
    """One log entry: its physical lines joined, with the shape of each."""

    line: LogLine
    texts: list[str]
    shapes: list[Shape]


def joined(lines: Iterable[LogLine], templates: Templates) -> Iterator[Entry]:
    """Entries from lines: frames and causes join the line they follow, if it is of the same service."""
    current: Entry | None = None
    for line in lines:
        for text in [inner for one in line.text.splitlines() or [line.text] for inner in unwrapped(one)]:
            shape = templates.shape(text)
            if current and _belongs(current, line, shape):
                if len(current.texts) < MOST_JOINED:
                    current.texts.append(text)
                    current.shapes.append(shape)
                continue
            if current:
                yield current
            current = Entry(line, [text], [shape])
    if current:
        yield current


def _belongs(current: Entry, line: LogLine, shape: Shape) -> bool:
    if line is current.line:
        return True  # the source joined them already
    if line.service and line.service != current.line.service:
        return False
    alone = len(current.shapes) == 1 and current.shapes[0].level in _BAD_LEVELS
    return traces.joins(shape.part, [one.part for one in current.shapes[-4:]], current.texts[-1], alone)


class Reading:
    """The counts of one pass."""

    def __init__(self, start: float, end: float) -> None:
        self.templates = Templates()
        self._start = start
        self._width = max((end - start) / SLICES, 1e-3)
        self._by_template: dict[tuple[str, int], tuple[Tally, Shape]] = {}
        self._by_trace: dict[tuple[str, str, str, str], tuple[Tally, Trace]] = {}
        self._by_code: dict[tuple[str, Code], Tally] = {}
        self._all = np.zeros(SLICES)
        self._bad = np.zeros(SLICES)
        self._now: float | None = None
        self._lines = self._unread = 0

    def take(self, entry: Entry) -> None:
        """Counts one entry: its template, its codes, and its trace if it has one."""
        line, shape = entry.line, entry.shapes[0]
        self._now = line.at.timestamp() if line.at else self._now
        place = self._place(self._now)
        level = level_named(line.level) or shape.level
        trace = traces.recognise(entry.texts) if len(entry.texts) > 1 or "panicked at" in entry.texts[0] else None
        self._lines += len(entry.texts)
        if place is not None:
            self._all[place] += 1
            self._bad[place] += level in _BAD_LEVELS or trace is not None
        self._count_template(line.service, shape, level, entry.texts[0], place)
        if trace:
            self._count_trace(line.service, trace, level, place)
        self._count_codes(entry, level, place)

    def _place(self, when: float | None) -> int | None:
        return None if when is None else min(max(int((when - self._start) / self._width), 0), SLICES - 1)

    def _room(self) -> bool:
        full = len(self._by_template) + len(self._by_trace) + len(self._by_code) >= MOST_TALLIES
        self._unread += full
        return not full

    def _count_template(self, service: str, shape: Shape, level: str, text: str, place: int | None) -> None:
        key = (service, shape.cluster.cluster_id)
        known = self._by_template.get(key)
        if known is None and self._room():
            known = self._by_template[key] = (Tally(service, level, text), shape)
        if known:
            known[0].add(place, self._now)

    def _count_trace(self, service: str, trace: Trace, level: str, place: int | None) -> None:
        key = (service, trace.language, trace.exception, trace.frame)
        known = self._by_trace.get(key)
        if known is None and self._room():
            known = self._by_trace[key] = (Tally(service, level, trace.exception_line), trace)
        if known:
            known[0].add(place, self._now)

    def _count_codes(self, entry: Entry, level: str, place: int | None) -> None:
        found = {
            code: text
            for text, shape in zip(entry.texts, entry.shapes, strict=True)
            for span in shape.spans
            if (code := codes.at(text, span))
        }
        for code, text in found.items():
            known = self._by_code.get((entry.line.service, code))
            if known is None and self._room():
                known = self._by_code[entry.line.service, code] = Tally(entry.line.service, level, text)
            if known:
                known.add(place, self._now)

    def compare(self, alert: float) -> Comparison:
        """Both sides of the onset, most telling first."""
        split, onset = self._onset(alert)
        lead = min(int(LEAD_MINUTES * 60 / self._width), split // 4)
        sides = _Sides(split - lead, split, self._start, self._width, self._all)
        templates = [sides.seen(tally, template=text_of(shape)) for tally, shape in self._by_template.values()]
        telling = [one for one in templates if one.what != "steady"]
        found = [sides.seen(tally, trace=trace) for tally, trace in self._by_trace.values()]
        coded = [sides.seen(tally, code=code) for (_, code), tally in self._by_code.items()]
        return Comparison(onset, self._lines, _ordered(telling), _ordered(found), _ordered(coded), self._unread)

    def _onset(self, alert: float) -> tuple[int, float]:
        """Slice and time of the onset: where errors began to surge in the hour before the alert, otherwise the alert."""
        at_alert = self._place(alert) or 0
        earliest = max(0, at_alert - int(EARLY_MINUTES * 60 / self._width))
        surge = series.find_shift(tuple(self._bad))
        early = surge is not None and surge.rising and surge.score >= 3 and earliest <= surge.start < at_alert
        split = surge.start if surge and early else at_alert
        onset = self._start + split * self._width if early else alert
        return split, onset


def _ordered(found: list[Seen]) -> tuple[Seen, ...]:
    return tuple(sorted(found, key=lambda one: (-one.confidence, -one.count, one.first or 0.0)))


class _Sides:
    """Before and after one split: how counts there turn into a verdict and a confidence."""

    def __init__(self, split: int, onset: int, start: float, width: float, lines: series.Floats) -> None:
        self.split, self.onset, self.start, self.width = split, onset, start, width
        self.minutes_before = split * width / 60
        self.minutes_after = (SLICES - split) * width / 60
        known = float(lines[:split].sum())
        self.coverage = max(known / (known + 20), 0.3)
        """How well the normal state is known: with few lines before the onset, being new means little."""

    def seen(self, tally: Tally, *, template: str = "", trace: Trace | None = None, code: Code | None = None) -> Seen:
        before = sum(tally.slices[: self.split])
        after = sum(tally.slices[self.split :]) + tally.untimed
        rate_before = before / self.minutes_before if self.minutes_before else 0.0
        rate = after / self.minutes_after
        what = self._verdict(tally, before, after, rate_before, rate)
        return Seen(
            what=what,
            service=tally.service,
            level=tally.level,
            template=template,
            example=tally.example,
            count=after,
            before=before,
            rate=rate,
            rate_before=rate_before,
            first=tally.first,
            last=tally.last,
            surge=self._surge(tally, what),
            confidence=self._confidence(what, before, after, rate_before) * _gravity(tally.level, trace, code),
            trace=trace,
            code=code,
        )

    def _verdict(self, tally: Tally, before: int, after: int, rate_before: float, rate: float) -> str:
        if before == 0:
            return "new"
        expected = rate_before * self.minutes_after
        if not any(tally.slices[self.onset + 1 :]) and not tally.untimed:
            return "vanished" if rate_before * (SLICES - self.onset - 1) * self.width / 60 >= 5 else "steady"
        surprise = (after - expected) / (expected + 1) ** 0.5
        return "exploding" if rate >= EXPLODES * rate_before and surprise >= 4 else "steady"

    def _confidence(self, what: str, before: int, after: int, rate_before: float) -> float:
        expected = rate_before * self.minutes_after
        if what == "new":
            return after / (after + 2) * self.coverage
        if what == "exploding":
            return (1 - expected / after) * after / (after + 3)
        if what == "vanished":
            return 0.7 * expected / (expected + 5) * min(1.0, before / 10)
        return 0.15

    def _surge(self, tally: Tally, what: str) -> float | None:
        """When it began: first seen for a new thing, the change of rate for an exploding one, last seen for a vanished one."""
        if what == "vanished":
            return tally.last
        if what == "exploding":
            shift = series.find_shift(tally.slices)
            if shift and shift.rising:
                return self.start + shift.start * self.width
            return self.start + self.split * self.width
        return tally.first


def _gravity(level: str, trace: Trace | None, code: Code | None) -> float:
    """How much a line of this level, with a trace or a code, deserves attention."""
    if trace:
        return 1.0
    if code:
        return 0.6 if code.scheme == "http" and code.code.startswith("4") else 1.0
    return {"FATAL": 1.0, "ERROR": 1.0, "WARN": 0.85, "DEBUG": 0.4}.get(level, 0.55)
