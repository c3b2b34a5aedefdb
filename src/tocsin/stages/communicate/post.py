"""The post: what leaves the desk, as events and letters of one transaction. Called by the acts of people and by the loop's hands.

It decides nothing: whether a message may go out was asked before. In mode observe no letter is written.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from tocsin.model.communication import UpdateDrafted, UpdatePublished
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.move import Letter
from tocsin.model.narrative import Draft, Published
from tocsin.model.plain import minute
from tocsin.model.state import OPEN
from tocsin.model.update import FOR_CUSTOMERS, Audience, Update
from tocsin.ports import Ledger, Message, Parcel, Purpose, acknowledge_buttons, message_payload, review_buttons
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.draft import DECLARED, Writer, writer

COMMUNICATOR = "role:communicator"
NEWEST = 200
"""So many alerts of a storm are looked at."""


class Stand(Value):
    """When and as whom something is put on the record."""

    actor: str
    at: datetime


def put_drafts(ledger: Ledger, incident_id: str, drafts: tuple[Update, ...], desk: Desk, stand: Stand) -> Incident:
    """Keeps the drafts; those that take a person are laid before the people of the channel, with buttons."""
    for one in drafts:
        ledger.timeline.append(incident_id, UpdateDrafted(update=one), actor=stand.actor, at=stand.at)
    incident = found(ledger, incident_id)
    wanted = {(one.template, one.corrects) for one in drafts}
    for kept in incident.narrative.drafts:
        if (kept.update.template, kept.update.corrects) in wanted:
            ask_for_review(ledger, incident, kept, desk, stand.at)
    return incident


def ask_for_review(ledger: Ledger, incident: Incident, draft: Draft, desk: Desk, now: datetime) -> None:
    """Shows a draft that takes a person to those who work on the incident."""
    if desk.needs_person(incident, draft.update.audience):
        update = draft.update
        message = replace(
            _message(incident, Purpose.REVIEW, update, desk),
            text=_beside(incident, update),
            exact=update.text,
            buttons=review_buttons(incident.id, update),
            components={},
            link=desk.link(incident),
        )
        channels = () if desk.observes(incident) else desk.channels(Audience.CHANNEL)
        _send(ledger, incident, message, channels, now, f"{update.id}:{update.digest[:12]}")


def publish(ledger: Ledger, incident: Incident, draft: Draft, desk: Desk, stand: Stand) -> Incident:
    """The words go out: the event, and a letter for each channel that serves the audience."""
    update, observed = draft.update, desk.observes(incident)
    channels = () if observed else desk.channels(update.audience)
    same = UpdatePublished.model_fields.keys() & Update.model_fields.keys()
    body = UpdatePublished(
        **{name: getattr(update, name) for name in same},
        update_id=update.id,
        digest=update.digest,
        channels=channels,
        observed=observed,
    )
    ledger.timeline.append(incident.id, body, actor=stand.actor, at=stand.at)
    _send(ledger, incident, _message(incident, _purpose(incident, update), update, desk), channels, stand.at, update.id)
    return found(ledger, incident.id)


def take_back(ledger: Ledger, incident: Incident, out: Published, text: str, desk: Desk, now: datetime) -> None:
    """Tells everybody who had a message that it is withdrawn."""
    update = Update(
        id=out.update_id, audience=out.audience, template="retraction", text=text, status=out.status, title=out.title
    )
    message = _message(incident, Purpose.RETRACTION, update.model_copy(update={"corrects": out.update_id}), desk)
    _send(ledger, incident, message, () if desk.observes(incident) else out.channels, now, out.update_id)


def announce(incident: Incident, key: str, title: str, text: str, desk: Desk) -> tuple[Letter, ...]:
    """Letters that tell the incident's channel something which is no update."""
    if desk.observes(incident):
        return ()
    message = Message(
        key="",
        incident_id=incident.id,
        purpose=Purpose.UPDATE,
        audience=str(Audience.CHANNEL),
        title=title,
        text=text,
        severity=str(incident.severity or ""),
        link=desk.link(incident),
        private=incident.is_restricted,
    )
    return tuple(_letter(incident, message, channel, key) for channel in desk.channels(Audience.CHANNEL))


def writer_in(ledger: Ledger, incident: Incident, desk: Desk, now: datetime) -> Writer | None:
    """Who writes the messages of an incident from what this transaction sees; None while it is not triaged."""
    if incident.triage is None:
        return None
    kept = ledger.alerts.recent(incident_id=incident.id, limit=NEWEST)
    alerts = [one.alert for one in reversed(kept) if one.disposition != "resolved"]
    return writer(incident, ledger.timeline.events(incident.id), alerts, desk, now)


def found(ledger: Ledger, incident_id: str) -> Incident:
    """The incident as it stands in this transaction."""
    incident = ledger.incidents.get(incident_id)
    if incident is None:
        raise LookupError(incident_id)
    return incident


def _purpose(incident: Incident, update: Update) -> Purpose:
    if update.corrects:
        return Purpose.CORRECTION
    if update.audience is Audience.INTERNAL:
        return Purpose.SUMMARY  # one message for the organisation, edited in place
    return Purpose.UPDATE if incident.state in OPEN else Purpose.RESOLVED


def _message(incident: Incident, purpose: Purpose, update: Update, desk: Desk) -> Message:
    """What a channel is told. Customers get no severity of ours and no link into the house."""
    inside = update.audience not in FOR_CUSTOMERS
    return Message(
        key="",
        incident_id=incident.id,
        purpose=purpose,
        audience=str(update.audience),
        title=update.title,
        text=update.text,
        severity=str(incident.severity or "") if inside else "",
        status=update.status,
        link=desk.link(incident) if inside else "",
        update_id=update.id,
        private=incident.is_restricted,
        buttons=acknowledge_buttons(incident.id) if _nobody_has_it(incident, update) else (),
        components=update.components,
        corrects=update.corrects,
    )


def _nobody_has_it(incident: Incident, update: Update) -> bool:
    """The first word of an incident offers it to whoever reads it."""
    return update.template == DECLARED and not incident.acknowledged_at


def _beside(incident: Incident, update: Update) -> str:
    """What whoever reviews must know beside the words."""
    due = f", due {minute(update.due_at)}" if update.due_at else ""
    wrong = [f"Breaks {one.code}{f' ({one.span!r})' if one.span else ''}: {one.advice}" for one in update.violations]
    held = [f"From now on: {one}" for one in incident.narrative.tone]
    return "\n".join((f"{update.id}: {update.template} for {update.audience}{due}, waits for a person.", *wrong, *held))


def _send(
    ledger: Ledger, incident: Incident, message: Message, channels: Iterable[str], now: datetime, name: str
) -> None:
    for channel in channels:
        letter = _letter(incident, message, channel, f"{message.purpose}:{name}")
        ledger.outbox.put(Parcel.of(letter, incident.id, now))


def _letter(incident: Incident, message: Message, channel: str, key: str) -> Letter:
    """For one channel; what it corrects is named as that channel names it."""
    where = (channel, message.corrects)
    refs = [one.ref for one in incident.narrative.places if (one.channel, one.update_id) == where]
    told = replace(message, corrects=refs[-1] if refs and message.corrects else "")
    return Letter(key=f"{incident.id}:{key}:{channel}", kind="message", payload=message_payload(channel, told))
