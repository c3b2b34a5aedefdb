"""The shield in the room: `any update?` is answered under the question, from the record, so that the commander need not.

Called by `events`, in its transaction. The answer leaves through the outbox like every message; who asked is on the record.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.errors import Denied, NotFound
from tocsin.guard.attempt import Attempt
from tocsin.guard.authorize import MACHINE
from tocsin.model.acts import Seat
from tocsin.model.communication import UpdateAsked
from tocsin.model.identity import Principal
from tocsin.model.incident import Incident
from tocsin.model.move import Letter
from tocsin.model.update import Audience
from tocsin.ports import Ledger, Message, Parcel, Purpose, message_payload
from tocsin.stages import communicate
from tocsin.stages.communicate.asks import AnyUpdate
from tocsin.web.rooms import Rooms
from tocsin.web.slack.door import SlackDoor
from tocsin.web.slack.words import mentioned

_AGAIN = timedelta(minutes=1)
_LATELY, _MOST = timedelta(minutes=10), 10


@dataclass(frozen=True, slots=True)
class Question:
    """Somebody asks for news: in whose name it is recorded, what they are called, and where they asked."""

    principal: Principal
    asker: str
    text: str
    ref: str
    now: datetime


def leads(rooms: Rooms, door: SlackDoor, principal: Principal) -> bool:
    """A leader by the configuration of Slack, or by the on-call directory."""
    return door.leads(principal) or principal.id in rooms.messages.leaders


def answered(rooms: Rooms, door: SlackDoor, ledger: Ledger, incident: Incident, asked: Question) -> bool:
    """Answers in the thread; False where the same was asked a moment ago, too often, or by somebody who may not know."""
    stranger = asked.principal.via == MACHINE
    if _asked_enough(incident, asked) or (stranger and incident.is_restricted):
        return False
    try:
        told = answer_to(rooms, door, ledger, incident, asked, where="slack")
    except (Denied, NotFound):
        return False
    if not rooms.messages.observes(incident):
        ledger.outbox.put(Parcel.of(_letter(door, incident, asked, told), incident.id, asked.now))
    return True


def answer_to(rooms: Rooms, door: SlackDoor, ledger: Ledger, incident: Incident, asked: Question, *, where: str) -> str:
    """What the record says, put on it as asked. Raises Denied, or NotFound for somebody for whom it does not exist."""
    attempt = Attempt(
        ledger,
        asked.principal,
        max(asked.now, incident.updated_at or asked.now),
        rooms.names,
        rooms.people,
        rooms.clean,
    )
    commander = incident.seats.get(Seat.COMMANDER, "")
    ask = AnyUpdate(
        asker=asked.asker[:200],
        where=where,
        to_commander=commander in {door.called(user) for user in mentioned(asked.text)},
        by_leader=leads(rooms, door, asked.principal),
    )
    act = communicate.act_at(rooms.messages, "any-update")
    act.on(attempt, incident.id, "", ask)
    events = ledger.timeline.events(incident.id, after=incident.last_seq)
    return next(one.body.answer for one in events if isinstance(one.body, UpdateAsked))


def _asked_enough(incident: Incident, asked: Question) -> bool:
    """The same person a moment ago, or many within some minutes: the answer stands above already."""
    recent = [one for one in incident.narrative.asked if asked.now - one.at < _LATELY]
    return len(recent) >= _MOST or any(one.asker == asked.asker and asked.now - one.at < _AGAIN for one in recent)


def _letter(door: SlackDoor, incident: Incident, asked: Question, told: str) -> Letter:
    message = Message(
        key="",
        incident_id=incident.id,
        purpose=Purpose.ANSWER,
        audience=Audience.CHANNEL,
        title="Where it stands",
        text=told,
        severity=str(incident.severity or ""),
        private=incident.is_restricted,
        thread=asked.ref,
    )
    key = f"{incident.id}:answer:{asked.ref}:{door.name}"
    return Letter(key=key, kind="message", payload=message_payload(door.name, message))
