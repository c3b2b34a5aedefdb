"""The call graph of an incident, from everyone who knows a part: topology sources, traces, the cluster's own addresses.

Used by the dependency mapper and by every analyst that asks who is near whom. Each edge keeps the words that show it.
"""

import asyncio
from dataclasses import dataclass, field

from tocsin.analysis import spans
from tocsin.analysis.cluster.calls import calls
from tocsin.analysis.topology import Edge
from tocsin.errors import SourceError
from tocsin.model.evidence import Quote
from tocsin.model.signals import ClusterAnswer, Topology
from tocsin.ports import Ask
from tocsin.roles.analysts import saying
from tocsin.roles.analysts.tracing import Traced, spans_or_none
from tocsin.roles.contract import Brief, Seen, Windows


@dataclass(frozen=True, slots=True)
class CallMap:
    """Every known edge with its quote, and the page that shows it. `silent` says which source did not answer, "" for none."""

    quotes: dict[Edge, Quote] = field(default_factory=dict)
    links: dict[Edge, str] = field(default_factory=dict)
    silent: str = ""
    asked: bool = False
    """Whether anyone was there to be asked."""

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All edges, those of topology sources first."""
        return tuple(self.quotes)

    def link(self, *edges: Edge) -> str:
        """The page of the first of these edges that has one."""
        return next((found for edge in edges if (found := self.links.get(edge, ""))), "")


async def call_map(brief: Brief, windows: Windows) -> CallMap:
    """Who calls whom, as far as anyone knows."""
    ask = Ask(brief.start, brief.end)
    (topology, silent), traces, cluster = await asyncio.gather(
        _topology(ask, windows), spans_or_none(brief, windows), _cluster(ask, windows)
    )
    quotes: dict[Edge, Quote] = {}
    links: dict[Edge, str] = {}
    for edge, quote, link in (*_told(topology), *_traced(traces), *await asyncio.to_thread(_addressed, cluster)):
        quotes.setdefault(edge, quote)
        links.setdefault(edge, link)
    return CallMap(quotes, links, silent, asked=any(one is not None for one in (topology, traces, cluster)))


async def _topology(ask: Ask, windows: Windows) -> tuple[Seen[Topology] | None, str]:
    """What the topology sources know, or why they said nothing."""
    try:
        return await windows.topology(ask), ""
    except SourceError as silence:
        return None, silence.what


async def _cluster(ask: Ask, windows: Windows) -> Seen[tuple[ClusterAnswer, ...]] | None:
    """The cluster's answers; that it is silent, the Kubernetes analyst says."""
    try:
        return await windows.cluster(ask)
    except SourceError:
        return None


def _told(seen: Seen[Topology] | None) -> list[tuple[Edge, Quote, str]]:
    if seen is None:
        return []
    return [
        (edge, quote, seen.link)
        for edge in seen.data.edges
        for quote in saying.quotes(seen, [seen.data.cites.get(edge, "")], most=1)
    ]


def _traced(traces: Traced | None) -> list[tuple[Edge, Quote, str]]:
    """Calls that somebody saw happen."""
    if traces is None:
        return []
    found = spans.edges(traces.spans).items()
    return [(edge, quote, span.link) for edge, span in found for quote in traces.quotes(span)[:1]]


def _addressed(seen: Seen[tuple[ClusterAnswer, ...]] | None) -> list[tuple[Edge, Quote, str]]:
    """Calls that a cluster's environment variables promise."""
    if seen is None:
        return []
    return [
        (edge, quote, seen.link)
        for edge, written in calls(seen.data).items()
        for quote in saying.quotes(seen, [written], most=1)
    ]
