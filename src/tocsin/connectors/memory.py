"""Windows on values in memory: the fake of every live window, shipped as its peer. For tests and demonstrations.

They answer through the same text forms as the others, so what is proven on them holds for evidence of any origin.
"""

from dataclasses import dataclass

from tocsin.connectors import change_rows, edge_rows, log_text, metric_rows, span_rows
from tocsin.errors import SourceError
from tocsin.model.change import Change
from tocsin.model.signals import LogLine, Series, Span, Topology
from tocsin.ports import Ask, Reply


@dataclass(slots=True)
class MemoryWindows:
    """All five sources; `down` makes every one of them fail as a system that is down does."""

    series: tuple[Series, ...] = ()
    lines: tuple[LogLine, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()
    kept: tuple[Change, ...] = ()
    spans: tuple[Span, ...] = ()
    down: bool = False
    name: str = "memory"

    async def metrics(self, ask: Ask) -> Reply[tuple[Series, ...]]:
        """The samples asked for."""
        self._check()
        start, end = ask.start.timestamp(), ask.end.timestamp()
        rows = [
            metric_rows.Row(at, str(at), one.service, one.metric, str(value), one.unit)
            for one in self.series
            for at, value in zip(one.times, one.values, strict=True)
            if start <= at <= end and _wanted(one.service, ask)
        ]
        return Reply(self.name, "metrics", metric_rows.written(rows), metric_rows.read)

    async def logs(self, ask: Ask) -> Reply[tuple[LogLine, ...]]:
        """The lines asked for; their text must begin with their time."""
        self._check()
        lines = [
            one
            for one in self.lines
            if _wanted(one.service, ask) and (one.at is None or ask.start <= one.at <= ask.end)
        ]
        services = dict.fromkeys(one.service for one in lines)
        text = "\n".join(
            log_text.section(name, [one.text for one in lines if one.service == name]) for name in services
        )
        return Reply(self.name, "logs", text, lambda answer: log_text.read_sections(answer, ask.end.year))

    async def traces(self, ask: Ask) -> Reply[tuple[Span, ...]]:
        """Whole traces that touch one of the services within the time."""
        self._check()
        return Reply(self.name, "traces", span_rows.written(span_rows.asked(self.spans, ask), 20_000), span_rows.read)

    async def topology(self, ask: Ask) -> Reply[Topology]:  # noqa: ARG002 - all edges, as every topology source gives
        """All edges."""
        self._check()
        return Reply(self.name, "topology", edge_rows.written(self.edges), edge_rows.read)

    async def changes(self, ask: Ask) -> Reply[tuple[Change, ...]]:
        """The changes asked for."""
        self._check()
        found = [one for one in self.kept if _wanted(one.service, ask) and ask.start <= one.at <= ask.end]
        return Reply(self.name, "changes", change_rows.written(found), change_rows.read)

    def _check(self) -> None:
        if self.down:
            raise SourceError(f"{self.name} is down.", "Start it again.", code="TCS-SOURCE-DOWN")


def _wanted(service: str, ask: Ask) -> bool:
    return not ask.services or service.lower() in {name.lower() for name in ask.services}
