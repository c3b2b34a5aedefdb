"""Silence: which service stopped reporting while the others go on. What is down has no bad metrics, it has none.

A witness of `ranking`, and a fact for `flow`: a dependency that fell silent explains the trouble of whoever calls it. Only services
that reported steadily before are known to be silent, as one without requests may have nothing to report.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import inf, isfinite

from tocsin.analysis.quantiles import median
from tocsin.analysis.rootcause.observed import Observed, Reason, Testimony
from tocsin.analysis.topology import Graph
from tocsin.model.signals import Series

WITNESS = "silence"
MISSED = 3
"""Samples in a row that must be missing, and so many times the longest gap it ever left before."""
ENOUGH = 4
"""Samples before which nobody is known to report steadily."""
LEAD = 600.0
"""Seconds before the onset of what others suffer that it may have stopped; who stopped earlier was switched off."""
NEEDED, ALONE = 0.8, 0.4
"""How sure it is that silence is trouble: of a service that others need, and where nobody knows who needs whom."""


def testify(observed: Observed, silent: Iterable[str]) -> Testimony:
    """Each service that fell silent, alike; where calls are known only those that somebody calls, as a job may simply be done."""
    graph = Graph(observed.edges)
    alarmed = observed.alarm[0] if observed.alarm else ""
    known = [one for one in silent if not graph.services or one == alarmed or graph.callers(one)]
    reasons = {one: Reason(WITNESS, 100.0, f"{one} reports nothing any more, while others go on") for one in known}
    sure = (NEEDED if graph.services else ALONE) if known else 0.0
    return Testimony(WITNESS, dict.fromkeys(known, 1.0), sure, reasons)


def silent(observed: Observed) -> tuple[str, ...]:
    """The services that reported steadily and stopped; none where half of all stopped, as then it is whoever collects."""
    times = _reported(observed.recent.series)
    steps = [later - one for known in times.values() for one, later in pairwise(known)]
    if not steps:
        return ()
    end, step = max(known[-1] for known in times.values()), median(steps)
    since = -inf if observed.onset is None else observed.onset - LEAD
    found = tuple(one for one, known in times.items() if known[-1] >= since and _stopped(known, end, step))
    return found if 2 * len(found) < len(times) else ()


def _reported(many: Iterable[Series]) -> Mapping[str, list[float]]:
    """When each service reported anything at all, in order."""
    found: dict[str, set[float]] = {}
    for one in many:
        at = found.setdefault(one.service, set())
        at.update(time for time, value in zip(one.times, one.values, strict=True) if isfinite(value))
    return {service: sorted(at) for service, at in found.items() if at}


def _stopped(known: list[float], end: float, step: float) -> bool:
    longest = max((later - one for one, later in pairwise(known)), default=0.0)
    return len(known) >= ENOUGH and end - known[-1] >= MISSED * max(step, longest)
