"""What happens in an incident's room: words become notes, pins reach the timeline, leaders are noticed. Called by `routes`.

Each event counts once, in the transaction of what it leaves, however often Slack sends it. Everything said here is data.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import BackgroundTasks

from tocsin.guard.authorize import actor_of
from tocsin.model.identity import Principal, Role
from tocsin.model.incident import Incident
from tocsin.ports import Ledger
from tocsin.stages import hearing
from tocsin.stages.hearing import Heard
from tocsin.web.acts import KEPT
from tocsin.web.rooms import Rooms
from tocsin.web.slack.door import SlackDoor, first_time
from tocsin.web.slack.words import part, plain_words

LISTENER = Principal(id="slack", roles=frozenset({Role.VIEWER}), via="machine")
"""In whose name words are kept that a stranger said."""
_SAID = frozenset({"", "thread_broadcast", "me_message", "file_share"})
"""Kinds of messages that somebody said; the others tell of edits, joins and the like."""
_ID, _TS = 30, 30
_AGAIN = timedelta(seconds=5)


async def happened(rooms: Rooms, door: SlackDoor, told: Mapping[str, Any], _later: BackgroundTasks) -> None:
    """Keeps what an event tells, once."""
    event = part(told, "event")
    keep = _keeper(event)
    if keep is None:
        return

    def work(ledger: Ledger) -> str:
        now = rooms.clock.now()
        incident = _incident(ledger, door, str(event.get("channel") or event.get("channel_id") or ""), now)
        ledger.answers.trim(now - KEPT)
        if incident is None or not first_time(ledger, f"event:{told.get('event_id')}", now):
            return ""
        return incident.id if keep(rooms, door, ledger, incident, event) else ""

    incident_id = await rooms.store.write(work)
    if incident_id:
        rooms.wake.ring(incident_id)
        rooms.respond(incident_id)


Keep = Callable[[Rooms, SlackDoor, Ledger, Incident, Mapping[str, Any]], bool]


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


def _said(rooms: Rooms, door: SlackDoor, ledger: Ledger, incident: Incident, event: Mapping[str, Any]) -> bool:
    user = str(event["user"])[:_ID]
    heard = Heard(
        channel=door.name,
        author=door.called(user),
        text=plain_words(str(event.get("text") or ""), door.called),
        ref=f"{event.get('channel')}:{event.get('ts')}"[: _ID + _TS],
    )
    return hearing.take_note(
        ledger,
        incident,
        heard,
        actor=_actor(door, user),
        now=rooms.clock.now(),
        clean=rooms.clean,
        most=door.notes_per_minute,
    )


def _pinned(rooms: Rooms, door: SlackDoor, ledger: Ledger, incident: Incident, event: Mapping[str, Any]) -> bool:
    """Only a member whom we know brings words onto the timeline; whose words they are is told with them."""
    pinner = str(event.get("user") or "")
    if pinner not in door.people:
        return False
    message = part(event, "item", "message")
    heard = Heard(
        channel=door.name,
        author=door.called(str(message.get("user") or "")[:_ID]),
        text=plain_words(str(message.get("text") or ""), door.called),
        ref=f"{event.get('channel_id')}:{message.get('ts')}"[: _ID + _TS],
        link=str(message.get("permalink") or "")[:500],
    )
    return hearing.promote(
        ledger, incident, heard, actor=_actor(door, pinner), now=rooms.clock.now(), clean=rooms.clean
    )


def _actor(door: SlackDoor, user: str) -> str:
    known = door.people.get(user)
    return actor_of(known.principal if known else LISTENER)
