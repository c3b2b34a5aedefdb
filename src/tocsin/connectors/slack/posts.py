"""One message of ours in Slack: posted once for its key, edited, pinned, marked as no longer true. Used by `channel`.

Slack has no idempotency key for a message, so each of ours carries its key as message metadata, and before one is posted the
newest messages of its place are asked whether it is there already. Everything else here is repeatable as it is.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tocsin.connectors.slack import blocks
from tocsin.connectors.slack.calls import Answer, Calls, Refused
from tocsin.connectors.slack.places import Places
from tocsin.errors import SourceError
from tocsin.ports import Message, Purpose, Receipt

LOOKED_AT, IN_A_THREAD = 100, 200
"""So many of the newest messages are searched for one that may have arrived already; of a thread, the oldest."""
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


class Posts:
    """Our messages in one workspace."""

    def __init__(self, call: Calls, places: Places) -> None:
        self._call, self._places = call, places

    async def post(self, message: Message, place: str, thread: str, *, broadcast: bool = False) -> Receipt:
        """Posts it, unless it is there already."""
        newest = (await self._newest(place, thread)).get("messages") or []
        ts = next((str(one.get("ts") or "") for one in newest if _payload(one).get("key") == message.key), "")
        if not ts:
            told = blocks.content(message)
            under: dict[str, Any] = {"thread_ts": thread, "reply_broadcast": broadcast} if thread else {}
            answer = await self._call(lambda slack: slack.chat_postMessage(channel=place, **told, **under))
            ts = str(answer.get("ts") or "")
        if not ts:
            raise SourceError("Slack took the message and did not say where it is.", "It is looked for again.")
        for old in newest if message.purpose is Purpose.REVIEW and message.update_id else ():
            await self._supersede(message, place, old)
        return Receipt(str(Ref(place, ts)), await self._places.link(place, ts))

    async def _supersede(self, message: Message, place: str, old: Mapping[str, Any]) -> None:
        """An older draft for the same readers needs no buttons any more: a newer one has taken its place."""
        payload, mine = _payload(old), blocks.mark(message)["event_payload"]
        same = all(payload.get(name) == mine[name] for name in ("incident", "purpose", "audience", "corrects"))
        if not same or not payload.get("update") or payload.get("key") == message.key or payload.get("marked"):
            return
        said, ts = "A newer draft has taken its place.", str(old.get("ts") or "")
        told = blocks.settled(old, said, done=True)
        metadata = {"event_type": blocks.EVENT_TYPE, "event_payload": {**payload, "marked": message.key}}
        await self._call(
            lambda slack: slack.chat_update(channel=place, ts=ts, text=said, blocks=told, metadata=metadata)
        )

    async def edit(self, message: Message, ref: Ref) -> Receipt:
        """Gives it other words, in place. Raises Refused where it is gone."""
        told = blocks.content(message)
        kept = {name: told[name] for name in ("text", "blocks", "metadata", "parse", "link_names")}
        await self._call(lambda slack: slack.chat_update(channel=ref.place, ts=ref.ts, **kept))
        return Receipt(str(ref), await self._places.link(ref.place, ref.ts))

    async def decide(self, message: Message, ref: Ref) -> Receipt:
        """Takes the buttons off a card and says why. One without buttons, decided by a press on it, or gone, stays as it is."""
        card = await self._places.message(ref.place, ref.ts) if ref.place and ref.ts else None
        if card is not None and any(one.get("type") == "actions" for one in card.get("blocks") or []):
            told, text = blocks.settled(card, message.text, done=True), str(card.get("text") or "")
            await self._call(
                lambda slack: slack.chat_update(
                    channel=ref.place, ts=ref.ts, text=text, blocks=told, metadata=card.get("metadata"), parse="none"
                )
            )
        return Receipt(str(ref))

    async def pin(self, ref: Ref) -> None:
        """A summary that cannot be pinned is still the summary."""
        try:
            await self._call(lambda slack: slack.pins_add(channel=ref.place, timestamp=ref.ts))
        except Refused as refusal:
            if refusal.error not in _PINNED:
                raise

    async def mark(self, message: Message, ref: Ref) -> None:
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

    async def _newest(self, place: str, thread: str) -> Answer:
        if thread:
            return await self._call(
                lambda slack: slack.conversations_replies(
                    channel=place, ts=thread, limit=IN_A_THREAD, include_all_metadata=True
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
