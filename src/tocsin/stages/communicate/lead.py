"""Acts of whoever leads communication, besides review: tone, rhythm, audiences, open asks, the estimate, the sync, "any update?".

Each in one transaction, in a person's name. They write nothing to anybody; messages do, later, from what is recorded here.
"""

from tocsin.errors import DataError, NotFound, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.model.communication import (
    AskAnswered,
    AskOpened,
    AudienceEngaged,
    CadenceSet,
    EtaStated,
    SyncHeld,
    ToneLifted,
    ToneSet,
    UpdateAsked,
)
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.stages.communicate.asks import (
    AnswerAsk,
    AnyUpdate,
    Engage,
    HoldSync,
    LiftTone,
    OpenAsk,
    SetCadence,
    SetTone,
    StateEta,
)
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.post import writer_in
from tocsin.stages.communicate.shield import answer, sync_of


def set_tone(attempt: Attempt, incident_id: str, ask: SetTone) -> Incident:
    """A constraint from now on. What was written before is stale: it did not know it."""
    incident = attempt.known(incident_id, Right.COMMUNICATE)
    if ask.text in incident.narrative.tone:
        raise NotNow("that holds already.", "Nothing to do.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, ToneSet(text=ask.text))


def lift_tone(attempt: Attempt, incident_id: str, ask: LiftTone) -> Incident:
    """A constraint holds no longer."""
    incident = attempt.known(incident_id, Right.COMMUNICATE)
    if ask.text not in incident.narrative.tone:
        held = "; ".join(incident.narrative.tone) or "none"
        raise NotFound(f"there is no such constraint: {ask.text[:80]!r}.", f"There are: {held}.")
    return attempt.record(incident_id, ToneLifted(text=ask.text, reason=ask.reason))


def set_cadence(attempt: Attempt, incident_id: str, ask: SetCadence) -> Incident:
    """Another rhythm for one audience. What was promised already is kept."""
    attempt.working(incident_id, Right.COMMUNICATE)
    return attempt.record(incident_id, CadenceSet(audience=ask.audience, minutes=ask.minutes, reason=ask.reason))


def engage(attempt: Attempt, incident_id: str, ask: Engage) -> Incident:
    """An audience is served from now on."""
    incident = attempt.working(incident_id, Right.COMMUNICATE)
    if incident.narrative.engaged.get(ask.audience) == ask.via:
        raise NotNow(f"{ask.audience} is served there already.", "Nothing to do.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, AudienceEngaged(audience=ask.audience, via=ask.via))


def open_ask(attempt: Attempt, incident_id: str, ask: OpenAsk) -> Incident:
    """Something that an audience needs. Anybody who may work on the incident can say so."""
    attempt.known(incident_id, Right.RESPOND)
    name = attempt.names.new("ASK")
    return attempt.record(incident_id, AskOpened(ask_id=name, text=ask.text, audience=ask.audience))


def answer_ask(attempt: Attempt, incident_id: str, ask_id: str, ask: AnswerAsk) -> Incident:
    """It has got it."""
    incident = attempt.known(incident_id, Right.COMMUNICATE)
    found = next((one for one in incident.narrative.asks if one.id == ask_id), None)
    if found is None:
        left = ", ".join(one.id for one in incident.narrative.asks if not one.answer) or "none"
        raise NotFound(f"there is no ask {ask_id[:80]!r}.", f"There are: {left}.")
    if found.answer:
        raise NotNow(f"{ask_id} is answered already.", "Nothing to do.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, AskAnswered(ask_id=ask_id, answer=ask.answer))


def any_update(attempt: Attempt, desk: Desk, incident_id: str, ask: AnyUpdate) -> Incident:
    """News for whoever asks, from the record and not from the commander. The answer stands in the event that it leaves."""
    incident = attempt.known(incident_id, Right.READ)
    asker = attempt.clean(ask.asker) or attempt.principal.id
    told = answer(incident, writer_in(attempt.ledger, incident, desk, attempt.now))
    body = UpdateAsked(
        asker=asker,
        where=attempt.clean(ask.where),
        to_commander=ask.to_commander,
        by_leader=ask.by_leader or asker in desk.leaders,
        answer=told,
    )
    return attempt.record(incident_id, body)


def state_eta(attempt: Attempt, incident_id: str, ask: StateEta) -> Incident:
    """A time of recovery with the person who stands behind it, or that it is unknown again."""
    attempt.working(incident_id, Right.RESPOND)
    if ask.at and ask.at <= attempt.now:
        raise DataError("that time has passed.", "Give a later one, or none at all.")
    owner, sure = attempt.person(ask.owner), ask.confidence if ask.at else "none"
    return attempt.record(incident_id, EtaStated(at=ask.at, owner=owner, confidence=sure, reason=ask.reason))


def hold_sync(attempt: Attempt, desk: Desk, incident_id: str, ask: HoldSync) -> Incident:
    """Three answers in thirty seconds. What is left empty is what the record says, confirmed."""
    incident = attempt.working(incident_id, Right.RESPOND)
    ready = sync_of(incident, writer_in(attempt.ledger, incident, desk, attempt.now))
    body = SyncHeld(
        broken=ask.broken or ready.broken, known=ask.known or ready.known, eta_confidence=ask.eta_confidence
    )
    return attempt.record(incident_id, body)
