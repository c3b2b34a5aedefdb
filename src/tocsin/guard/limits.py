"""How much may be done at once and in an hour, whoever said yes. Pure.

Asked by `stages.remediate` in the transaction that begins a step.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tocsin.guard.policy import Limits
from tocsin.model.action import RenderedStep
from tocsin.model.incident import Incident
from tocsin.model.standing import Action, ActionState

HOUR = timedelta(hours=1)
_MOVING = frozenset({ActionState.RUNNING, ActionState.UNKNOWN})


def held_back(step: RenderedStep, incident: Incident, others: Iterable[Incident], limits: Limits, now: datetime) -> str:
    """Why this step has to wait, or "". `others` are all incidents that are open or changed within the hour.

    A step whose outcome is unknown is still in flight: until a person says what is true, nothing else touches its service.
    A declared rollback waits for what is in flight, and is not refused for the number of steps before it.
    """
    everything = _actions(incident, others)
    moving = [one for one in everything if _in_flight(one) and _meets(one.step, step)]
    if len(moving) >= limits.in_flight_per_service:
        return f"{moving[0].id} is in flight on {step.service or 'the same target'}"
    if step.is_rollback:
        return ""
    recent = [one for one in everything if one.started_at is not None and one.started_at > now - HOUR]
    here = [one for one in recent if one in incident.actions]
    if len(here) >= limits.per_incident_per_hour:
        return f"{len(here)} steps of this incident began within an hour, and {limits.per_incident_per_hour} may"
    same = [one for one in recent if one.step.service == step.service]
    if len(same) >= limits.per_service_per_hour:
        return f"{len(same)} steps on {step.service} began within an hour, and {limits.per_service_per_hour} may"
    return ""


def _actions(incident: Incident, others: Iterable[Incident]) -> list[Action]:
    """Every action once, those of this incident as it stands now."""
    rest = (one for one in others if one.id != incident.id)
    return [*incident.actions, *(action for other in rest for action in other.actions)]


def _in_flight(action: Action) -> bool:
    """A manual step is a person's, and takes as long as it takes."""
    return action.state in _MOVING and action.step.executor != "manual"


def _meets(one: RenderedStep, other: RenderedStep) -> bool:
    """The same service or a common target; a step that names neither meets everything."""
    if not (one.service or one.targets) or not (other.service or other.targets):
        return True
    return one.service.lower() == other.service.lower() or bool(set(one.targets) & set(other.targets))
