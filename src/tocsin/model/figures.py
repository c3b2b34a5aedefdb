"""The figures a team lives by: how many incidents, how fast, promises kept, and what was saved. Pure; docs/figures.md defines each.

Read by `tocsin stats`, the API and the metrics. Drills are counted and left out; so are incidents in mode observe, of which
only is said what would have been done. What nobody did has no time: every spread says of how many incidents it is.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from tocsin.model.action import Mode
from tocsin.model.costs import ModelCosts, model_costs
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.judged import Judged, by_analyst, by_specialist
from tocsin.model.saving import Baselines, Saved, saved
from tocsin.model.standing import ActionState
from tocsin.model.update import Audience

GRACE = timedelta(seconds=30)
"""An update that much after its time is still on time."""


class Spread(Value):
    """Minutes of `n` incidents: the middle one, and the one that nine in ten do not exceed."""

    n: int
    median: float
    p90: float


class Times(Value):
    """How long until each milestone, in minutes from the declaration; `detect` is from the first symptom to it. None: never."""

    detect: Spread | None
    acknowledge: Spread | None
    triage: Spread | None
    first_notice: Spread | None
    mitigate: Spread | None
    resolve: Spread | None


class Promises(Value):
    """Updates that were due at a time: out by then, out later, never out."""

    on_time: int
    late: int
    missed: int

    @property
    def share(self) -> float | None:
        """How many of ten, so to speak, were on time; None where nothing was promised."""
        due = self.on_time + self.late + self.missed
        return round(self.on_time / due, 4) if due else None


class Month(Value):
    """One service in one month of declarations."""

    month: str
    service: str
    incidents: int
    times: Times
    updates: Promises
    saved: Saved


class Figures(Value):
    """The figures of a set of incidents. `times`, `updates`, `saved` and `months` are of real ones that were acted on."""

    incidents: int
    open: int
    drills: int
    observed: int
    by_severity: dict[str, int]
    by_type: dict[str, int]
    times: Times
    updates: Promises
    saved: Saved
    actions_done: int
    actions_failed: int
    months: tuple[Month, ...]
    specialists: dict[str, Judged]
    analysts: dict[str, Judged]
    models: ModelCosts = ModelCosts()
    """What models have cost on them, drills among them."""
    would_have_done: dict[str, tuple[str, ...]]
    """Incident id to what mode observe wrote down instead of doing it."""


def figures(incidents: Iterable[Incident], baselines: Baselines | None = None) -> Figures:
    """The figures of these incidents against these manual baselines."""
    manual = baselines or Baselines()
    everything = list(incidents)
    real = [one for one in everything if one.drill is None]
    acted = [one for one in real if not is_observed(one)]
    states = Counter(action.state for one in real for action in one.actions)
    return Figures(
        incidents=len(real),
        open=sum(one.is_open for one in real),
        drills=len(everything) - len(real),
        observed=len(real) - len(acted),
        by_severity=_counted(str(one.severity or "untriaged") for one in real),
        by_type=_counted(str(one.type or "untriaged") for one in real),
        times=times_of(acted),
        updates=promises_of(acted),
        saved=saved(acted, manual),
        actions_done=states[ActionState.DONE] + states[ActionState.VERIFIED],
        actions_failed=states[ActionState.FAILED] + states[ActionState.DISPROVED] + states[ActionState.UNKNOWN],
        months=_months(acted, manual),
        specialists=by_specialist(real),
        analysts=by_analyst(real),
        models=model_costs(everything),
        would_have_done={one.id: one.would_have_done for one in real if one.would_have_done},
    )


def is_observed(incident: Incident) -> bool:
    """Mode observe: it was watched, and nobody was called or told."""
    watched = bool(incident.would_have_done) or any(page.observed for page in incident.pages)
    kept = incident.policy.policy if incident.policy else {}
    own = {name.lower(): mode for name, mode in kept.get("services", {}).items()}
    return watched or own.get(incident.service.lower(), kept.get("mode")) == Mode.OBSERVE


def times_of(known: Sequence[Incident]) -> Times:
    """The spreads of these incidents."""
    return Times(
        detect=spread(known, lambda one: one.declared_at, since=lambda one: one.started_at),
        acknowledge=spread(known, lambda one: one.acknowledged_at),
        triage=spread(known, lambda one: one.triaged_at),
        first_notice=spread(known, first_notice),
        mitigate=spread(known, lambda one: one.mitigated_at),
        resolve=spread(known, lambda one: one.resolved_at),
    )


def first_notice(incident: Incident) -> datetime | None:
    """When customers first heard of it."""
    told = (one.at for one in incident.narrative.published if one.audience is Audience.EXTERNAL and not one.observed)
    return min(told, default=None)


def promises_of(known: Iterable[Incident]) -> Promises:
    """The updates with a time, of all audiences."""
    incidents = list(known)
    out = [one for incident in incidents for one in incident.narrative.published if one.due_at and not one.observed]
    late = sum(1 for one in out if one.due_at and one.at > one.due_at + GRACE)
    return Promises(
        on_time=len(out) - late, late=late, missed=sum(len(incident.narrative.missed) for incident in incidents)
    )


def spread(
    known: Iterable[Incident],
    reached: Callable[[Incident], datetime | None],
    since: Callable[[Incident], datetime | None] = lambda one: one.declared_at,
) -> Spread | None:
    """Minutes from `since` to `reached`, of the incidents that have both."""
    taken = sorted(
        max(0.0, (at - began).total_seconds() / 60) for one in known if (began := since(one)) and (at := reached(one))
    )
    if not taken:
        return None
    return Spread(n=len(taken), median=round(median(taken), 2), p90=round(taken[ceil(0.9 * len(taken)) - 1], 2))


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _months(acted: Iterable[Incident], manual: Baselines) -> tuple[Month, ...]:
    """Newest month first, then by service."""
    groups: dict[tuple[str, str], list[Incident]] = defaultdict(list)
    for one in acted:
        if one.declared_at:
            groups[f"{one.declared_at:%Y-%m}", one.service or "unknown"].append(one)
    ordered = sorted(sorted(groups, key=lambda key: key[1]), key=lambda key: key[0], reverse=True)
    return tuple(
        Month(
            month=month,
            service=service,
            incidents=len(some),
            times=times_of(some),
            updates=promises_of(some),
            saved=saved(some, manual),
        )
        for month, service in ordered
        for some in (groups[month, service],)
    )
