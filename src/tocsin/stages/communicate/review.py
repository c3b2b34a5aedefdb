"""Acts of review: draft, edit, approve, agree for legal, publish, correct, retract. Each in one transaction, each by a person.

What customers hear goes out only with a yes to exactly these words, while nothing has changed since they were written, and
with no rule broken that nobody set aside by name. Called by the API, the command line, and buttons in chat.
"""

from collections.abc import Sequence
from datetime import datetime

from tocsin.errors import DataError, Denied, NotFound, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.guard.authorize import MACHINE
from tocsin.model.acts import Flagged, Seat
from tocsin.model.communication import UpdateApproved, UpdateEdited, UpdateRetracted, UpdateSigned
from tocsin.model.identity import RIGHTS, Right
from tocsin.model.incident import Incident
from tocsin.model.narrative import Draft, Published
from tocsin.model.plain import clock
from tocsin.model.update import FOR_CUSTOMERS, WordingCode, WordingViolation
from tocsin.stages.communicate import post
from tocsin.stages.communicate.asks import Approve, Correct, Edit, Publish, Retract, Sign, WriteDrafts
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.draft import Writer, usual
from tocsin.stages.communicate.post import Stand
from tocsin.stages.communicate.promise import promised_in
from tocsin.stages.communicate.refusals import refuse_changed, refuse_stale, refuse_unfit
from tocsin.stages.communicate.situation import violations
from tocsin.stages.communicate.tone import Constraint, speaks_of_data, understood

LEGAL = "legal"
OVERRIDE = "wording_override"
"""Code of the flag for rules that somebody set aside."""


def write_drafts(attempt: Attempt, desk: Desk, incident_id: str, ask: WriteDrafts) -> Incident:
    """New drafts from what is known now; they take the place of older ones, and of their approvals."""
    incident = _communicating(attempt, incident_id)
    hand = _writer(attempt, desk, incident)
    drafts = tuple(hand.message(one, no_change=ask.no_change) for one in ask.audiences or usual(incident))
    return post.put_drafts(attempt.ledger, incident_id, drafts, desk, _stand(attempt))


def edit(attempt: Attempt, desk: Desk, incident_id: str, update_id: str, ask: Edit) -> Incident:
    """Other words for a draft. Nobody has approved them yet, whoever approved the ones before."""
    incident, draft = _draft(attempt, incident_id, update_id)
    text, seen = attempt.clean(ask.text), min(ask.seen or 0, incident.last_seq)
    if text == draft.update.text and seen <= draft.update.facts_seq:
        raise NotNow("these are its words already.", "Change them, or approve it.", code="TCS-ACT-DONE")
    promise = _promise(attempt, desk, incident, draft, text)
    body = UpdateEdited(
        update_id=update_id,
        text=text,
        violations=violations(text, incident, draft.update.audience, desk, attempt.now, promise),
        facts_seq=seen,
        next_update_at=promise,
    )
    after = attempt.record(incident_id, body)
    post.ask_for_review(attempt.ledger, after, _in(after, update_id), desk, attempt.now)
    return after


def approve(attempt: Attempt, desk: Desk, incident_id: str, update_id: str, ask: Approve) -> Incident:
    """A person's yes to exactly the words they were shown. It counts for no other words, and not once the facts are newer."""
    incident, draft = _draft(attempt, incident_id, update_id)
    refuse_changed(draft, ask.digest)
    refuse_stale(attempt.ledger, incident, draft, attempt.now)
    found = _found(attempt, desk, incident, draft)
    overridden = tuple(one.code for one in found if one.code in ask.overridden)
    if draft.update.audience in FOR_CUSTOMERS:
        refuse_unfit(found, overridden)
    if overridden and not ask.reason:
        raise DataError("rules are set aside for a reason.", "Say why, with the approval.", code="TCS-MSG-REASON")
    yes = UpdateApproved(
        update_id=update_id, digest=ask.digest, role=_role(attempt, incident), overridden=overridden, reason=ask.reason
    )
    return attempt.record(incident_id, yes, *_flags(attempt, update_id, overridden, ask.reason))


def sign(attempt: Attempt, desk: Desk, incident_id: str, update_id: str, ask: Sign) -> Incident:
    """Notes that somebody at legal agreed to exactly these words. Who notes it is on the record beside who agreed."""
    _, draft = _draft(attempt, incident_id, update_id)
    refuse_changed(draft, ask.digest)
    if desk.settings.legal and ask.person not in desk.settings.legal:
        raise Denied(f"{ask.person} does not speak for legal.", f"Ask one of: {', '.join(desk.settings.legal)}.")
    return attempt.record(
        incident_id, UpdateSigned(update_id=update_id, digest=ask.digest, party=LEGAL, person=ask.person)
    )


def publish(attempt: Attempt, desk: Desk, incident_id: str, update_id: str, ask: Publish) -> Incident:
    """The words go out, unless they changed, the incident did, a rule is broken, or their yes is missing."""
    incident, draft = _draft(attempt, incident_id, update_id)
    if ask.digest:
        refuse_changed(draft, ask.digest)
    refuse_stale(attempt.ledger, incident, draft, attempt.now)
    if draft.update.audience in FOR_CUSTOMERS:
        _refuse_unreviewed(attempt, desk, incident, draft)
    return post.publish(attempt.ledger, incident, draft, desk, _stand(attempt))


def correct(attempt: Attempt, desk: Desk, incident_id: str, update_id: str, ask: Correct) -> Incident:
    """A new draft that corrects a published message. It goes the way of every message."""
    incident = _communicating(attempt, incident_id)
    out = _published(incident, update_id)
    update = _writer(attempt, desk, incident).correction(out, attempt.clean(ask.text))
    return post.put_drafts(attempt.ledger, incident_id, (update,), desk, _stand(attempt))


def retract(attempt: Attempt, desk: Desk, incident_id: str, update_id: str, ask: Retract) -> Incident:
    """Takes a published message back, and tells everybody who had it. The reason stays inside."""
    incident = _communicating(attempt, incident_id)
    out = _published(incident, update_id)
    text = _writer(attempt, desk, incident).text("retraction", out.audience, corrected=clock(out.at))
    after = attempt.record(incident_id, UpdateRetracted(update_id=update_id, reason=ask.reason))
    post.take_back(attempt.ledger, after, out, text, desk, attempt.now)
    return after


def _communicating(attempt: Attempt, incident_id: str) -> Incident:
    """The incident, open or over: what was said of it may need another word. Raises Denied for anything but a person."""
    incident = attempt.known(incident_id, Right.COMMUNICATE)
    if attempt.principal.via in (MACHINE, "service"):
        raise Denied("this is asked of a person.", "Use the token of the person who reviews messages.")
    return incident


def _draft(attempt: Attempt, incident_id: str, update_id: str) -> tuple[Incident, Draft]:
    incident = _communicating(attempt, incident_id)
    return incident, _in(incident, update_id)


def _in(incident: Incident, update_id: str) -> Draft:
    draft = incident.narrative.draft(update_id)
    if draft is None:
        if any(one.update_id == update_id for one in incident.narrative.published):
            raise NotNow(f"{update_id} is out already.", "Correct or retract it.", code="TCS-MSG-OUT")
        left = ", ".join(one.update.id for one in incident.narrative.drafts) or "none"
        what = f"there is no draft {update_id[:80]!r}: a newer one took its place, or there never was one."
        raise NotFound(what, f"There are: {left}.")
    return draft


def _published(incident: Incident, update_id: str) -> Published:
    out = next((one for one in incident.narrative.published if one.update_id == update_id), None)
    if out is None:
        sent = ", ".join(one.update_id for one in incident.narrative.published) or "none"
        raise NotFound(f"no message {update_id[:80]!r} is out.", f"There are: {sent}.")
    if out.retracted:
        raise NotNow(f"{update_id} was taken back: {out.retracted}.", "Publish a new message.", code="TCS-ACT-DONE")
    return out


def _writer(attempt: Attempt, desk: Desk, incident: Incident) -> Writer:
    hand = post.writer_in(attempt.ledger, incident, desk, attempt.now)
    if hand is None:
        raise NotNow("the incident is not triaged: nothing true can be said yet.", "Wait for triage; it takes seconds.")
    return hand


def _found(attempt: Attempt, desk: Desk, incident: Incident, draft: Draft) -> tuple[WordingViolation, ...]:
    update = draft.update
    return violations(update.text, incident, update.audience, desk, attempt.now, update.next_update_at)


def _promise(attempt: Attempt, desk: Desk, incident: Incident, draft: Draft, text: str) -> datetime | None:
    """When the next update comes: as a person wrote it, if that is no later than the audience's rhythm allows."""
    told, before = promised_in(text, attempt.now), draft.update.next_update_at
    rhythm = desk.cadence.promise(incident, draft.update.audience, attempt.now)
    latest = max((one for one in (before, rhythm) if one), default=None)
    return told if told and latest and told <= latest else before


def _refuse_unreviewed(attempt: Attempt, desk: Desk, incident: Incident, draft: Draft) -> None:
    """What stands between words for customers and the world."""
    if not draft.is_approved:
        what, do = f"nobody has approved {draft.update.id} as it stands.", "Approve it first, or have it approved."
        raise NotNow(what, do, code="TCS-MSG-UNAPPROVED")
    refuse_unfit(_found(attempt, desk, incident, draft), [WordingCode(one) for one in draft.overridden])
    legal = Constraint.LEGAL in understood(incident.narrative.tone) and speaks_of_data(draft.update.text)
    if legal and not draft.update.is_meant_by(draft.signed.get(LEGAL, "")):
        what = "it speaks of people's data, and legal has not agreed to these words."
        raise NotNow(what, "Have legal agree, and note it: `tocsin update sign`.", code="TCS-MSG-LEGAL")


def _role(attempt: Attempt, incident: Incident) -> str:
    """As whom they said yes: the seat where they hold it, else the role that lets them."""
    if incident.seats.get(Seat.COMMUNICATIONS_LEAD) == attempt.principal.id:
        return str(Seat.COMMUNICATIONS_LEAD)
    return next((str(one) for one in sorted(attempt.principal.roles) if Right.COMMUNICATE in RIGHTS[one]), "")


def _flags(attempt: Attempt, update_id: str, overridden: Sequence[WordingCode], reason: str) -> tuple[Flagged, ...]:
    if not overridden:
        return ()
    codes = ", ".join(overridden)
    text = f"{attempt.principal.id} set wording rules aside for {update_id} ({codes}): {reason}"
    return (Flagged(code=OVERRIDE, text=text),)


def _stand(attempt: Attempt) -> Stand:
    return Stand(actor=attempt.actor, at=attempt.now)
