"""Slack as a Channel: an incident's room, its pinned summary edited in place, messages in threads, buttons under what waits.

Opened by `app`, used by the postman. It says where each message belongs; `rooms` opens rooms, `posts` sends. Stateless, and every
message is one message however often it is sent. Decides nothing and believes nothing it reads there.
"""

from tocsin.config import Config
from tocsin.connectors.slack.calls import Calls, Refused
from tocsin.connectors.slack.places import Places
from tocsin.connectors.slack.posts import Posts, Ref
from tocsin.connectors.slack.rooms import Rooms
from tocsin.connectors.slack.settings import SlackConfig
from tocsin.model.update import Audience
from tocsin.ports import FOR_THE_ROOM, Message, Purpose, Receipt

_GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive", "channel_not_found"}
)


class SlackChannel:
    """ports.Channel over one workspace."""

    name = "slack"

    def __init__(self, config: SlackConfig, token: str) -> None:
        self._config = config
        call = Calls(config.url, token, config.timeout_seconds)
        self._places = Places(call)
        self._rooms = Rooms(call, self._places, config.people)
        self._posts = Posts(call, self._places)

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
        if message.purpose is Purpose.DECIDED:
            return await self._posts.decide(message, Ref.read(message.corrects))
        place = await self._place(message)
        if message.purpose in (Purpose.CORRECTION, Purpose.RETRACTION):
            return await self._correct(message, place)
        return await self._posts.post(message, place, self._thread(message, place))

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
                return await self._posts.edit(message, known)
            except Refused as refusal:
                if refusal.error not in _GONE:
                    raise
        receipt = await self._posts.post(message, place, "")
        if place == message.known.get(Purpose.ROOM):
            await self._posts.pin(Ref.read(receipt.ref))
        return receipt

    def _known(self, message: Message, purpose: Purpose) -> str:
        """What this audience's newest message of that purpose is called here."""
        return message.known.get(f"{purpose}/{message.audience}") or message.known.get(purpose, "")

    async def _correct(self, message: Message, place: str) -> Receipt:
        """Marks the old message, so that nobody goes on reading it, then says what is right, under it and for all to see."""
        old = Ref.read(message.corrects or self._known(message, Purpose.UPDATE), place)
        if old.ts and old.place:
            await self._posts.mark(message, old)
            return await self._posts.post(message, old.place, old.ts, broadcast=True)
        return await self._posts.post(message, place, "")
