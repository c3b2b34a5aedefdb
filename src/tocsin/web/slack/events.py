"""What happens in an incident's room: words become notes, questions are answered, pins reach the timeline, leaders are noticed.

Each event counts once, in the transaction of what it leaves, however often Slack sends it. Everything said here is data. Called by
`routes`, which answers Slack only after the commit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import BackgroundTasks

from tocsin.errors import Denied, NotFound
from tocsin.guard.authorize import actor_of
from tocsin.model.identity import Principal, Role
from tocsin.model.incident import Incident
from tocsin.ports import Ledger
from tocsin.stages import hearing
from tocsin.stages.hearing import Heard
from tocsin.web.rooms import Rooms
from tocsin.web.slack import shield
from tocsin.web.slack.cards import whisper
from tocsin.web.slack.door import SlackDoor, first_time
from tocsin.web.slack.words import part, plain_words

LISTENER = Principal(id="slack", roles=frozenset({Role.VIEWER}), via="machine")
"""In whose name words are kept that a stranger said."""
_SAID = frozenset({"", "thread_broadcast", "me_message", "file_share"})
"""Kinds of messages that somebody said; the others tell of edits, joins and the like."""
_ID, _TS = 30, 30
_AGAIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Here:
    """One event in one room, inside its transaction."""

    rooms: Rooms
    door: SlackDoor
    ledger: Ledger
    incident: Incident
    event: Mapping[str, Any]
    now: datetime

    @property
    def place(self) -> str:
        """The channel's own name."""
        return place_of(self.event)

    @property
    def principal(self) -> Principal:
        """In whose name what comes of it is recorded."""
        known = self.door.people.get(str(self.event.get("user") or ""))
        return known.principal if known else LISTENER


def place_of(event: Mapping[str, Any]) -> str:
    """The channel in which it happened."""
    return str(event.get("channel") or event.get("channel_id") or "")[:_ID]


async def happened(rooms: Rooms, door: SlackDoor, told: Mapping[str, Any], later: BackgroundTasks) -> None:
    """Keeps what an event tells, once."""
    event = part(told, "event")
    keep = _keeper(event)
    if keep is None:
        return

    def work(ledger: Ledger) -> tuple[str, str]:
        now = rooms.clock.now()
        incident = _incident(ledger, door, place_of(event), now)
        if incident is None or not first_time(ledger, f"event:{told.get('event_id')}", now):
            return "", ""
        return incident.id, keep(Here(rooms, door, ledger, incident, event, now))

    incident_id, said = await rooms.store.write(work)
    if incident_id:
        rooms.wake.ring(incident_id)
        rooms.respond(incident_id)
    if said:
        later.add_task(whisper, door, place_of(event), str(event.get("user") or ""), said)


Keep = Callable[[Here], str]
"""Keeps one event; what to whisper to whoever did it, or ""."""


def _keeper(event: Mapping[str, Any]) -> Keep | None:
    """Who keeps this kind of event; None for one that tells us nothing. Our own words and other bots' are none of it."""
    message = part(event, "item", "message")
    if event.get("bot_id") or message.get("bot_id"):
        return None
    match event.get("type"):
        case "message" if str(event.get("subtype") or "") in _SAID and event.get("user"):
            return _said
        case "pin_added" if message:
            return _pinned
        case "member_joined_channel" if not event.get("inviter"):
            return _joined
    return None


def _incident(ledger: Ledger, door: SlackDoor, place: str, now: datetime) -> Incident | None:
    """The incident whose room that is. Most channels are nobody's room, and are not looked up for every word said there."""
    if place in door.rooms:
        return ledger.incidents.get(door.rooms[place])
    if now - door.elsewhere.get(place, now - _AGAIN) < _AGAIN:
        return None
    found = hearing.incident_of_room(ledger, door.name, place)
    if found is None:
        door.elsewhere[place] = now
    else:
        door.rooms[place] = found.id
    return found


def _said(here: Here) -> str:
    """A question after news is answered under it; everything else is a note."""
    heard = _heard(here, here.event)
    text = str(here.event.get("text") or "")
    if hearing.asks_for_news(heard.text) and shield.answered(
        here.rooms, here.door, here.ledger, here.incident, _question(here, heard, text)
    ):
        return ""
    hearing.take_note(
        here.ledger,
        here.incident,
        heard,
        actor=actor_of(here.principal),
        now=here.now,
        clean=here.rooms.clean,
        most=here.door.notes_per_minute,
    )
    return ""


def _question(here: Here, heard: Heard, text: str) -> shield.Question:
    return shield.Question(principal=here.principal, asker=heard.author, text=text, ref=heard.ref, now=here.now)


def _pinned(here: Here) -> str:
    """Only a member whom we know brings words onto the timeline; whose words they are is told with them."""
    if here.principal is not LISTENER:
        heard = _heard(here, part(here.event, "item", "message"))
        hearing.promote(
            here.ledger, here.incident, heard, actor=actor_of(here.principal), now=here.now, clean=here.rooms.clean
        )
    return ""


def _joined(here: Here) -> str:
    """A leader who comes in by themselves wants to know how it stands; they are told, and it counts as asking."""
    if here.principal is LISTENER or not shield.leads(here.rooms, here.door, here.principal):
        return ""
    asked = shield.Question(principal=here.principal, asker=here.principal.id, text="", ref="", now=here.now)
    try:
        return shield.answer_to(here.rooms, here.door, here.ledger, here.incident, asked, where="joined the room")
    except (Denied, NotFound):
        return ""


def _heard(here: Here, message: Mapping[str, Any]) -> Heard:
    return Heard(
        channel=here.door.name,
        author=here.door.called(str(message.get("user") or "")[:_ID]),
        text=plain_words(str(message.get("text") or ""), here.door.called),
        ref=f"{here.place}:{message.get('ts')}"[: _ID + _TS],
        link=str(message.get("permalink") or "")[:500],
    )
