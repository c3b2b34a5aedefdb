"""Where people and actions stand on an incident: the part of the fold that `acts` feed. Pure; called by `incident`."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tocsin.model import acts
from tocsin.model.action import Approval, Outcome, Rehearsal, RenderedStep, Verdict
from tocsin.model.ground import Time, Value
from tocsin.model.state import OPEN, State

if TYPE_CHECKING:
    from tocsin.model.event import Event
    from tocsin.model.incident import Incident


class ActionState(StrEnum):
    """How far one action has come."""

    REQUESTED = "requested"
    REJECTED = "rejected"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    VERIFIED = "verified"
    DISPROVED = "disproved"


FAILS_ALL_THE_SAME = 1 / 3
"""How often the fix of a right cause does not help, where that of a wrong one hardly ever does. Assumed: no public data tells."""
LIVE = frozenset({ActionState.REQUESTED, ActionState.RUNNING, ActionState.UNKNOWN})


class Action(Value):
    """One requested step and everything that happened to it."""

    id: str
    step: RenderedStep
    rehearsal: Rehearsal | None
    verdict: Verdict
    requested_by: str
    requested_at: Time
    expires_at: Time
    state: ActionState = ActionState.REQUESTED
    approvals: tuple[Approval, ...] = ()
    started_at: Time | None = None
    started_by: str = ""
    finished_at: Time | None = None
    verified_at: Time | None = None
    key: str = ""
    proposed_for: str = ""
    """The cause, by its code in the diagnosis, that the fix was for when somebody asked for this step of it; else ""."""
    outcome: Outcome | None = None
    said: str = ""
    """Why it was rejected, what is unknown, or what verification says."""


class Idea(Value):
    """A hypothesis a person raised."""

    id: str
    text: str
    raised_by: str
    ruled_out: str = ""
    """The reason it is off the table, or ""."""


class Doubt(Value):
    """A hypothesis whose fix was tried and did not help: `step` says which step, `said` what was seen."""

    hypothesis: str
    """The cause's code in the diagnosis that the step was proposed for."""
    action_id: str
    step: str
    said: str
    at: Time
    runbook_id: str = ""


class Line(Value):
    """A line of investigation: owner, question, end."""

    id: str
    owner: str
    question: str
    opened_at: Time
    until: Time
    ended_at: Time | None = None
    finding: str = ""


class Transfer(Value):
    """A seat that somebody took, from whom ("" when nobody held it), and when. `seq` is the event's place."""

    seat: acts.Seat
    person: str
    before: str
    at: Time
    seq: int


class NextAction(Value):
    """The single next action and its one owner."""

    text: str
    owner: str
    set_at: Time


class Page(Value):
    """A call to somebody."""

    target: str
    level: int
    at: Time
    key: str
    over: bool = False
    observed: bool = False
    """Mode observe: written down, and nobody was called."""
    people: tuple[str, ...] = ()


class UserReport(Value):
    """A user's own words that something is wrong."""

    text: str
    origin: str
    at: Time


class Flag(Value):
    """Something people must see."""

    code: str
    text: str
    at: Time


class Vouched(Value):
    """A value that a named person vouched for, on this incident only."""

    slot: str
    type: str
    value: str
    by: str
    """The actor, `person:...`."""
    reason: str
    at: Time


class PolicyInForce(Value):
    """The policy an incident is judged by: what it says, its digest, and the file it came from."""

    digest: str
    origin: str
    policy: dict[str, Any]


def acted(  # noqa: C901 - one case for each kind of act
    incident: "Incident", act: acts.Act, event: "Event"
) -> dict[str, object]:
    """Which fields one act changes."""
    match act:
        case acts.Acknowledged():
            return {} if incident.acknowledged_at else {"acknowledged_at": event.at, "acknowledged_by": event.actor}
        case acts.SeverityChanged():
            return {"severity": act.severity}
        case acts.SeatTaken():
            taken = Transfer(seat=act.seat, person=act.person, before=act.handed_over_by, at=event.at, seq=event.seq)
            return {"seats": {**incident.seats, act.seat: act.person}, "transfers": (*incident.transfers, taken)}
        case acts.NextActionSet():
            return {"next_action": NextAction(text=act.text, owner=act.owner, set_at=event.at)}
        case acts.UserReported():
            return {"reports": (*incident.reports, UserReport(text=act.text, origin=act.origin, at=event.at))}
        case acts.Flagged():
            return {"flags": (*incident.flags, Flag(code=act.code, text=act.text, at=event.at))}
        case acts.HypothesisRaised() | acts.HypothesisRuledOut():
            gone = {"confirmed_cause": ""} if act.hypothesis_id == incident.confirmed_cause else {}
            return {"ideas": _ideas(incident.ideas, act, event), **_ruled_out(incident, act), **gone}
        case acts.HypothesisConfirmed():
            return {"confirmed_cause": act.hypothesis_id}
        case acts.LineOpened() | acts.LineEnded():
            return {"lines": _lines(incident.lines, act, event)}
        case acts.FixSurveyed():
            return {"missing": act.missing, "surveyed": act.seen, "surveys": incident.surveys + 1}
        case acts.ValueVouched():
            said = Vouched(
                slot=act.slot, type=act.type, value=act.value, by=event.actor, reason=act.reason, at=event.at
            )
            return {"vouched": (*incident.vouched, said)}
        case acts.Posted():
            return {"posted": (*incident.posted, act.target)}
        case acts.Paged() | acts.Unpaged():
            return {"pages": _pages(incident.pages, act, event), **_watched(incident, act)}
        case acts.Mitigated() | acts.Resolved() | acts.Reopened() | acts.Merged():
            return _turned(incident, act, event)
        case acts.PolicyFixed():
            known = PolicyInForce(digest=act.digest, origin=act.origin, policy=act.policy)
            return {"policy": incident.policy or known}
        case acts.WouldHaveDone():
            return {"would_have_done": (*incident.would_have_done, act.what)}
        case acts.ActionVerified():
            moved = _with_actions(incident, _actions(incident, act, event))
            return {**moved, **_doubted(incident, _doubts(incident, act, event))}
        case _:
            return _with_actions(incident, _actions(incident, act, event))


def _turned(
    incident: "Incident", act: acts.Mitigated | acts.Resolved | acts.Reopened | acts.Merged, event: "Event"
) -> dict[str, object]:
    match act:
        case acts.Mitigated():
            return {"state": State.MONITORING, "mitigated_at": incident.mitigated_at or event.at}
        case acts.Resolved():
            owing = incident.review.after_the_all_clear(wanted=act.post_mortem_at is not None)
            over = {"state": State.RESOLVED, "resolved_at": event.at, "post_mortem_at": act.post_mortem_at}
            return {**over, "review": owing, "cause_stated": act.cause_stated}
        case acts.Reopened():
            back = State.IDENTIFIED if incident.diagnosis and incident.diagnosis.root_cause else State.INVESTIGATING
            undone = {
                "resolved_at": None,
                "closed_at": None,
                "mitigated_at": None,
                "merged_into": "",
                "cause_stated": False,
            }
            owing = incident.review.after_the_all_clear(wanted=False)
            return {"state": back, "reopened_at": event.at, "review": owing, **undone}
        case acts.Merged():
            why = f"merged into {act.into}: {act.reason}"
            return {"state": State.CLOSED, "closed_at": event.at, "merged_into": act.into, "close_reason": why}


def _actions(incident: "Incident", act: acts.Act, event: "Event") -> tuple[Action, ...]:
    known = incident.actions
    if isinstance(act, acts.ActionRequested):
        before = next((one for one in known if one.id == act.renews), None)
        made = Action(
            id=act.action_id,
            step=act.step,
            rehearsal=act.rehearsal,
            verdict=act.verdict,
            requested_by=before.requested_by if before else event.actor,
            requested_at=event.at,
            proposed_for=_believed(incident, act.step.runbook_id),
            expires_at=act.expires_at,
        )
        return (*(one for one in known if one.id != made.id), made)
    named = getattr(act, "action_id", "")
    return tuple(one.model_copy(update=_moved(one, act, event)) if one.id == named else one for one in known)


def _moved(action: Action, act: acts.Act, event: "Event") -> dict[str, object]:
    match act:
        case acts.ActionApproved():
            return {"approvals": (*action.approvals, act.approval)}
        case acts.ActionRejected():
            return {"state": ActionState.REJECTED, "said": act.reason}
        case acts.ActionStarted():
            return {"state": ActionState.RUNNING, "started_at": event.at, "started_by": event.actor, "key": act.key}
        case acts.ActionFinished():
            done = ActionState.DONE if act.outcome.ok else ActionState.FAILED
            return {"state": done, "finished_at": event.at, "outcome": act.outcome, "said": act.outcome.said}
        case acts.ActionUnknown():
            return {"state": ActionState.UNKNOWN, "said": act.why}
        case acts.ActionVerified():
            state = ActionState.VERIFIED if act.passed else ActionState.DISPROVED
            return {"state": state, "verified_at": event.at, "said": act.said}
        case _:
            return {}


def _with_actions(incident: "Incident", actions: tuple[Action, ...]) -> dict[str, object]:
    """An action that changes something moves the incident on: mitigating while it runs, monitoring once it is verified.

    A rollback that is through has mitigated nothing: the incident is where it was before.
    """
    newest = next((one for one in reversed(actions) if one.step.risk.rank > 0), None)
    moves = {
        ActionState.RUNNING: State.MITIGATING,
        ActionState.VERIFIED: State.INVESTIGATING if newest and newest.step.is_rollback else State.MONITORING,
        ActionState.DISPROVED: State.INVESTIGATING,
    }
    state = moves.get(newest.state) if newest and incident.state in OPEN else None
    return {"actions": actions, **({"state": state} if state else {})}


def _believed(incident: "Incident", runbook_id: str) -> str:
    """The cause that the fix is for, when it is of that runbook."""
    made, fix = incident.diagnosis, incident.fix
    return made.hypotheses[0].cause if made and made.hypotheses and fix and fix.runbook_id == runbook_id else ""


def _doubts(incident: "Incident", act: acts.ActionVerified, event: "Event") -> tuple[Doubt, ...]:
    """A step that did not help speaks against what it was proposed for; a better word on it takes that back."""
    known = tuple(one for one in incident.doubts if one.action_id != act.action_id)
    action = next((one for one in incident.actions if one.id == act.action_id and not one.step.is_rollback), None)
    if act.passed or action is None or not action.proposed_for:
        return known
    tried = {"step": action.step.text, "runbook_id": action.step.runbook_id}
    return (*known, Doubt(hypothesis=action.proposed_for, action_id=action.id, said=act.said, at=event.at, **tried))


def weights(doubts: Iterable[Doubt]) -> dict[str, float]:
    """By how much each hypothesis in doubt weighs less: once for every runbook that was tried, however many its steps."""
    tried = Counter(cause for cause, _ in {(one.hypothesis, one.runbook_id) for one in doubts})
    return {cause: FAILS_ALL_THE_SAME**times for cause, times in tried.items()}


def _doubted(incident: "Incident", doubts: tuple[Doubt, ...]) -> dict[str, object]:
    """The doubts as they now are, and the diagnosis as sure as they leave it: a doubt taken back gives back what it took."""
    made, before, after = incident.diagnosis, weights(incident.doubts), weights(doubts)
    if made is None or before == after:
        return {"doubts": doubts}
    change = {cause: after.get(cause, 1.0) / before.get(cause, 1.0) for cause in before | after}
    return {"doubts": doubts, "diagnosis": made.reweighed(change)}


def _ideas(
    known: tuple[Idea, ...], act: acts.HypothesisRaised | acts.HypothesisRuledOut, event: "Event"
) -> tuple[Idea, ...]:
    if isinstance(act, acts.HypothesisRaised):
        return (*known, Idea(id=act.hypothesis_id, text=act.text, raised_by=event.actor))
    return tuple(
        one.model_copy(update={"ruled_out": act.reason}) if one.id == act.hypothesis_id else one for one in known
    )


def _ruled_out(incident: "Incident", act: acts.HypothesisRaised | acts.HypothesisRuledOut) -> dict[str, object]:
    """A person's word takes a cause of the diagnosis off the table, too."""
    if isinstance(act, acts.HypothesisRaised) or incident.diagnosis is None:
        return {}
    made = incident.diagnosis
    gone = tuple(one for one in made.hypotheses if one.cause == act.hypothesis_id)
    if not gone:
        return {}
    left = tuple(one for one in made.hypotheses if one.cause != act.hypothesis_id)
    was_first = made.hypotheses[0].cause == act.hypothesis_id
    changed = {"hypotheses": left, "ruled_out": (*made.ruled_out, *gone)}
    return {"diagnosis": made.model_copy(update={**changed, **({"root_cause": ""} if was_first else {})})}


def _lines(known: tuple[Line, ...], act: acts.LineOpened | acts.LineEnded, event: "Event") -> tuple[Line, ...]:
    if isinstance(act, acts.LineOpened):
        made = Line(id=act.line_id, owner=act.owner, question=act.question, opened_at=event.at, until=act.until)
        return (*known, made)
    ended = {"ended_at": event.at, "finding": act.finding}
    return tuple(one.model_copy(update=ended) if one.id == act.line_id else one for one in known)


def _watched(incident: "Incident", act: acts.Paged | acts.Unpaged) -> dict[str, object]:
    """A call that mode observe only wrote down."""
    if not isinstance(act, acts.Paged) or not act.observed:
        return {}
    return {"would_have_done": (*incident.would_have_done, f"page {act.target}: {act.reason}")}


def _pages(known: tuple[Page, ...], act: acts.Paged | acts.Unpaged, event: "Event") -> tuple[Page, ...]:
    if isinstance(act, acts.Paged):
        return (*known, Page(**act.model_dump(exclude={"kind", "reason"}), at=event.at))
    return tuple(one.model_copy(update={"over": True}) if one.key == act.key else one for one in known)
