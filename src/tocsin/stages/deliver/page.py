"""Our own status page as a channel, called `page`: to tell it something is to tell its subscribers, each in a parcel of their own.

The page itself needs no telling: it is a fold of what was published. Bound by `app.postman`. The words are those that went out to
customers; who subscribed is on no timeline.
"""

import json
from functools import partial

from tocsin.guard.sealed import STATUS_PAGE, naming
from tocsin.model.bulletin import parted
from tocsin.model.ground import rfc3339
from tocsin.model.move import Letter
from tocsin.model.subscriber import Masthead, Subscriber
from tocsin.ports import Clock, Ledger, Message, Parcel, Purpose, Receipt, Store

KIND = "subscriber"
_AT_ONCE = 500
_WORD = {Purpose.CORRECTION: "Correction", Purpose.RETRACTION: "Withdrawn"}


class PageChannel:
    """ports.Channel."""

    name = "page"

    def __init__(self, store: Store, clock: Clock, head: Masthead) -> None:
        self._store, self._clock, self._head = store, clock, head

    async def send(self, message: Message) -> Receipt:
        """Writes a parcel for each subscriber, once, however often it is tried."""
        key = await self._store.read(lambda ledger: ledger.keys.get(STATUS_PAGE))
        if key is None or message.purpose is Purpose.ROOM:
            return Receipt()  # nobody has ever seen the page, so nobody has subscribed
        inner, folder = _about(message)
        public_id = naming(key.secret)(inner) if inner else ""
        link = f"{self._head.url}/status" + (f"/{folder}/{public_id}" if public_id else "")
        after: str | None = ""
        while after is not None:
            after = await self._store.write(partial(self._some, after=after, message=message, about=(public_id, link)))
        return Receipt(ref=public_id, link=link if self._head.url else "")

    def _some(self, ledger: Ledger, *, after: str, message: Message, about: tuple[str, str]) -> str | None:
        """Parcels for the next subscribers; the last one's id, or None when there are no more."""
        found = ledger.subscribers.page(after, _AT_ONCE)
        for one in found:
            if one.wants(frozenset(message.components)):
                letter = _letter(one, message, *about)
                ledger.outbox.put(Parcel.of(letter, "", self._clock.now()))
        return found[-1].id if len(found) == _AT_ONCE else None


def _about(message: Message) -> tuple[str, str]:
    """Our own name of what it is about, and where such things stand on the page."""
    if message.purpose is Purpose.MAINTENANCE:
        return message.update_id, "maintenances"
    return message.incident_id, "incidents"


def _letter(one: Subscriber, message: Message, public_id: str, link: str) -> Letter:
    heading, text = parted(message.text)
    payload = {
        "what": str(message.purpose),
        "via": str(one.via),
        "subscriber": one.id,
        "title": message.title or heading or "Service issue",
        "status": _WORD.get(message.purpose, message.status),
        "text": text,
        "incident": public_id,
        "link": link,
        "components": json.dumps(dict(message.components)),
        "at": rfc3339(message.at) if message.at else "",
    }
    return Letter(key=f"{message.key}:{one.id}", kind=KIND, payload=payload)
