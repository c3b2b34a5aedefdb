"""Acts towards the end: mitigated, the all-clear, and the three other ways out (re-opened, merged, a false alarm)."""

from tocsin.errors import DataError, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.model.action import Risk
from tocsin.model.acts import Merged, Mitigated, Reopened, Resolved
from tocsin.model.alert import Alert
from tocsin.model.event import AlertJoined, AlertResolved, Closed, Noted
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.model.standing import ActionState
from tocsin.model.state import State
from tocsin.stages.people.asks import AllClear, CloseAsFalseAlarm, MarkMitigated, Merge, Reopen

_UNSETTLED = frozenset({ActionState.RUNNING, ActionState.UNKNOWN})
_MANY = 10_000
_TITLE = 300
"""Characters of a title that go into an event, as intake has it."""


def mark_mitigated(attempt: Attempt, incident_id: str, ask: MarkMitigated) -> Incident:
    """The harm has stopped, by a person's word; from here on the incident is watched."""
    incident = attempt.working(incident_id, Right.RESPOND)
    if incident.mitigated_at and incident.state is State.MONITORING:
        raise NotNow("it is mitigated already.", "Give the all-clear when it holds.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, Mitigated(text=ask.text))


def all_clear(attempt: Attempt, incident_id: str, ask: AllClear, confirmed_by: tuple[str, ...] = ()) -> Incident:
    """It is over, by a person's word and whatever else confirms it (`confirmed_by`)."""
    incident = attempt.working(incident_id, Right.COMMAND)
    _settled(incident)
    if ask.post_mortem_at and ask.post_mortem_at <= attempt.now:
        raise DataError("the post-mortem would lie in the past.", "Give a later time, or none.")
    known = incident.diagnosis.root_cause if incident.diagnosis else ""
    body = Resolved(
        confirmed_by=(attempt.actor, *confirmed_by),
        cause=ask.cause or known,
        fix=ask.fix or _what_helped(incident),
        cause_stated=bool(ask.cause),
        post_mortem_at=ask.post_mortem_at or attempt.rules.post_mortem_at(incident.severity, attempt.now),
        lasted=incident.lasted_until(attempt.now),
    )
    return attempt.record(incident_id, body)


def reopen(attempt: Attempt, incident_id: str, ask: Reopen) -> Incident:
    """It was not over, or not a duplicate, or no false alarm after all."""
    incident = attempt.known(incident_id, Right.COMMAND)
    if incident.is_open:
        raise NotNow(f"{incident.id} is open.", "Nothing to do.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, Reopened(reason=ask.reason))


def close_as_false_alarm(attempt: Attempt, incident_id: str, ask: CloseAsFalseAlarm) -> Incident:
    """It never was an incident."""
    _settled(attempt.working(incident_id, Right.COMMAND))
    return attempt.record(incident_id, Closed(reason=f"false alarm: {ask.reason}"))


def merge(attempt: Attempt, incident_id: str, ask: Merge) -> Incident:
    """This incident is part of another, which goes on with its alerts. Both timelines tell of it."""
    part, whole = attempt.working(incident_id, Right.COMMAND), attempt.working(ask.into, Right.COMMAND)
    if part.id == whole.id:
        raise DataError("an incident cannot be merged into itself.", "Name the other one.")
    if (part.drill is None) != (whole.drill is None):
        raise DataError("one of the two is a drill.", "Close the drill; what is real stays on its own.")
    _settled(part)
    attempt.record(whole.id, Noted(text=f"{part.id} was merged into this incident: {ask.reason}"))
    _move_alerts(attempt, part, whole)
    return attempt.record(part.id, Merged(into=whole.id, reason=ask.reason))


def _move_alerts(attempt: Attempt, part: Incident, whole: Incident) -> None:
    """The alerts of the one join the other, oldest first, and so does everything that comes of them later."""
    why = f"{part.id} was merged into this incident"
    for kept in reversed(attempt.ledger.alerts.recent(incident_id=part.id, limit=_MANY)):
        moved = "joined" if kept.disposition == "opened" else kept.disposition
        attempt.ledger.alerts.redecide(kept.alert.id, moved, why, whole.id)
        if kept.alert.id in part.alert_ids:
            _join(attempt, kept.alert, whole.id, why, over=kept.alert.id in part.resolved_alert_ids)


def _join(attempt: Attempt, alert: Alert, whole_id: str, why: str, *, over: bool) -> None:
    title = alert.title[:_TITLE]
    joined = AlertJoined(alert_id=alert.id, title=title, service=alert.service, reason=why)
    whole = attempt.record(whole_id, joined)
    if over:
        still = set(whole.alert_ids) - {*whole.resolved_alert_ids, alert.id}
        attempt.record(whole_id, AlertResolved(alert_id=alert.id, title=title, open_alerts=len(still)))


def _settled(incident: Incident) -> None:
    """Nobody walks away from a step that is running, or of which nobody knows whether it ran."""
    unsettled = [one for one in incident.actions if one.state in _UNSETTLED]
    if unsettled:
        what = f"{unsettled[0].id} ({unsettled[0].step.text}) is {unsettled[0].state}."
        raise NotNow(what, "Wait for it, or say what came of it; then end the incident.", code="TCS-ACT-UNSETTLED")


def _what_helped(incident: Incident) -> str:
    """The steps whose effect was verified, or "" when nobody knows."""
    helped = (one for one in incident.actions if one.state is ActionState.VERIFIED and one.step.risk is not Risk.READ)
    return "; ".join(one.step.text for one in helped)
