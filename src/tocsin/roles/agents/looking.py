"""Windows that remember what they showed: whoever reads after the built-in analyst reads the same, and no system is asked twice."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from tocsin.model.change import Change
from tocsin.model.signals import ClusterAnswer, LogLine, Series, Span, Topology
from tocsin.ports import Ask
from tocsin.roles.contract import Seen, Windows

T = TypeVar("T")


@dataclass(slots=True)
class Looking:
    """contract.Windows. `answers` by window, each piece of evidence once."""

    windows: Windows
    answers: dict[str, dict[str, Seen[Any]]] = field(default_factory=dict)

    async def metrics(self, ask: Ask) -> Seen[tuple[Series, ...]] | None:
        """As the window answers."""
        return self._noted("metrics", await self.windows.metrics(ask))

    async def logs(self, ask: Ask) -> Seen[tuple[LogLine, ...]] | None:
        """As the window answers."""
        return self._noted("logs", await self.windows.logs(ask))

    async def traces(self, ask: Ask) -> Seen[tuple[Span, ...]] | None:
        """As the window answers."""
        return self._noted("traces", await self.windows.traces(ask))

    async def topology(self, ask: Ask) -> Seen[Topology] | None:
        """As the window answers."""
        return self._noted("topology", await self.windows.topology(ask))

    async def changes(self, ask: Ask) -> Seen[tuple[Change, ...]] | None:
        """As the window answers."""
        return self._noted("changes", await self.windows.changes(ask))

    async def cluster(self, ask: Ask) -> Seen[tuple[ClusterAnswer, ...]] | None:
        """As the window answers."""
        return self._noted("cluster", await self.windows.cluster(ask))

    def shown(self, window: str) -> list[Seen[Any]]:
        """Everything that it showed through that window."""
        return list(self.answers.get(window, {}).values())

    def _noted(self, window: str, answer: Seen[T] | None) -> Seen[T] | None:
        if answer is not None:
            self.answers.setdefault(window, {})[answer.evidence_id] = answer
        return answer
