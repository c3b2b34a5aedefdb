"""What has happened and what is being done, in words for messages: turning points, actions taken, the one next step. Pure.

Read by `facts` only.
"""

from collections.abc import Iterable

from tocsin.model.acts import Mitigated, Reopened, Resolved, SeverityChanged
from tocsin.model.event import AlertResolved, Closed, Declared, Diagnosed, Event, FixProposed, SeverityRaised, Triaged
from tocsin.model.incident import Incident
from tocsin.model.plain import clock, one_line
from tocsin.model.standing import Action, ActionState
from tocsin.model.state import State

LONG = 600
"""Characters of a sentence that must not be cut in the middle of its point."""
_TAKEN = {
    ActionState.RUNNING: "running",
    ActionState.DONE: "done, effect not verified yet",
    ActionState.FAILED: "failed",
    ActionState.UNKNOWN: "outcome unknown",
    ActionState.VERIFIED: "it helped",
    ActionState.DISPROVED: "it did not help",
}
"""Steps that were begun, and how each is said to have gone. What only waits for a yes is no action taken."""
_FIRST, _LATEST = 2, 6
_SOME = 0.01
"""A confidence below this is none, and not worth a figure."""


def milestones(events: Iterable[Event]) -> tuple[str, ...]:
    """`HH:MM UTC - what happened`, for the turning points only: how it began, and the latest."""
    lines = [f"{clock(event.at)} - {one_line(said)}" for event in events if (said := _milestone(event))]
    return tuple(lines if len(lines) <= _FIRST + _LATEST else [*lines[:_FIRST], "...", *lines[-_LATEST:]])


def actions_taken(incident: Incident, events: Iterable[Event]) -> tuple[str, ...]:
    """Every step that was begun and how it went, and what people did to stop the harm, oldest first."""
    steps = [(one.started_at, _step(one)) for one in incident.actions if one.started_at and one.state in _TAKEN]
    people = [(one.at, one_line(one.body.text, LONG)) for one in events if isinstance(one.body, Mitigated)]
    return tuple(f"{clock(at)} - {said}" for at, said in sorted((*steps, *people), key=lambda one: one[0]))


def next_step(incident: Incident) -> str:
    """The single next action and its owner, as people set it; else what the incident waits for."""
    if incident.next_action and incident.is_open:
        return f"{one_line(incident.next_action.text, LONG)} (owner: {incident.next_action.owner})"
    return _waits_for(incident)


def doing(incident: Incident) -> str:
    """What is being done, in one sentence without any play-by-play."""
    match incident.state:
        case State.MITIGATING:
            return "A fix is being applied."
        case State.MONITORING:
            return "A fix is in place and its effect is being watched."
        case State.IDENTIFIED:
            return "The likely cause is known and a fix is being prepared."
        case State.RESOLVED | State.REVIEWED | State.CLOSED:
            return "Nothing more; the incident is over."
        case _:
            return "The cause is being looked for."


def hypothesis(incident: Incident) -> tuple[str, str]:
    """What is believed now and how surely ("" for a person's idea): the diagnosis, else the newest idea that still stands."""
    made = incident.diagnosis
    idea = next((one for one in reversed(incident.ideas) if not one.ruled_out), None)
    if idea and not (made and made.root_cause):
        return one_line(idea.text, LONG).rstrip("."), ""
    if made and made.hypotheses:
        first = made.hypotheses[0]
        doubted = any(one.hypothesis == first.cause for one in incident.doubts)
        text = one_line(first.text, LONG).rstrip(".") + ("; a step for it did not help" if doubted else "")
        return text, f"{first.confidence:.0%}" if first.confidence >= _SOME else ""
    return (
        (one_line(incident.storm.text, LONG), f"{incident.storm.confidence:.0%}")
        if incident.storm
        else ("none yet", "")
    )


def resolution(events: Iterable[Event]) -> Resolved | None:
    """The all-clear that stands."""
    said = [one.body for one in events if isinstance(one.body, Resolved | Reopened)]
    return said[-1] if said and isinstance(said[-1], Resolved) else None


def _step(action: Action) -> str:
    return f"{one_line(action.step.text)}: {_TAKEN[action.state]}"


def _waits_for(incident: Incident) -> str:
    waiting = next((one for one in incident.actions if one.state is ActionState.REQUESTED), None)
    if not incident.is_open:
        return "none: the incident is over"
    if incident.state is State.MONITORING:
        return "watch whether it holds, then give the all-clear"
    if waiting:
        return f"approve or reject: {one_line(waiting.step.text)}"
    if incident.fix and incident.fix.steps:
        return f"decide on the proposed fix: {incident.fix.title}"
    if incident.diagnosis and incident.diagnosis.next_question:
        return one_line(incident.diagnosis.next_question)
    return f"{incident.triage.specialist if incident.triage else 'the specialist'} investigates"


def _milestone(event: Event) -> str:  # noqa: C901 - one line for each kind of turning point
    match event.body:
        case Declared(alert_id=alert):
            return "alert received" if alert else "incident declared"
        case Triaged(triage=triage):
            return f"triaged as {triage.type}, routed to {triage.specialist}"
        case SeverityRaised(severity=severity) | SeverityChanged(severity=severity):
            return f"severity set to {severity}"
        case AlertResolved(open_alerts=still):
            return f"an alert resolved, {still} still firing"
        case Diagnosed(diagnosis=diagnosis) if diagnosis.root_cause:
            return f"cause proposed with {diagnosis.confidence:.0%} confidence"
        case Diagnosed():
            return "cause not found yet"
        case FixProposed(fix=fix) if fix.steps:
            return f"fix proposed: {fix.title}"
        case Mitigated(text=text):
            return f"mitigated: {text}"
        case Resolved():
            return "all-clear"
        case Reopened(reason=reason):
            return f"re-opened: {reason}"
        case Closed(reason=reason):
            return f"closed: {reason}"
        case _:
            return ""
