"""Spans compared: which operations take longer, fail more often or go another way since the trouble began.

Called by the trace analyst. Pure. Time is own time: what none of the spans inside accounts for, so that a caller which only
waits is not called slow. A failure counts where nothing below it failed too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tocsin.analysis.quantiles import quantile
from tocsin.analysis.rootcause import steps, timing
from tocsin.analysis.rootcause.observed import Stretch
from tocsin.analysis.topology import Edge
from tocsin.model.signals import Span

What = Literal["latency", "status", "shape"]
LEAST_Z = 3.0
"""Standard deviations from which on a change of shares is no chance."""
LEAST_SLOWER = 0.002
"""Seconds by which an operation must be slower to be worth a reader's time."""


@dataclass(frozen=True, slots=True)
class SpanChange:
    """One operation that changed. `before` and `after` are seconds of own time (latency) or shares 0-1 (status, shape).

    `peer` is the service called, where the way there is what changed. `begun` is epoch seconds of the first changed span,
    `example` the span that shows it best. `strength` is 0-1, `z` standard deviations, robust for latency.
    """

    what: What
    service: str
    operation: str
    peer: str
    before: float
    after: float
    calls_before: int
    calls: int
    z: float
    strength: float
    example: Span
    begun: float
    here: str = ""
    then: str = ""


def compare(before: Sequence[Span], after: Sequence[Span]) -> list[SpanChange]:
    """What changed between two stretches of time, the strongest first."""
    found = [*_slower(before, after), *_failing(before, after), *_turned(before, after)]
    return sorted(found, key=lambda one: (-one.strength, one.begun, one.service, one.operation))


def edges(spans: Iterable[Span]) -> dict[Edge, Span]:
    """The calls between services that spans show, each with one span that does."""
    many = list(spans)
    owners = {span.id: span.service for span in many}
    found: dict[Edge, Span] = {}
    for span in many:
        caller = owners.get(span.parent, "")
        if caller and span.service and caller != span.service:
            found.setdefault((caller, span.service), span)
    return found


def _slower(before: Sequence[Span], after: Sequence[Span]) -> Iterable[SpanChange]:
    usual, now = _by_operation(before), _by_operation(after)
    calls = {key: len(times) for key, times in timing.own_times(before).items()}
    owners = {span.id: span.service for span in after}
    for one in timing.slower(before, after):
        service, operation, peer = one.key
        if one.after - one.before < max(LEAST_SLOWER, 0.1 * one.before):
            continue
        past = [span.seconds for span in usual.get((service, operation), ())]
        limit = quantile(past, 0.95) if past else 0.0
        slow = [span for span in now[service, operation] if span.seconds > limit] or now[service, operation]
        example = max(slow, key=lambda span: span.seconds)
        strength = one.z / (one.z + 4) * min(1.0, 0.4 + 0.1 * one.calls)
        yield SpanChange(
            "latency",
            service,
            operation,
            peer if _only_calls(example, owners) else "",
            one.before,
            one.after,
            calls.get(one.key, 0),
            one.calls,
            min(one.z, 100.0),
            strength,
            example,
            min(span.start for span in slow),
        )


def _only_calls(span: Span, owners: Mapping[str, str]) -> bool:
    """Whether a span was made for a call alone: it lies in one of its own service, which does the work."""
    return owners.get(span.parent) == span.service


def _failing(before: Sequence[Span], after: Sequence[Span]) -> Iterable[SpanChange]:
    usual, now = _by_operation(before), _by_operation(after)
    below = _failed_below(after)
    for (service, operation), calls in now.items():
        failed = [span for span in calls if span.failed]
        past = usual.get((service, operation), ())
        if len(failed) < 2:
            continue
        z = _apart(sum(span.failed for span in past), len(past), len(failed), len(calls))
        own = [span for span in failed if span.id not in below]
        if z < LEAST_Z:
            continue
        strength = z / (z + 3) * (0.35 + 0.65 * len(own) / len(failed))
        yield SpanChange(
            "status",
            service,
            operation,
            "",
            sum(span.failed for span in past) / len(past) if past else 0.0,
            len(failed) / len(calls),
            len(past),
            len(calls),
            z,
            strength,
            max(own or failed, key=lambda span: (bool(span.status), span.start)),
            min(span.start for span in failed),
        )


def _turned(before: Sequence[Span], after: Sequence[Span]) -> Iterable[SpanChange]:
    usual, now = (steps.walked(Stretch(spans=tuple(spans)), str) for spans in (before, after))
    by_service: dict[str, list[Span]] = defaultdict(list)
    for span in after:
        by_service[span.service].append(span)
    for turned in steps.strongest(steps.changed(usual, now)):
        service, here, then = turned.step
        shown = _showing(by_service.get(service, ()), here, then)
        if abs(turned.z) < LEAST_Z or shown is None:
            continue
        yield SpanChange(
            "shape",
            service,
            shown.operation,
            "",
            turned.before,
            turned.after,
            usual.taken[service, here],
            now.taken[service, here],
            abs(turned.z),
            0.8 * abs(turned.z) / (abs(turned.z) + 4),
            shown,
            shown.start,
            here,
            then,
        )


def _showing(spans: Sequence[Span], *names: str) -> Span | None:
    """The first span of the service that is one of these steps; its first span at all when the steps are calls of others."""
    operations = {name.removeprefix(f"{steps.BEGIN} ") for name in names}
    named = [span for span in spans if span.operation in operations]
    return min(named or spans, key=lambda span: span.start, default=None)


def _by_operation(spans: Iterable[Span]) -> Mapping[tuple[str, str], list[Span]]:
    found: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in {span.id: span for span in spans}.values():
        found[span.service, span.operation].append(span)
    return found


def _failed_below(spans: Iterable[Span]) -> set[str]:
    """Every span directly above one that failed."""
    return {span.parent for span in spans if span.failed and span.parent}


def _apart(was: int, many: int, now: int, few: int) -> float:
    """Standard deviations between two shares of failures; 0 when there are not more of them."""
    before, after = (was + 0.5) / (many + 1), (now + 0.5) / (few + 1)
    pooled = (was + now + 0.5) / (many + few + 1)
    spread = float(np.sqrt(pooled * (1 - pooled) * (1 / max(many, 1) + 1 / few)))
    return max(0.0, (after - before) / spread) if spread else 0.0
