"""The next best question: which evidence would tell the leading causes apart, and where it is to be found. Pure.

Called by the specialists when they are not sure. A source that nobody could look at is worth most where the two leading causes
would leave different marks in it; where everything was seen, the catalogue's own question of the leading cause is asked.
"""

from dataclasses import dataclass

from tocsin.roles.analysts.causes import Cause
from tocsin.roles.analysts.causes.case import Case
from tocsin.roles.analysts.causes.signs import SignKind
from tocsin.roles.analysts.causes.weighing import DIRECT, FITTING, Weighed
from tocsin.roles.analysts.saying import clock

WHERE = {
    "metrics": "the metrics of {service} around {clock}",
    "logs": "the logs of {service} around {clock}",
    "changes": "what was changed in the 24 hours before {clock}",
    "cluster": "the cluster's own answers about {service} (pods, events, endpoints)",
}
"""Where to look, by source."""
KINDS = {
    "metrics": SignKind.METRIC,
    "logs": SignKind.LOG,
    "changes": SignKind.CHANGE,
    "cluster": SignKind.CLUSTER,
}
LEAST = 0.1
"""A source that separates less than this is not worth sending anybody to."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a cause leaves in one source: how loudly, and what exactly, so that two causes can be compared."""

    weight: float
    what: frozenset[str]


def asked(first: Weighed, second: Weighed | None, case: Case, question: str) -> str:
    """`question` with the source that would answer it and what that separates; as it is when nothing unseen would."""
    found = best_source(first, second, case)
    if found is None:
        return question
    where = WHERE[found].format(service=first.service or case.service or "it", clock=clock(case.brief.onset))
    tells = f"; it tells {_named(first)} from {_named(second)}" if second else ""
    return f"From {where}, not seen so far{tells}: {question}"


def best_source(first: Weighed, second: Weighed | None, case: Case) -> str | None:
    """The unseen source in which the two causes differ most."""
    unseen = [
        name for name in WHERE if name not in case.looked and not (name == "cluster" and not _on_a_cluster(first))
    ]
    ranked = sorted(unseen, key=lambda name: -separation(first.cause, second.cause if second else None, name))
    if not ranked or separation(first.cause, second.cause if second else None, ranked[0]) < LEAST:
        return None
    return ranked[0]


def separation(first: Cause, second: Cause | None, source: str) -> float:
    """How far a look at that source would tell the two apart: 0 where both leave the same marks, or none."""
    one = marks(first, source)
    if second is None:
        return one.weight
    other = marks(second, source)
    shared = len(one.what & other.what) / max(len(one.what | other.what), 1)
    return abs(one.weight - other.weight) + min(one.weight, other.weight) * (1 - shared)


def marks(cause: Cause, source: str) -> Marks:
    """What the cause would leave there."""
    kind = KINDS[source]
    shows: dict[str, tuple[str, ...]] = {
        "metrics": tuple(f"{one.signal} {one.resource} {one.words} {one.goes}" for one in cause.shows),
        "logs": (*cause.says, *cause.codes),
        "changes": tuple(cause.changes) if cause.change_is_cause else (),
        "cluster": cause.cluster,
    }
    fits: dict[str, tuple[str, ...]] = {
        "metrics": tuple(f"{one.signal} {one.resource} {one.words} {one.goes}" for one in cause.fits),
        "logs": cause.hints,
        "changes": tuple(cause.changes),
    }
    direct, fitting = shows[source], fits.get(source, ())
    weight = DIRECT[kind] if direct else FITTING[kind] if fitting else 0.0
    return Marks(weight, frozenset(direct or fitting))


def _on_a_cluster(first: Weighed) -> bool:
    return any(sign.kind is SignKind.CLUSTER for sign in first.signs)


def _named(one: Weighed) -> str:
    return one.cause.code.replace("_", " ")
