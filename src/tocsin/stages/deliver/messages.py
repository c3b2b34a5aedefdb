"""The courier for messages: a parcel becomes a message again, is sent by its channel, and the receipt goes on the timeline."""

import json
from collections.abc import Mapping

from tocsin.errors import SourceError
from tocsin.model.acts import Flagged
from tocsin.model.communication import RoomOpened, UpdateDelivered
from tocsin.model.event import Body
from tocsin.model.narrative import Narrative
from tocsin.ports import Button, Channel, Message, Parcel, Purpose, Receipt, Store
from tocsin.stages.deliver.rounds import UNDELIVERED, Courier


def message_courier(channels: Mapping[str, Channel], store: Store) -> Courier:
    """Brings parcels of kind `message`. What the channel knows of the incident is read at the moment of sending."""

    async def courier(parcel: Parcel) -> tuple[Body, ...]:
        name = parcel.payload.get("channel", "")
        if name not in channels:
            known = ", ".join(sorted(channels)) or "none"
            raise SourceError(f"There is no channel {name!r}.", f"Configured: {known}.", refused=True)
        incident = await store.read(lambda ledger: ledger.incidents.get(parcel.incident_id))
        message = read(parcel, incident.narrative if incident else Narrative())
        return _answers(name, message, await channels[name].send(message))

    return courier


def read(parcel: Parcel, narrative: Narrative) -> Message:
    """The message in a parcel; the inverse of `ports.message_payload`. Raises SourceError for one that holds none."""
    told = parcel.payload
    try:
        return Message(
            key=parcel.key,
            incident_id=parcel.incident_id,
            purpose=Purpose(told["purpose"]),
            audience=told["audience"],
            title=told.get("title", ""),
            text=told.get("text", ""),
            severity=told.get("severity", ""),
            status=told.get("status", ""),
            link=told.get("link", ""),
            update_id=told.get("update_id", ""),
            private=json.loads(told.get("private", "false").lower()) is True,
            buttons=tuple(Button(**one) for one in json.loads(told.get("buttons", "[]"))),
            components=json.loads(told.get("components", "{}")),
            known=refs(narrative, told["channel"]),
            exact=told.get("exact", ""),
            thread=told.get("thread", ""),
            corrects=_corrected(narrative, told["channel"], told.get("corrects", "")),
            people=tuple(json.loads(told.get("people", "[]"))),
            at=parcel.decided_at,
            repeated=parcel.attempts > 1,
            calendar=told.get("calendar", ""),
        )
    except (KeyError, ValueError, TypeError) as wrong:
        what = f"The parcel {parcel.key} holds no message ({type(wrong).__name__})."
        raise SourceError(what, "It was written by another version; give it up.", refused=True) from wrong


def refs(narrative: Narrative, channel: str) -> dict[str, str]:
    """What that channel calls the newest message of each purpose, and the incident's own room there."""
    rooms = {str(Purpose.ROOM): one.ref for one in narrative.rooms if one.channel == channel}
    return {purpose: ref for purpose, ref in (rooms | narrative.refs(channel)).items() if ref}


def _corrected(narrative: Narrative, channel: str, corrects: str) -> str:
    """The channel's own name of a message; whoever wrote the letter could only say which update of ours it was."""
    places = (one for one in narrative.places if one.channel == channel and one.update_id == corrects)
    return next((one.ref for one in places), corrects) if corrects else ""


def _answers(channel: str, message: Message, receipt: Receipt) -> tuple[Body, ...]:
    """Where it is now, and who of several did not get it."""
    ref, link = receipt.ref, receipt.link
    if message.purpose is Purpose.ROOM and not ref:
        return ()  # this channel has no rooms
    if message.purpose is Purpose.ROOM:
        return (RoomOpened(channel=channel, name=message.title, ref=ref, link=link, private=message.private),)
    there = UpdateDelivered(update_id=message.update_id, channel=channel, purpose=message.purpose, ref=ref, link=link)
    if not receipt.missed:
        return (there,)
    text = f"{message.purpose} by {channel} did not reach everybody: {receipt.missed}"
    return (there, Flagged(code=UNDELIVERED, text=text))
