"""The call graph: who calls a service, whom it needs, who suffers when it fails, and who fails next.

Called by the dependency mapper and the change ranking. Breadth first, so ten thousand services take milliseconds. Knows
nothing of why a service fails.

`upstream` means callers (requests come from there), `downstream` means dependencies (requests go there).
"""

import re
from collections.abc import Collection, Iterable, Mapping, Set
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

Edge = tuple[str, str]


class Reached(NamedTuple):
    """A service and how many calls away it is; 1 is a direct neighbour."""

    service: str
    depth: int


class AtRisk(NamedTuple):
    """A service that is likely to fail next. `broken` of its `needs` direct dependencies are in trouble."""

    service: str
    depth: int
    risk: float
    broken: int
    needs: int


class Graph:
    """An immutable call graph from edges (caller, callee). Self-calls and repeated edges are ignored."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        self._callees: dict[str, dict[str, None]] = {}
        self._callers: dict[str, dict[str, None]] = {}
        for caller, callee in edges:
            if caller and callee and caller != callee:
                self._callees.setdefault(caller, {})[callee] = None
                self._callers.setdefault(callee, {})[caller] = None
        self._radius: dict[str, list[Reached]] = {}
        self._spellings = {_plain(name): name for name in self.services}

    @property
    def services(self) -> Collection[str]:
        """Every service with at least one edge, in the order of the edges."""
        return dict.fromkeys((*self._callees, *self._callers))

    def find(self, *names: str) -> str:
        """The first of these names that is in the graph, whatever its case and punctuation; "" when none is."""
        return next((found for name in names if name and (found := self._spellings.get(_plain(name), ""))), "")

    def callers(self, service: str) -> list[str]:
        """Direct upstream."""
        return list(self._callers.get(service, ()))

    def callees(self, service: str) -> list[str]:
        """Direct downstream."""
        return list(self._callees.get(service, ()))

    def affected(self, service: str) -> list[Reached]:
        """The blast radius: everyone who reaches the service through calls, nearest first."""
        if service not in self._radius:
            self._radius = {service: _walk(service, self._callers)}  # the next question is about the same service
        return list(self._radius[service])

    def needs(self, service: str) -> list[Reached]:
        """Everything the service reaches through calls, nearest first."""
        return _walk(service, self._callees)

    def distances(self, service: str) -> dict[str, tuple[str, int]]:
        """For every related service its relation (`itself`, `dependency`, `caller`) and distance; nearer wins, then dependency."""
        related = {one.service: ("caller", one.depth) for one in self.affected(service)}
        for one in self.needs(service):
            if one.service not in related or one.depth <= related[one.service][1]:
                related[one.service] = ("dependency", one.depth)
        return related | {service: ("itself", 0)}

    def next_to_fail(self, service: str, already: Collection[str] = ()) -> list[AtRisk]:
        """Callers that have not failed yet, most at risk first.

        Risk is the share of a caller's direct dependencies that are in trouble, halved with every further hop: who leans
        on the broken part alone falls first.
        """
        affected = self.affected(service)
        troubled = {service, *already, *(one.service for one in affected)}
        found = [self._risk(name, depth, troubled) for name, depth in affected if name not in already]
        return sorted(found, key=itemgetter(2), reverse=True)  # equals stay nearest first

    def _risk(self, name: str, depth: int, troubled: Set[str]) -> AtRisk:
        callees = self._callees[name]
        broken, many = sum(map(troubled.__contains__, callees)), len(callees)
        return AtRisk(name, depth, broken / many * 0.5 ** (depth - 1), broken, many)


def _walk(start: str, neighbours: Mapping[str, Iterable[str]]) -> list[Reached]:
    """Everything reachable, in order of depth; cycles end where they began, and the start is not among them."""
    depth = {start: 0}
    frontier: dict[str, None] = {start: None}
    level = 0
    while frontier:
        level += 1
        ahead = chain.from_iterable(neighbours[known] for known in frontier if known in neighbours)
        frontier = dict.fromkeys(name for name in ahead if name not in depth)
        depth.update(dict.fromkeys(frontier, level))
    del depth[start]
    return list(map(Reached._make, depth.items()))


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]+", "-", name.lower()).strip("-")
