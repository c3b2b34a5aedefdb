"""The figures of a set of incidents: how many, how fast, and what mode observe would have done. Pure; read by `tocsin stats`."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from statistics import median

from tocsin.model.ground import Value
from tocsin.model.incident import Incident


class Figures(Value):
    """Counts, and medians in minutes (None where no incident has got that far)."""

    incidents: int
    open: int
    by_severity: dict[str, int]
    by_type: dict[str, int]
    minutes_to_acknowledge: float | None
    minutes_to_triage: float | None
    minutes_to_mitigate: float | None
    minutes_to_resolve: float | None
    actions_done: int
    actions_failed: int
    would_have_done: dict[str, tuple[str, ...]]
    """Incident id to what mode observe wrote down instead of doing it."""


def figures(incidents: Iterable[Incident]) -> Figures:
    """The figures of these incidents."""
    known = list(incidents)
    states = Counter(str(action.state) for one in known for action in one.actions)
    return Figures(
        incidents=len(known),
        open=sum(one.is_open for one in known),
        by_severity=_counted(str(one.severity or "untriaged") for one in known),
        by_type=_counted(str(one.type or "untriaged") for one in known),
        minutes_to_acknowledge=_minutes(known, lambda one: one.acknowledged_at),
        minutes_to_triage=_minutes(known, lambda one: one.triaged_at),
        minutes_to_mitigate=_minutes(known, lambda one: one.mitigated_at),
        minutes_to_resolve=_minutes(known, lambda one: one.resolved_at),
        actions_done=states["done"] + states["verified"],
        actions_failed=states["failed"] + states["disproved"] + states["unknown"],
        would_have_done={one.id: one.would_have_done for one in known if one.would_have_done},
    )


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _minutes(known: Sequence[Incident], reached: Callable[[Incident], datetime | None]) -> float | None:
    """Median minutes from the declaration."""
    taken = [(at - one.declared_at).total_seconds() / 60 for one in known if one.declared_at and (at := reached(one))]
    return round(median(taken), 2) if taken else None
