"""Windows on what was seen then: the evidence of one investigation, read again by the readers of the systems it came from.

The peer of the live windows for a replay. It asks no system. What was not kept whole is shown and not read: half an answer would
be taken for a whole one, so whoever looked at it then is believed instead.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from tocsin.connectors import change_rows, cluster_text, edge_rows, log_text, metric_rows, promql, span_rows
from tocsin.errors import SourceError
from tocsin.model.change import Change
from tocsin.model.evidence import Evidence, EvidenceKind
from tocsin.model.signals import ClusterAnswer, LogLine, Series, Span, Topology
from tocsin.ports import Ask, Reply

T = TypeVar("T")
_PART = re.compile(r"(?m)^# from (.{1,200})$\n?")
_WINDOWS = {
    EvidenceKind.METRICS: "metrics",
    EvidenceKind.LOGS: "logs",
    EvidenceKind.TRACES: "traces",
    EvidenceKind.TOPOLOGY: "topology",
    EvidenceKind.CHANGES: "changes",
    EvidenceKind.CLUSTER: "cluster",
}


@dataclass(slots=True)
class RecordedWindows:
    """Every source there is, over kept evidence, in the order it was collected."""

    kept: Sequence[Evidence]
    service_labels: Sequence[str] = ()
    """Where Prometheus' series name their service."""
    name: str = "recorded"
    _given: dict[EvidenceKind, int] = field(default_factory=dict)

    @property
    def windows(self) -> frozenset[str]:
        """Which windows there were."""
        return frozenset(_WINDOWS[one.kind] for one in self.kept if one.kind in _WINDOWS)

    @property
    def cut(self) -> frozenset[EvidenceKind]:
        """The kinds of which something was left out when it was kept."""
        return frozenset(one.kind for one in self.kept if one.kind in _WINDOWS and one.omitted)

    async def metrics(self, ask: Ask) -> Reply[tuple[Series, ...]]:
        """The series that were seen of that time: an hour, and the same hour of the day before, are different answers."""

        def read(text: str, source: str) -> tuple[Series, ...]:
            if source.startswith("prometheus"):
                return promql.read(text, ask.services, self.service_labels)
            return metric_rows.read(text)

        def series(text: str, source: str) -> tuple[Series, ...]:
            return _joined(_each(text, source, read))

        kept = [(one, series(one.content, one.source)) for one in self._of(EvidenceKind.METRICS)]
        of_then = [one for one, known in kept if one.omitted or _touches(known, ask)]
        empty = [one for one, known in kept if not known]
        seen = next(iter((*of_then, *empty)), None)
        if seen is None:
            raise SourceError("metrics of that time were not seen then.", code="TCS-SOURCE-UNSEEN")
        return _again(seen, lambda text: () if seen.omitted else series(text, seen.source))

    async def logs(self, ask: Ask) -> Reply[tuple[LogLine, ...]]:
        """The lines that were seen."""

        def read(text: str, _: str) -> tuple[LogLine, ...]:
            return log_text.read_sections(text, ask.end.year)

        return self._reply(EvidenceKind.LOGS, lambda text, source: _joined(_each(text, source, read)), ())

    async def traces(self, ask: Ask) -> Reply[tuple[Span, ...]]:  # noqa: ARG002 - before and since, each in its turn
        """The spans that were seen; pages of traces are not on the record."""
        return self._reply(
            EvidenceKind.TRACES,
            lambda text, source: _joined(_each(text, source, lambda part, _: span_rows.read(part))),
            (),
        )

    async def topology(self, ask: Ask) -> Reply[Topology]:  # noqa: ARG002 - all edges, as then
        """The edges that were seen."""

        def read(text: str, source: str) -> Topology:
            parts = list(_each(text, source, lambda part, _: edge_rows.read(part)))
            cites = {edge: cite for part in reversed(parts) for edge, cite in part.cites.items()}
            return Topology(tuple(dict.fromkeys(chain.from_iterable(one.edges for one in parts))), cites)

        return self._reply(EvidenceKind.TOPOLOGY, read, Topology(()))

    async def changes(self, ask: Ask) -> Reply[tuple[Change, ...]]:  # noqa: ARG002 - the same range as then
        """The changes that were seen."""

        def read(text: str, source: str) -> tuple[Change, ...]:
            found = _joined(_each(text, source, lambda part, _: change_rows.read(part)))
            return tuple({one.id: one for one in found}.values())

        return self._reply(EvidenceKind.CHANGES, read, ())

    async def cluster(self, ask: Ask) -> Reply[tuple[ClusterAnswer, ...]]:  # noqa: ARG002 - every answer
        """What the cluster said."""
        return self._reply(
            EvidenceKind.CLUSTER,
            lambda text, source: _joined(_each(text, source, lambda part, _: cluster_text.read(part))),
            (),
        )

    def _reply(self, kind: EvidenceKind, read: Callable[[str, str], T], nothing: T) -> Reply[T]:
        """The next answer of that kind; the last one again when no more were given. Raises SourceError when there was none."""
        found = self._of(kind)
        at = min(self._given.get(kind, 0), len(found) - 1)
        self._given[kind] = at + 1
        seen = found[at]

        return _again(seen, lambda text: nothing if kind in self.cut else read(text, seen.source))

    def _of(self, kind: EvidenceKind) -> list[Evidence]:
        """What was kept of that kind. Raises SourceError when nothing was."""
        found = [one for one in self.kept if one.kind is kind]
        if not found:
            raise SourceError(f"{kind} was not seen then.", code="TCS-SOURCE-UNSEEN")
        return found


def _again(seen: Evidence, read: Callable[[str], T]) -> Reply[T]:
    return Reply(seen.source, seen.query, seen.content, read, seen.link)


def _touches(series: Iterable[Series], ask: Ask) -> bool:
    """Whether any sample lies within the asked time."""
    start, end = ask.start.timestamp(), ask.end.timestamp()
    return any(start <= at <= end for one in series for at in one.times)


def _each(text: str, source: str, read: Callable[[str, str], T]) -> Iterable[T]:
    """The answers of the sources in it, one by one."""
    pieces = _PART.split(text)
    if ", " not in source or len(pieces) == 1:
        return [read(text, source)]
    return [read(part.removesuffix("\n"), name) for name, part in zip(pieces[1::2], pieces[2::2], strict=True)]


def _joined(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(chain.from_iterable(parts))
