"""Changes ranked: which change of the last day most likely started this.

Called by the change analyst. Weighs three things a person would: how close before the onset, how near to the service, what
kind of change. Never says that a change is the cause; only how much it deserves a look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.change import Change, ChangeKind

HALF_LIFE_MINUTES = 60.0
"""A change this long before the onset counts half as much as one right before it."""
CLOCK_SLACK_MINUTES = 2.0
"""Onsets and deploy times come from different clocks and from sampled series."""
AFTER_THE_FACT = 0.15
"""What came after the onset cannot have caused it, yet may have made it worse."""

_KIND_WEIGHT = {
    ChangeKind.DEPLOY: 1.0,
    ChangeKind.CONFIG: 1.0,
    ChangeKind.FEATURE_FLAG: 0.95,
    ChangeKind.DATABASE: 0.9,
    ChangeKind.INFRASTRUCTURE: 0.85,
    ChangeKind.OTHER: 0.6,
}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A change with its place: minutes before the onset (negative: after), relation to the service, suspicion 0-1."""

    change: Change
    minutes: float
    relation: str
    distance: int | None
    suspicion: float


def rank(
    changes: Sequence[Change], onset: datetime, service: str, related: Mapping[str, tuple[str, int]] | None
) -> list[Suspect]:
    """All changes, the most suspicious first; ties go to the later one.

    `related` maps services to (relation, distance) as `Graph.distances` gives it; None when the call graph is not known.
    """
    found = [_suspect(change, onset, service, related) for change in changes]
    return sorted(found, key=lambda one: (-one.suspicion, -one.change.at.timestamp()))


def _suspect(change: Change, onset: datetime, service: str, related: Mapping[str, tuple[str, int]] | None) -> Suspect:
    minutes = (onset - change.at).total_seconds() / 60
    relation, distance = _relation(change.service, service, related)
    weight = _closeness(minutes) * _nearness(relation, distance) * _KIND_WEIGHT[change.kind]
    return Suspect(change, round(minutes, 1), relation, distance, weight)


def _relation(changed: str, service: str, related: Mapping[str, tuple[str, int]] | None) -> tuple[str, int | None]:
    if service and changed.lower() == service.lower():
        return "itself", 0
    if not service or not changed or related is None:
        return "unknown", None
    return related.get(changed, ("unrelated", None))


def _closeness(minutes: float) -> float:
    if minutes < -CLOCK_SLACK_MINUTES:
        return AFTER_THE_FACT
    halved: float = 0.5 ** (max(minutes, 0.0) / HALF_LIFE_MINUTES)
    return max(halved, 0.05)


def _nearness(relation: str, distance: int | None) -> float:
    if relation == "itself":
        return 1.0
    if relation == "dependency":
        return float(0.9 ** (distance or 1))
    if relation == "caller":
        return float(0.75 ** (distance or 1))  # callers bring the load that breaks what they call
    return 0.5 if relation == "unknown" else 0.2
