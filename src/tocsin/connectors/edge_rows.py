"""A topology as the text of an answer, one line `caller -> callee` per edge. Used by the snapshot, kept and memory windows."""

from collections.abc import Iterable

from tocsin.model.signals import Topology

_ARROW = " -> "


def written(edges: Iterable[tuple[str, str]]) -> str:
    """One line per edge, each edge once, in the order given."""
    return "\n".join(dict.fromkeys(_ARROW.join(" ".join(end.split()) for end in edge) for edge in edges))


def read(text: str) -> Topology:
    """The topology of an answer made by `written`; every edge cites its line."""
    lines = (line for line in text.split("\n") if line.count(_ARROW) == 1)
    cites = {(caller, callee): line for line in lines for caller, callee in [line.split(_ARROW)]}
    return Topology(tuple(cites), cites)
