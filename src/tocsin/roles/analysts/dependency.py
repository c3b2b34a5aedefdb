"""The dependency mapper: who calls the affected service, whom it needs, who suffers, and who fails next.

Called by the investigate stage through `contract.Investigator`. Takes its edges from every window that shows some; decides nothing.
"""

import asyncio
import re
from collections.abc import Iterable

from tocsin.analysis.topology import AtRisk, Edge, Graph, Reached
from tocsin.model.evidence import Finding, FindingKind, Quote
from tocsin.roles.analysts import saying
from tocsin.roles.analysts.call_map import CallMap, call_map
from tocsin.roles.contract import Brief, Report, Windows

ROLE = "dependency-mapper"
MOST_SHOWN = 200
MOST_NEIGHBOURS = 12
_NAME = re.compile(r"[A-Za-z][\w./:-]{1,80}")


class DependencyMapper:
    """Investigator that needs no model. Edges are facts, so confidence only falls with the distance and with guessing."""

    role = ROLE

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """Reports the blast radius and the direct neighbours of the affected service."""
        known = await call_map(brief, windows)
        if known.silent and not known.edges:
            return Report(ROLE, failure=f"the topology source did not answer: {known.silent}")
        if not known.asked:
            return Report(ROLE, failure="no topology source is configured")
        return await asyncio.to_thread(report, known, brief)


def report(known: CallMap, brief: Brief) -> Report:
    """What the call graph says about the service of the brief."""
    graph = Graph(known.edges)
    service = subject(graph, brief)
    if not service:
        wanted = saying.one_line(brief.service, 80) or "the affected service (the alert names none)"
        return Report(ROLE, failure=f"{wanted} is not in the topology of {len(graph.services)} services")
    told = (_blast(known, graph, service, _ringing(graph, brief)), *_neighbours(known, graph, service))
    failure = f"the topology source did not answer: {known.silent}" if known.silent else ""
    return Report(ROLE, tuple(finding for finding in told if finding.quotes), failure)


def subject(graph: Graph, brief: Brief) -> str:
    """The affected service as the graph spells it: the brief's name, its aliases, then any name the alerts mention."""
    known = brief.catalogue.find(brief.service)
    aliases = (known.name, *known.aliases) if known else ()
    return graph.find(brief.service, *aliases) or graph.find(*_mentioned(brief))


def _ringing(graph: Graph, brief: Brief) -> set[str]:
    """The services that alerts name: they have failed already, and nobody needs to hear that they will."""
    return {graph.find(one.service) for one in brief.alerts} - {""}


def _mentioned(brief: Brief) -> Iterable[str]:
    for alert in brief.alerts:
        yield alert.service
        yield from alert.labels.values()
        yield from _NAME.findall(alert.text[:20_000])


def _blast(known: CallMap, graph: Graph, service: str, ringing: set[str]) -> Finding:
    affected, needs = graph.affected(service), graph.needs(service)
    risks = graph.next_to_fail(service, ringing, most=MOST_NEIGHBOURS)
    edges = _shown(graph, service, affected, needs)
    return Finding(
        id="dependency-1",
        role=ROLE,
        kind=FindingKind.BLAST_RADIUS,
        text=_sentence(graph, service, affected, risks),
        service=service,
        confidence=saying.MOST_CONFIDENT if affected or needs else 0.5,
        quotes=_quote(known, edges),
        link=known.link(*edges),
        data={
            "upstream": graph.callers(service),
            "downstream": graph.callees(service),
            "affected": [_as_data(one) for one in affected[:MOST_SHOWN]],
            "needs": [_as_data(one) for one in needs[:MOST_SHOWN]],
            "next_to_fail": [_as_data(one) | {"risk": round(one.risk, 3), "why": _why(one)} for one in risks],
            "edges": [list(edge) for edge in edges],
            "shown": min(len(affected), MOST_SHOWN),
            "total": len(affected),
        },
    )


def _shown(graph: Graph, service: str, affected: list[Reached], needs: list[Reached]) -> list[Edge]:
    """Edges for drawing: among the callers side and among the needs side, the service's own edges first."""
    up = {one.service for one in affected[:MOST_SHOWN]} | {service}
    down = {one.service for one in needs[:MOST_SHOWN]} | {service}
    callers = [
        (caller, callee) for callee in _nearest(service, affected) for caller in graph.callers(callee) if caller in up
    ]
    callees = [
        (caller, callee) for caller in _nearest(service, needs) for callee in graph.callees(caller) if callee in down
    ]
    return list(dict.fromkeys(callers + callees))[: 2 * MOST_SHOWN]


def _nearest(service: str, reached: list[Reached]) -> list[str]:
    return [service, *(one.service for one in reached[:MOST_SHOWN])]


def _neighbours(known: CallMap, graph: Graph, service: str) -> list[Finding]:
    needed = [("dependency", peer, (service, peer)) for peer in graph.callees(service)]
    calling = [("caller", peer, (peer, service)) for peer in graph.callers(service)]
    near = needed[:MOST_NEIGHBOURS] + calling[:MOST_NEIGHBOURS]
    return [_neighbour(known, graph, service, *one, at + 2) for at, one in enumerate(near)]


def _neighbour(
    known: CallMap, graph: Graph, service: str, relation: str, peer: str, edge: Edge, number: int
) -> Finding:
    fan_in = len(graph.callers(peer))
    shared = f"; {fan_in} services call {peer}" if fan_in > 1 else ""
    return Finding(
        id=f"dependency-{number}",
        role=ROLE,
        kind=FindingKind.DEPENDENCY,
        text=saying.one_line(f"{edge[0]} calls {edge[1]}{shared}"),
        service=service,
        confidence=saying.MOST_CONFIDENT,
        quotes=_quote(known, [edge]),
        link=known.link(edge),
        data={"relation": relation, "peer": peer, "distance": 1, "fan_in": fan_in},
    )


def _quote(known: CallMap, edges: list[Edge]) -> tuple[Quote, ...]:
    """At most three of the lines that show these edges, each once."""
    return tuple(dict.fromkeys(known.quotes[edge] for edge in edges if edge in known.quotes))[:3]


def _sentence(graph: Graph, service: str, affected: list[Reached], risks: list[AtRisk]) -> str:
    needed = saying.listed(graph.callees(service)) or "nothing we know of"
    if not affected:
        return saying.one_line(
            f"Nobody is known to call {service}, so no other service should suffer; it needs {needed}", 300
        )
    direct = saying.listed(graph.callers(service))
    further = len(affected) - len(graph.callers(service))
    beyond = f", and {further} more through them" if further else ""
    first = f"; {risks[0].service} is likely to fail next ({_why(risks[0])})" if risks else ""
    return saying.one_line(f"{service} is called by {direct}{beyond}; it needs {needed}{first}", 300)


def _why(one: AtRisk) -> str:
    return f"{one.broken} of its {one.needs} dependencies in trouble" if one.needs > 1 else "it needs nothing else"


def _as_data(one: Reached | AtRisk) -> dict[str, object]:
    return {"service": one.service, "depth": one.depth}
