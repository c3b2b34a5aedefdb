"""Ranking: which service is most likely the first cause, from everything that was seen.

Called by the benchmarks and, with whatever windows answered, by the analysts. Each witness distributes one vote over the
services, as far as it is sure of itself; a witness without material abstains. Blame is then moved down the call graph: a
symptom that a suspected dependency explains counts less. Ties keep the order in which services were seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tocsin.analysis.rootcause import edits, flow, levels, silence, steps, timing
from tocsin.analysis.rootcause.observed import Observed, Reason, Stretch, Testimony
from tocsin.analysis.topology import Edge, Graph

SAY = {
    steps.WITNESS: 1.3,
    timing.WITNESS: 1.0,
    flow.WITNESS: 1.0,
    silence.WITNESS: 1.0,
    levels.WITNESS: 0.6,
    edits.WITNESS: 0.3,
}
"""How much a witness is worth at full sureness. Metrics are many and drift, so their furthest outlier is worth less."""
SYMPTOMATIC = {levels.WITNESS, silence.WITNESS, steps.WITNESS}
"""Witnesses that also see what a service suffers from its dependencies; the others have undone that themselves."""
EXPLAINED = 0.8
"""Share of a symptom's vote that an equally suspected dependency takes away."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A service with its share of all votes (0-1), the reasons, the strongest first, and the votes themselves (0-5.2)."""

    service: str
    share: float
    reasons: tuple[Reason, ...]
    votes: float = 0.0


def rank(observed: Observed) -> tuple[Suspect, ...]:
    """Every service seen, the most likely first cause first."""
    said = testimonies(observed)
    graph = Graph((*observed.edges, *called(observed)))
    votes = dict.fromkeys(services(observed), 0.0)
    for one in said:
        for service, share in _vote(one, graph).items():
            votes[service] = votes.get(service, 0.0) + share
    total = sum(votes.values()) or 1.0
    order = sorted(votes, key=lambda service: -votes[service])
    return tuple(Suspect(service, votes[service] / total, _reasons(service, said), votes[service]) for service in order)


def testimonies(observed: Observed) -> list[Testimony]:
    """What each witness has to say."""
    before, after = stretches(observed)
    departed = levels.departures(observed)
    stopped = silence.silent(observed)
    by_calls = flow.testify(observed, departed, stopped)
    symptoms = levels.SYMPTOMS if by_calls.weights else frozenset()
    spans_before = [span for one in before for span in one.spans]
    return [
        by_calls,
        levels.testify(departed, without=symptoms),
        timing.testify(spans_before, after.spans),
        steps.testify(before, after),
        silence.testify(observed, stopped),
        edits.testify(observed),
    ]


def stretches(observed: Observed) -> tuple[list[Stretch], Stretch]:
    """The traces and lines before the onset, reference first, and those after it."""
    recent, onset = observed.recent, observed.onset
    if onset is None:
        return [observed.reference], recent
    eve = Stretch(
        spans=tuple(one for one in recent.spans if one.start < onset),
        lines=tuple(one for one in recent.lines if one.at < onset),
    )
    after = Stretch(
        spans=tuple(one for one in recent.spans if one.start >= onset),
        lines=tuple(one for one in recent.lines if one.at >= onset),
    )
    return [observed.reference, eve], after


def called(observed: Observed) -> list[Edge]:
    """The calls between services that the traces show."""
    owners = {span.id: span.service for one in (observed.reference, observed.recent) for span in one.spans}
    found = {
        (owners[span.parent], span.service): None
        for one in (observed.reference, observed.recent)
        for span in one.spans
        if span.parent in owners
    }
    return [edge for edge in found if edge[0] != edge[1]]


def services(observed: Observed) -> list[str]:
    """Every service seen anywhere, in the order seen."""
    seen: dict[str, None] = {}
    for one in (observed.recent, observed.reference):
        seen.update(dict.fromkeys(series.service for series in one.series))
        seen.update(dict.fromkeys(span.service for span in one.spans))
        seen.update(dict.fromkeys(line.service for line in one.lines))
    seen.update(dict.fromkeys(name for edge in observed.edges for name in edge))
    seen.update(dict.fromkeys(observed.changes))
    return [name for name in seen if name]


def _vote(one: Testimony, graph: Graph) -> dict[str, float]:
    """One witness's vote: shares of its weights, after dependencies took their part, times how much it is worth."""
    weights = _discounted(one.weights, graph) if one.witness in SYMPTOMATIC else one.weights
    total = sum(weights.values())
    worth = SAY[one.witness] * one.sure
    return {service: worth * weight / total for service, weight in weights.items()} if total > 0 else {}


def _discounted(weights: Mapping[str, float], graph: Graph) -> dict[str, float]:
    """Weights less what the strongest dependency explains of them."""
    found = {}
    for service, weight in weights.items():
        below = max((weights.get(callee, 0.0) for callee in graph.callees(service)), default=0.0)
        found[service] = weight - EXPLAINED * min(weight, below)
    return found


def _reasons(service: str, said: Sequence[Testimony]) -> tuple[Reason, ...]:
    found = [(one.sure, one.reasons[service]) for one in said if service in one.reasons]
    return tuple(reason for _, reason in sorted(found, key=lambda pair: -pair[0] * pair[1].strength))
