"""Slack as a Channel: an incident's room, its pinned summary edited in place, messages in threads, buttons under what waits.

Opened by `app`, used by the postman. Stateless: Slack has no idempotency key for a message, so each of ours carries its key as
message metadata, and before one is posted the newest messages of its place are asked whether it is there already. Editing,
pinning, opening and inviting are repeatable as they are. Decides nothing and believes nothing it reads there.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tocsin.config import Config
from tocsin.connectors.slack import blocks
from tocsin.connectors.slack.calls import Answer, Calls, Refused
from tocsin.connectors.slack.places import Places
from tocsin.connectors.slack.rooms import Rooms
from tocsin.connectors.slack.settings import SlackConfig
from tocsin.errors import SourceError
from tocsin.model.update import Audience
from tocsin.ports import FOR_THE_ROOM, Message, Purpose, Receipt

LOOKED_AT = 100
"""So many of the newest messages are searched for one that may have arrived already."""
_GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive", "channel_not_found"}
)
_PINNED = frozenset({"already_pinned", "not_pinnable", "too_many_pins", "permission_denied", "restricted_action"})


class Ref(NamedTuple):
    """A message's name: its channel, and its time there, which Slack uses as its id."""

    place: str
    ts: str

    @classmethod
    def read_all(cls, refs: str) -> tuple["Ref", ...]:
        """From several with commas between: a summary stands in more than one place."""
        return tuple(cls.read(one) for one in refs.split(",") if one)

    @classmethod
    def read(cls, ref: str, place: str = "") -> "Ref":
        """From `C123:1700000000.000100`, or from the time alone."""
        left, colon, right = ref.partition(":")
        return cls(left, right) if colon else cls(place, left)

    def __str__(self) -> str:
        return f"{self.place}:{self.ts}"


class SlackChannel:
    """ports.Channel over one workspace."""

    name = "slack"

    def __init__(self, config: SlackConfig, token: str) -> None:
        self._config = config
        self._call = Calls(config.url, token, config.timeout_seconds)
        self._places = Places(self._call)
        self._rooms = Rooms(self._call, self._places, config.people)

    @classmethod
    def opened(cls, settings: SlackConfig, config: Config) -> "SlackChannel":
        """With its token. Raises ConfigError."""
        return cls(settings, config.secret(settings.token, "channels.slack.token"))

    async def send(self, message: Message) -> Receipt:
        """Delivers it, once for its key. Raises SourceError."""
        if message.purpose is Purpose.ROOM:
            return await self._rooms.open(message)
        if message.purpose is Purpose.SUMMARY:
            return await self._summarise(message)
        place = await self._place(message)
        if message.purpose in (Purpose.CORRECTION, Purpose.RETRACTION):
            return await self._correct(message, place)
        return await self._post(message, place, self._thread(message, place))

    async def _place(self, message: Message) -> str:
        """Where it is read: the audience's own channel, the incident's room, or the shared channel. Raises SourceError."""
        room, own = message.known.get(Purpose.ROOM, ""), self._own_place(message)
        if own and message.purpose not in FOR_THE_ROOM:
            place = await self._places.find(own)
        elif room and (message.private or message.audience != Audience.INTERNAL):
            place = room
        else:
            place = await self._places.find(self._config.channel)
        if message.private:
            await self._places.must_be_private(place)
        return place

    def _own_place(self, message: Message) -> str:
        """The channel that the configuration gives to this audience, "" for none."""
        return next((place for one, place in self._config.places.items() if one == message.audience), "")

    def _thread(self, message: Message, place: str) -> str:
        """The time of the message it belongs under: what it answers, or for a reminder what it reminds of."""
        above = message.thread or (message.known.get(Purpose.REVIEW, "") if message.purpose is Purpose.REMINDER else "")
        ref = Ref.read(above, place)
        return ref.ts if above and ref.place == place else ""

    async def _summarise(self, message: Message) -> Receipt:
        """Keeps the one summary up to date wherever it stands: pinned in the room, and where its audience reads."""
        places = {await self._place(message): None}
        room = message.known.get(Purpose.ROOM, "")
        if room and not self._own_place(message):
            places = {room: None, **places}
        known = {ref.place: ref for ref in Ref.read_all(self._known(message, Purpose.SUMMARY))}
        kept = [await self._keep_up(message, place, known.get(place)) for place in places]
        return Receipt(",".join(one.ref for one in kept), kept[0].link)

    async def _keep_up(self, message: Message, place: str, known: Ref | None) -> Receipt:
        """Edits the one there is; posts it where there is none, or somebody has deleted it, and pins it in a room."""
        if known is not None:
            try:
                return await self._edit(message, known)
            except Refused as refusal:
                if refusal.error not in _GONE:
                    raise
        receipt = await self._post(message, place, "")
        if place == message.known.get(Purpose.ROOM):
            await self._pin(Ref.read(receipt.ref))
        return receipt

    def _known(self, message: Message, purpose: Purpose) -> str:
        """What this audience's newest message of that purpose is called here."""
        return message.known.get(f"{purpose}/{message.audience}") or message.known.get(purpose, "")

    async def _edit(self, message: Message, ref: Ref) -> Receipt:
        told = blocks.content(message)
        kept = {name: told[name] for name in ("text", "blocks", "metadata", "parse", "link_names")}
        await self._call(lambda slack: slack.chat_update(channel=ref.place, ts=ref.ts, **kept))
        return Receipt(str(ref), await self._places.link(ref.place, ref.ts))

    async def _pin(self, ref: Ref) -> None:
        """A summary that cannot be pinned is still the summary."""
        try:
            await self._call(lambda slack: slack.pins_add(channel=ref.place, timestamp=ref.ts))
        except Refused as refusal:
            if refusal.error not in _PINNED:
                raise

    async def _correct(self, message: Message, place: str) -> Receipt:
        """Marks the old message, so that nobody goes on reading it, then says what is right, under it and for all to see."""
        old = Ref.read(message.corrects or self._known(message, Purpose.UPDATE), place)
        if old.ts and old.place:
            await self._mark(message, old)
            return await self._post(message, old.place, old.ts, broadcast=True)
        return await self._post(message, place, "")

    async def _mark(self, message: Message, ref: Ref) -> None:
        """Once: a message that is marked already, or gone, stays as it is."""
        found = await self._places.message(ref.place, ref.ts)
        payload = _payload(found or {})
        if found is None or payload.get("marked"):
            return
        retracted = message.purpose is Purpose.RETRACTION
        said = "This was taken back. What holds is said below." if retracted else "This was corrected. See below."
        told = blocks.struck({} if retracted else found, said)
        metadata = {"event_type": blocks.EVENT_TYPE, "event_payload": {**payload, "marked": message.key}}
        await self._call(
            lambda slack: slack.chat_update(channel=ref.place, ts=ref.ts, text=said, blocks=told, metadata=metadata)
        )

    async def _post(self, message: Message, place: str, thread: str, *, broadcast: bool = False) -> Receipt:
        """Posts it, unless it is there already."""
        ts = await self._arrived(message.key, place, thread)
        if not ts:
            told = blocks.content(message)
            under: dict[str, Any] = {"thread_ts": thread, "reply_broadcast": broadcast} if thread else {}
            answer = await self._call(lambda slack: slack.chat_postMessage(channel=place, **told, **under))
            ts = str(answer.get("ts") or "")
        if not ts:
            raise SourceError("Slack took the message and did not say where it is.", "It is looked for again.")
        return Receipt(str(Ref(place, ts)), await self._places.link(place, ts))

    async def _arrived(self, key: str, place: str, thread: str) -> str:
        """The time of a message of ours with that key, or "" when there is none among the newest."""
        answer = await self._newest(place, thread)
        found = (one for one in answer.get("messages") or [] if _payload(one).get("key") == key)
        return next((str(one.get("ts") or "") for one in found), "")

    async def _newest(self, place: str, thread: str) -> Answer:
        if thread:
            return await self._call(
                lambda slack: slack.conversations_replies(
                    channel=place, ts=thread, limit=LOOKED_AT, include_all_metadata=True
                )
            )
        return await self._call(
            lambda slack: slack.conversations_history(channel=place, limit=LOOKED_AT, include_all_metadata=True)
        )


def _payload(message: Mapping[str, Any]) -> dict[str, Any]:
    """What we marked it with; nothing for a message that is not ours."""
    metadata = message.get("metadata") or {}
    ours = metadata.get("event_type") == blocks.EVENT_TYPE and message.get("bot_id")
    payload = metadata.get("event_payload") if ours else None
    return dict(payload) if isinstance(payload, dict) else {}
