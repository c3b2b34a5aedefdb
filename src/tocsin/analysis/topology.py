"""The call graph: who calls a service, whom it needs, who suffers when it fails, and who fails next.

Called by the dependency mapper and the change ranking. Breadth first, so ten thousand services take milliseconds. Knows
nothing of why a service fails.

`upstream` means callers (requests come from there), `downstream` means dependencies (requests go there).
"""

import re
from collections.abc import Collection, Iterable, Set
from heapq import nlargest
from itertools import chain
from typing import NamedTuple

Edge = tuple[str, str]
Neighbours = dict[int, None]
"""Numbers of services in the order of the edges, each once."""


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
    """An immutable call graph from edges (caller, callee). Self-calls and repeated edges are ignored.

    Services are numbered inside: walking over numbers is several times as fast as over names.
    """

    def __init__(self, edges: Iterable[Edge]) -> None:
        self._numbers: dict[str, int] = {}
        self._callees: list[Neighbours] = []
        self._callers: list[Neighbours] = []
        for caller, callee in edges:
            if caller and callee and caller != callee:
                above, below = self._number(caller), self._number(callee)
                self._callees[above][below] = None
                self._callers[below][above] = None
        self._names = list(self._numbers)
        self._radius: dict[str, list[list[int]]] = {}
        self._spellings = {_plain(name): name for name in self._names}

    def _number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self._numbers)
            self._callees.append({})
            self._callers.append({})
        return self._numbers[name]

    @property
    def services(self) -> Collection[str]:
        """Every service with at least one edge, in the order of the edges."""
        return self._numbers.keys()

    def find(self, *names: str) -> str:
        """The first of these names that is in the graph, whatever its case and punctuation; "" when none is."""
        return next((found for name in names if name and (found := self._spellings.get(_plain(name), ""))), "")

    def callers(self, service: str) -> list[str]:
        """Direct upstream."""
        return self._beside(service, self._callers)

    def callees(self, service: str) -> list[str]:
        """Direct downstream."""
        return self._beside(service, self._callees)

    def _beside(self, service: str, neighbours: list[Neighbours]) -> list[str]:
        return [self._names[one] for one in neighbours[self._numbers[service]]] if service in self._numbers else []

    def affected(self, service: str) -> list[Reached]:
        """The blast radius: everyone who reaches the service through calls, nearest first."""
        return self._reached(self._above(service))

    def _above(self, service: str) -> list[list[int]]:
        if service not in self._radius:
            self._radius = {service: self._walk(service, self._callers)}  # the next question is about the same service
        return self._radius[service]

    def needs(self, service: str) -> list[Reached]:
        """Everything the service reaches through calls, nearest first."""
        return self._reached(self._walk(service, self._callees))

    def _walk(self, service: str, neighbours: list[Neighbours]) -> list[list[int]]:
        """Everything reachable, one list for each depth; cycles end where they began, and the start is not among them."""
        frontier = [self._numbers[service]] if service in self._numbers else []
        levels, known = list[list[int]](), set(frontier)
        while frontier:
            ahead = chain.from_iterable(map(neighbours.__getitem__, frontier))
            frontier = [one for one in dict.fromkeys(ahead) if one not in known]
            known.update(frontier)
            levels.append(frontier)
        return levels

    def _reached(self, levels: list[list[int]]) -> list[Reached]:
        return [Reached(self._names[one], depth) for depth, level in enumerate(levels, 1) for one in level]

    def distances(self, service: str) -> dict[str, tuple[str, int]]:
        """For every related service its relation (`itself`, `dependency`, `caller`) and distance; nearer wins, then dependency."""
        related = {one.service: ("caller", one.depth) for one in self.affected(service)}
        for one in self.needs(service):
            if one.service not in related or one.depth <= related[one.service][1]:
                related[one.service] = ("dependency", one.depth)
        return related | {service: ("itself", 0)}

    def next_to_fail(self, service: str, already: Collection[str] = (), *, most: int) -> list[AtRisk]:
        """Callers that have not failed yet, most at risk first, `most` of them; equals nearest first.

        Risk is the share of a caller's direct dependencies that are in trouble, halved with every further hop: who leans
        on the broken part alone falls first.
        """
        levels = self._above(service)
        failed = {self._numbers[name] for name in (service, *already) if name in self._numbers}
        troubled = failed.union(*levels)
        risks = {
            one: self._broken(one, troubled) / len(self._callees[one]) * 0.5**further
            for further, level in enumerate(levels)
            for one in level
            if one not in failed
        }
        depth = {one: hops for hops, level in enumerate(levels, 1) for one in level}
        return [
            AtRisk(self._names[one], depth[one], risks[one], self._broken(one, troubled), len(self._callees[one]))
            for one in nlargest(most, risks, key=risks.__getitem__)
        ]

    def _broken(self, one: int, troubled: Set[int]) -> int:
        return sum(map(troubled.__contains__, self._callees[one]))


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]+", "-", name.lower()).strip("-")
