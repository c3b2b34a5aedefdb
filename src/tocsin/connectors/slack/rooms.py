"""An incident's own channel: opened once, found again, named after the incident, filled with those who work on it.

A channel is known to be ours by its purpose, which names the incident: that is how a room whose opening was cut short is taken up
again, and how a name that another incident has is told apart. Used by `channel` only.
"""

from collections.abc import Mapping
from typing import Any

from tocsin.connectors.slack.calls import Calls, Refused
from tocsin.connectors.slack.places import Places
from tocsin.connectors.slack.settings import SlackPerson
from tocsin.connectors.slack.words import TOPIC, escaped, room_name, second_name
from tocsin.errors import SourceError
from tocsin.model.identity import name_of
from tocsin.ports import Message, Purpose, Receipt

_HARMLESS = frozenset(
    {"already_in_channel", "cant_invite_self", "user_not_found", "user_disabled", "user_is_restricted"}
)
_MOST_INVITED = 100


class Rooms:
    """Opens rooms for incidents."""

    def __init__(self, call: Calls, places: Places, people: Mapping[str, SlackPerson]) -> None:
        self._call, self._places, self._people = call, places, people

    async def open(self, message: Message) -> Receipt:
        """The incident's room: the known one, or a new one. Raises SourceError."""
        room = await self._known(message) or await self._made(message)
        await self._call(lambda slack: slack.conversations_setTopic(channel=room, topic=escaped(message.text, TOPIC)))
        await self._invite(room, message)
        address = str((await self._places.me()).get("url") or "")
        return Receipt(room, f"{address}archives/{room}" if address else "")

    async def _known(self, message: Message) -> str:
        """The room there is, unless it is open to everybody and must not be any more."""
        room = message.known.get(Purpose.ROOM, "")
        return room if room and (not message.private or await self._places.is_private(room)) else ""

    async def _made(self, message: Message) -> str:
        name = room_name(message.title)
        for wanted in (name, second_name(name, message.incident_id)):
            room = await self._create(wanted, message) or await self._ours(wanted, message)
            if room:
                await self._claim(room, _purpose(message.incident_id))
                return room
        what = f"Both names for the room of {message.incident_id} are taken: {name} and {wanted}."
        raise SourceError(what, "Rename one of these channels.", code="TCS-SOURCE-SLACK-ROOM")

    async def _create(self, name: str, message: Message) -> str:
        """Its id, or "" when the name is taken."""
        try:
            made = await self._call(lambda slack: slack.conversations_create(name=name, is_private=message.private))
        except Refused as refusal:
            if refusal.error != "name_taken":
                raise
            return ""
        return str(made["channel"]["id"])

    async def _ours(self, name: str, message: Message) -> str:
        """The channel of that name when it is this incident's: it says so, or we made it and came no further."""
        found = await self._places.named(name)
        if found is None or found.get("is_archived") or bool(found.get("is_private")) != message.private:
            return ""
        purpose = _said(found, "purpose")
        if purpose == _purpose(message.incident_id) or (not purpose and await self._just_made(found)):
            return await self._places.joined(found)
        return ""

    async def _claim(self, room: str, purpose: str) -> None:
        await self._call(lambda slack: slack.conversations_setPurpose(channel=room, purpose=purpose))

    async def _just_made(self, channel: Mapping[str, Any]) -> bool:
        """We made it, and nobody else is in it yet."""
        mine = channel.get("creator") == (await self._places.me()).get("user_id")
        return mine and int(channel.get("num_members") or 0) <= 1

    async def _invite(self, room: str, message: Message) -> None:
        """Those who were asked for; into an open room also those who want to be in every one."""
        wanted = {name_of(name) for name in message.people}
        users = [
            user
            for user, one in self._people.items()
            if one.person in wanted or (one.every_room and not message.private)
        ]
        if not users:
            return
        try:
            await self._call(
                lambda slack: slack.conversations_invite(channel=room, users=users[:_MOST_INVITED], force=True)
            )
        except Refused as refusal:
            if refusal.error not in _HARMLESS:
                raise


def _purpose(incident_id: str) -> str:
    return f"Opened by tocsin for {incident_id}."


def _said(channel: Mapping[str, Any], field: str) -> str:
    return str((channel.get(field) or {}).get("value") or "")
