"""Windows without a view, for an analyst that only reads what it is handed. Used by the built-in players."""

from tocsin.model.change import Change
from tocsin.model.signals import ClusterAnswer, LogLine, Series, Span, Topology
from tocsin.ports import Ask
from tocsin.roles.contract import Seen


class NoWindows:
    """contract.Windows of a house without sources."""

    async def metrics(self, ask: Ask) -> Seen[tuple[Series, ...]] | None:
        """None."""

    async def logs(self, ask: Ask) -> Seen[tuple[LogLine, ...]] | None:
        """None."""

    async def traces(self, ask: Ask) -> Seen[tuple[Span, ...]] | None:
        """None."""

    async def topology(self, ask: Ask) -> Seen[Topology] | None:
        """None."""

    async def changes(self, ask: Ask) -> Seen[tuple[Change, ...]] | None:
        """None."""

    async def cluster(self, ask: Ask) -> Seen[tuple[ClusterAnswer, ...]] | None:
        """None."""
