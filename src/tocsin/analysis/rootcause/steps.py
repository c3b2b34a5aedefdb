"""Steps: which service takes another path through its code than before.

A witness of `ranking`. Log lines and inner spans are the steps of a visit, and a visit is one span of a service (or one trace
in it, where lines name no span). For each step the share of each next step is compared with the time before. Shares do not
depend on how many visits there are, so that a service which is merely called less, or more, stays innocent.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from operator import itemgetter

import numpy as np

from tocsin.analysis.rootcause.observed import Reason, Stretch, Testimony
from tocsin.analysis.templates import Templates
from tocsin.model.signals import Span

WITNESS = "steps"
BEGIN, END = "begin", "end"
_PLACE = re.compile(
    r"(?<![\w.$#-])[\w.$]{1,120}#\d{1,6}(?!\w)|(?<![\w./-])[\w./-]{1,120}\.(?:java|kt|py|go|js|ts|rb|cs|php|rs):\d{1,6}(?!\w)"
)
BRANCHING = 0.5
"""A step that was already followed by different things depends on the requests; how much its shares may wander by themselves."""
LEAST = 2.0
"""Standard deviations that chance brings about."""

Step = tuple[str, str, str]
"""Service, a step, the step after it."""


@dataclass(slots=True)
class Walked:
    """How often each step was followed by each other, counted once per visit."""

    followed: Counter[Step] = field(default_factory=Counter)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, service: str, steps: Sequence[str]) -> None:
        """One visit of a service, from begin to end."""
        for here, then in dict.fromkeys(pairwise(steps)):
            self.followed[service, here, then] += 1
        for here in dict.fromkeys(steps[:-1]):
            self.taken[service, here] += 1

    def __add__(self, other: "Walked") -> "Walked":
        return Walked(self.followed + other.followed, self.taken + other.taken)


@dataclass(frozen=True, slots=True)
class Turned:
    """A step whose next step changed its share, from `before` to `after`; `z` has the sign of the change."""

    step: Step
    before: float
    after: float
    z: float


def testify(before: Sequence[Stretch], after: Stretch) -> Testimony:
    """How strongly the path of each service changed. `before` begins with the reference; the eve, if any, follows."""
    name = _namer()
    now, pasts = walked(after, name), [walked(one, name) for one in before]
    best = _by_service(changed(sum(pasts, Walked()), now))
    if len(pasts) > 1 and pasts[0].taken:
        best = _agreed(best, _by_service(changed(pasts[0], now)))
    weights = {service: abs(one.z) - LEAST for service, one in best.items() if abs(one.z) > LEAST}
    top = max(weights.values(), default=0.0)
    reasons = {service: Reason(WITNESS, min(abs(best[service].z), 100.0), _text(best[service])) for service in weights}
    return Testimony(WITNESS, weights, top / (top + 1.5), reasons)


def strongest(many: Iterable[Turned]) -> list[Turned]:
    """The strongest change of each service."""
    return list(_by_service(many).values())


def _by_service(many: Iterable[Turned]) -> dict[str, Turned]:
    best: dict[str, Turned] = {}
    for turned in many:
        service = turned.step[0]
        if service not in best or abs(turned.z) > abs(best[service].z):
            best[service] = turned
    return best


def _agreed(both: Mapping[str, Turned], healthy: Mapping[str, Turned]) -> dict[str, Turned]:
    """Changes against both pasts and against the healthy one alone, averaged so that neither alone convicts.

    The healthy one may be of another hour with other requests; the eve may hold the first of the trouble already.
    """
    agreed = {}
    for service, one in both.items():
        alone = abs(healthy[service].z) if service in healthy else abs(one.z)
        mean = LEAST + max(0.0, abs(one.z) - LEAST) ** 0.5 * max(0.0, alone - LEAST) ** 0.5
        agreed[service] = replace(one, z=mean)
    return agreed


def _text(one: Turned) -> str:
    service, here, then = one.step
    return f"{service}: after '{here}' comes '{then}' in {one.after:.0%} of visits instead of {one.before:.0%}"


def _namer() -> Callable[[str], str]:
    """Names a log line by the place in the code it states, otherwise by its template."""
    templates = Templates()

    def name(text: str) -> str:
        return place_in(text) or f"line {templates.shape(text).cluster.cluster_id}"

    return name


def place_in(text: str) -> str:
    """The place in the code that a log line states, or ""."""
    found = _PLACE.search(text, 0, 400)
    return found.group() if found else ""


def walked(stretch: Stretch, name: Callable[[str], str]) -> Walked:
    """Every visit of a stretch, counted."""
    found = Walked()
    for (service, _), steps in _visits(stretch, name).items():
        found.add(service, steps)
    return found


def _visits(stretch: Stretch, name: Callable[[str], str]) -> dict[tuple[str, str], list[str]]:
    """The steps of every visit, from begin to end, by service and span (or trace)."""
    spans = {span.id: span for span in stretch.spans}
    timed: dict[tuple[str, str], list[tuple[float, str]]] = {(span.service, span.id): [] for span in spans.values()}
    for line in dict.fromkeys(stretch.lines):
        if line.span or line.trace:
            timed.setdefault((line.service, line.span or line.trace), []).append((line.at, name(line.text)))
    for span in spans.values():
        outer = spans.get(span.parent)
        if outer:
            step = span.operation if outer.service == span.service else f"call of {span.service}"
            timed[outer.service, outer.id].append((span.start, step))
    return {
        (service, visit): [_begun(spans.get(visit)), *(step for _, step in sorted(taken, key=itemgetter(0))), END]
        for (service, visit), taken in timed.items()
    }


def _begun(span: Span | None) -> str:
    return f"{BEGIN} {span.operation}" if span else BEGIN


def changed(usual: Walked, now: Walked) -> Iterable[Turned]:
    """Every step whose next step comes with another share than before; steps seen on one side only are not compared."""
    for step in dict.fromkeys((*usual.followed, *now.followed)):
        here = step[:2]
        many, few = usual.taken[here], now.taken[here]
        if not many or not few:
            continue
        was, is_now = (usual.followed[step] + 0.5) / (many + 1), (now.followed[step] + 0.5) / (few + 1)
        pooled = (usual.followed[step] + now.followed[step] + 0.5) / (many + few + 1)
        wandering = BRANCHING**2 * was * (1 - was)
        z = (is_now - was) / float(np.sqrt(pooled * (1 - pooled) * (1 / many + 1 / few) + wandering))
        yield Turned(step, was, is_now, z)
