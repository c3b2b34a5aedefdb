"""A folder as every window there is: what somebody saved from an incident, or made up for a demonstration. Opened by `app`.

The format is described in docs/connectors.md. Everything is read once, when the snapshot is opened, so a mistake in a file is
told at once with its name and line. Never looks outside the folder, never writes.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from tocsin.connectors import change_rows, cluster_text, edge_rows, log_text, metric_rows, span_rows
from tocsin.connectors.snapshot.files import matching, read_bytes, stem, text_of
from tocsin.connectors.snapshot.logs import Entry, read_logs
from tocsin.connectors.snapshot.metrics import read_metrics
from tocsin.connectors.snapshot.surroundings import SnapshotFacts, read_changes, read_edges, read_facts
from tocsin.connectors.snapshot.traces import read_traces
from tocsin.errors import DataError
from tocsin.model.change import Change
from tocsin.model.ground import Value, rfc3339
from tocsin.model.signals import ClusterAnswer, LogLine, Series, Span, Topology
from tocsin.ports import Ask, Reply

T = TypeVar("T")
_MOST_SPANS = 50_000


class SnapshotConfig(Value):
    """Section `connectors.snapshot`: the folder to read instead of live systems."""

    folder: str


class Snapshot:
    """MetricSource, LogSource, TraceSource, TopologySource, ChangeSource and ClusterSource over one folder.

    Raises errors.DataError, naming file and line, when the folder is not as the format says.
    """

    name = "snapshot"

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise DataError(f"{self.folder} is not a folder.", "Give the folder of a snapshot; see docs/connectors.md.")
        self.facts: SnapshotFacts = read_facts(self.folder)
        self._logs = read_logs(self.folder, self.facts.now)
        self._edges = read_edges(self.folder)
        self._changes = read_changes(self.folder)
        known = {end for edge in self._edges or () for end in edge} | {entry.service for entry in self._logs or ()}
        self._metrics = read_metrics(self.folder, known)
        self._cluster = _read_cluster(self.folder)
        self._spans = read_traces(self.folder)

    @property
    def title(self) -> str:
        """What happened, in one line; the folder's name when nobody said."""
        return self.facts.title or self.folder.name

    @property
    def now(self) -> datetime | None:
        """The time at which to pretend to be, so that a snapshot gives the same answers for ever."""
        return self.facts.now

    @property
    def windows(self) -> frozenset[str]:
        """Which of `metrics`, `logs`, `traces`, `topology`, `changes` and `cluster` the folder has files for."""
        parts = {
            "metrics": self._metrics,
            "logs": self._logs,
            "traces": self._spans,
            "topology": self._edges,
            "changes": self._changes,
        }
        found = {name for name, part in parts.items() if part is not None}
        return frozenset(found | {"cluster"} if self._cluster else found)

    def alert(self) -> bytes | None:
        """The webhook body in `alert.json`, as it arrived, or None."""
        return read_bytes(self.folder, "alert.json")

    async def metrics(self, ask: Ask) -> Reply[tuple[Series, ...]]:
        """The samples of the asked services within the asked time."""
        start, end = ask.start.timestamp(), ask.end.timestamp()
        rows = [row for row in self._metrics or () if start <= row.at <= end and _wanted(row.service, ask)]
        return self._reply("metrics", ask, metric_rows.written(rows), metric_rows.read)

    async def logs(self, ask: Ask) -> Reply[tuple[LogLine, ...]]:
        """The log lines of the asked services within the asked time; lines of a file without any times are all given."""
        entries = [entry for entry in self._logs or () if _wanted(entry.service, ask) and _within(entry.at, ask)]
        text = "\n".join(log_text.section(service, lines) for service, lines in _by_service(entries))
        return self._reply("logs", ask, text, lambda answer: log_text.read_sections(answer, ask.end.year))

    async def traces(self, ask: Ask) -> Reply[tuple[Span, ...]]:
        """The traces through the asked services within the asked time, whole."""
        text = span_rows.written(span_rows.asked(self._spans or (), ask), _MOST_SPANS)
        return self._reply("traces", ask, text, span_rows.read)

    async def topology(self, ask: Ask) -> Reply[Topology]:
        """All edges: a blast radius needs more than the asked services."""
        return self._reply("topology", ask, edge_rows.written(self._edges or ()), edge_rows.read)

    async def changes(self, ask: Ask) -> Reply[tuple[Change, ...]]:
        """The changes of the asked services within the asked time."""
        found = [one for one in self._changes or () if _wanted(one.service, ask) and ask.start <= one.at <= ask.end]
        return self._reply("changes", ask, change_rows.written(found), change_rows.read)

    async def cluster(self, ask: Ask) -> Reply[tuple[ClusterAnswer, ...]]:
        """Every answer of kubectl that was saved: a diagnosis needs the neighbours of what it asks about."""
        return self._reply("cluster", ask, cluster_text.written(self._cluster), cluster_text.read)

    def _reply(self, what: str, ask: Ask, text: str, parse: Callable[[str], T]) -> Reply[T]:
        services = ", ".join(ask.services) or "all services"
        query = f"{what} of {services} from {rfc3339(ask.start)} to {rfc3339(ask.end)}"
        return Reply(f"{self.name}:{self.folder.name}", query, text, parse)


def _read_cluster(folder: Path) -> tuple[ClusterAnswer, ...]:
    """The files of `kubectl/`, each an answer named by the question it answers."""
    patterns = ("*.txt", "*.json", "*.yaml", "*.yml")
    paths = sorted(path for pattern in patterns for path in matching(folder / "kubectl", pattern))
    return tuple(ClusterAnswer(stem(path), text_of(path)) for path in paths)


def _wanted(service: str, ask: Ask) -> bool:
    return not ask.services or service.lower() in {name.lower() for name in ask.services}


def _within(at: datetime | None, ask: Ask) -> bool:
    return at is None or ask.start <= at <= ask.end


def _by_service(entries: Sequence[Entry]) -> Iterable[tuple[str, list[str]]]:
    grouped: dict[str, list[str]] = {}
    for entry in entries:
        grouped.setdefault(entry.service, []).append(entry.text)
    return sorted(grouped.items())
