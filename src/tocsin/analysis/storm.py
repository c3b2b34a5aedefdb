"""Alert storms: at which of many alerting services the trouble most likely began.

Called by intake (does an alert belong to a storm) and by the storm reader (which service to name). One fault is assumed, and
each candidate is asked how well it would explain what was heard: those who depend on it ring, those who do not are silent, its
own alert is not late, and speaks of its own state. Where nobody knows who calls whom, time and the kind of the alert decide.
Pure; names are opaque keys.

The figures below are what an engineer would bet on, not fitted to any data; `benchmarks/storms.py` varies them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from tocsin.analysis.topology import Graph

HOPS = 6
"""So many calls away a fault is still felt."""
RINGS = 0.6
"""Chance that a caller of what is broken, or suffers, is heard of."""
MISSED = 0.3
"""What is left of it with every service that the trouble would have passed and that is silent."""
STRAY = 0.03
"""Chance that a service is heard of for a reason of its own."""
HEARD = 0.85
"""Chance that what is broken is heard of itself."""
SKEW = 30.0
"""Seconds by which the clocks of two senders may differ."""
LATE = 120.0
"""Seconds of lateness of its own alert that make a candidate e times less likely."""
TOO_LATE = 4.0
"""No lateness costs more than this (log odds): alerts get lost and are sent again."""
OWN_STATE, OTHERS_ANSWERS = 0.8, -0.4
"""What it adds that a service speaks of its own state, or of answers only (log odds)."""
SEVERE = 0.3


@dataclass(frozen=True, slots=True)
class Heard:
    """A service of which an alert came. `at`: epoch seconds of its first one.

    `own`: True when an alert speaks of the service's own state (down, full, saturated), False when only of slow or failing
    answers, which may be others' fault; None when it says neither.
    """

    service: str
    at: float
    alerts: int = 1
    own: bool | None = None
    severe: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A service as the first cause. `share` 0-1 of all belief; `explains` are the alerting services that need it, nearest first."""

    service: str
    share: float
    explains: tuple[str, ...]
    silent: tuple[str, ...]
    """Its direct callers of which nothing was heard."""
    heard: Heard | None
    """None: nothing was heard of it, it is only what the others have in common."""
    first: bool
    """Its own alert came before all that it explains, as far as clocks can be trusted."""


def candidates(heard: Iterable[Heard], graph: Graph) -> tuple[Candidate, ...]:
    """Every service that may be the first cause, the likeliest first; ties in the order in which they were heard of."""
    known = {one.service: one for one in sorted(heard, key=lambda one: one.at)}
    if not known:
        return ()
    felt = _felt(known, graph)
    believed = {name: _belief(name, felt[name], known, graph) for name in felt}
    best = max(believed.values())
    total = sum(exp(one - best) for one in believed.values())
    order = sorted(believed, key=lambda name: -believed[name])
    return tuple(_candidate(name, exp(believed[name] - best) / total, felt[name], known, graph) for name in order)


def shares_cause(service: str, others: Sequence[str], graph: Graph) -> str:
    """The service that may be the common cause of `service` and at least half of `others`; "" when there is none.

    It is one of them, or something nobody heard of that at least three of them call directly and that most of its callers need.
    """
    ringing = dict.fromkeys((service, *others))
    mine = {service: 0} | {one.service: one.depth for one in graph.needs(service) if one.depth <= HOPS}
    for name in [*(one for one in mine if one in ringing), *(one for one in mine if one not in ringing)]:
        if explains(name, others, graph) and (name in ringing or _called_by_many(name, ringing, graph)):
            return name
    return ""


def known_apart(service: str, others: Sequence[str], graph: Graph) -> bool:
    """Whether the calls of a service and of some of the others are known, and it needs nothing that any of those needs."""
    mapped = [one for one in others if one in graph.services]
    if service not in graph.services or not mapped:
        return False
    mine = {service, *(one.service for one in graph.needs(service))}
    return all(mine.isdisjoint({other, *(one.service for one in graph.needs(other))}) for other in mapped)


def explains(cause: str, services: Sequence[str], graph: Graph) -> bool:
    """Whether at least half of these services, and one at least, are the cause itself or need it.

    Services on no map say nothing for or against it.
    """
    mapped = [one for one in services if one in graph.services]
    below = {cause} | {one.service for one in graph.affected(cause) if one.depth <= HOPS}
    explained = sum(1 for one in mapped if one in below)
    return explained > 0 and 2 * explained >= len(mapped)


def _called_by_many(name: str, ringing: Mapping[str, object], graph: Graph) -> bool:
    callers = graph.callers(name)
    loud = sum(1 for one in callers if one in ringing)
    return loud >= 3 and loud >= RINGS * len(callers)


def _felt(known: Mapping[str, Heard], graph: Graph) -> dict[str, dict[str, float]]:
    """For each candidate the alerting services that need it, and how likely each would ring because of it, likeliest first.

    Candidates are those who were heard of, and what at least two of them have in common.
    """
    felt: dict[str, dict[str, float]] = {name: {} for name in known}
    for name in known:
        for needed, chance in _chances(name, known, graph).items():
            felt.setdefault(needed, {})[name] = chance
    found = {name: some for name, some in felt.items() if name in known or len(some) > 1}
    return {name: dict(sorted(some.items(), key=lambda pair: -pair[1])) for name, some in found.items()}


def _chances(name: str, known: Mapping[str, Heard], graph: Graph) -> dict[str, float]:
    """For everything a service needs, the chance that it rings when that breaks.

    Trouble goes from call to call, and that those in between ring is known: it only gets less likely where it would have
    passed a service of which nothing was heard.
    """
    found: dict[str, float] = {}
    wave = dict.fromkeys(graph.callees(name), RINGS)
    for _ in range(HOPS):
        better = {one: chance for one, chance in wave.items() if chance > found.get(one, 0.0) and one != name}
        found.update(better)
        wave = {}
        for one, chance in better.items():
            passed = chance if one in known else chance * MISSED
            for callee in graph.callees(one):
                wave[callee] = max(wave.get(callee, 0.0), passed)
    return found


def _belief(name: str, felt: Mapping[str, float], known: Mapping[str, Heard], graph: Graph) -> float:
    """Log likelihood of what was heard if the trouble began here, compared with everybody ringing by chance."""
    ringing = sum(log(max(chance, STRAY) / STRAY) for chance in felt.values())
    silent = sum(1 for caller in graph.callers(name) if caller not in known)
    own = known.get(name)
    if own is None:
        return ringing + silent * log(1 - RINGS) + log(1 - HEARD)
    kind = {True: OWN_STATE, False: OTHERS_ANSWERS, None: 0.0}[own.own]
    late = min(_lateness(own, felt, known, graph) / LATE, TOO_LATE)
    return ringing + silent * log(1 - RINGS) + log(HEARD / STRAY) + kind + SEVERE * own.severe - late


def _lateness(own: Heard, felt: Mapping[str, float], known: Mapping[str, Heard], graph: Graph) -> float:
    """Seconds by which its own alert came after the first of those it would explain, beyond what clocks may differ by.

    Services that no map shows may depend on it or not, so they count here as well.
    """
    mapped = graph.services
    unmapped = own.service not in mapped
    before = [one.at for name, one in known.items() if name in felt or unmapped or name not in mapped]
    return max(0.0, own.at - min(before, default=own.at) - SKEW)


def _candidate(
    name: str, share: float, felt: Mapping[str, float], known: Mapping[str, Heard], graph: Graph
) -> Candidate:
    own = known.get(name)
    return Candidate(
        service=name,
        share=share,
        explains=tuple(felt),
        silent=tuple(one for one in graph.callers(name) if one not in known),
        heard=own,
        first=own is not None and all(own.at <= known[one].at for one in (felt or known)),
    )
