"""The courier for subscribers: brings each what customers are told, and asks whoever wants to be one whether that is so.

Bound by `app.postman`. Nothing is kept of an address before somebody who reads there has said yes.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from tocsin.errors import SourceError
from tocsin.guard.sealed import STATUS_PAGE, seal
from tocsin.model.event import Body
from tocsin.model.ground import rfc3339
from tocsin.model.move import Letter
from tocsin.model.subscriber import Masthead, Subscriber, Via
from tocsin.ports import Clock, Hooks, Key, Mail, Mailbox, Names, Parcel, Purpose, Store
from tocsin.stages.deliver.page import KIND
from tocsin.stages.deliver.rounds import Courier

CONFIRM, UNSUBSCRIBE = "confirm", "unsubscribe"
"""Purposes of sealed links."""
CONFIRM_HOURS = 48
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lists:
    """What subscribers are told with. `mailbox` None: no mail is configured, and nobody can subscribe by it."""

    store: Store
    clock: Clock
    names: Names
    head: Masthead
    mailbox: Mailbox | None
    hooks: Hooks

    async def key(self) -> Key:
        """The installation's own. Raises SourceError before the page was ever shown: nobody can have subscribed."""
        found = await self.store.read(lambda ledger: ledger.keys.get(STATUS_PAGE))
        if found is None:
            raise SourceError("The status page has no key yet.", "Open the page once.")
        return found


def subscriber_courier(lists: Lists) -> Courier:
    """Brings one parcel to one subscriber, or to somebody who wants to be one."""

    async def courier(parcel: Parcel) -> tuple[Body, ...]:
        told, key = parcel.payload, await lists.key()
        if told["what"] == "confirm":
            await _ask_by_mail(lists, key, parcel)
        elif told["what"] == "challenge":
            await _challenge(lists, key, parcel)
        else:
            await _tell(lists, key, parcel)
        return ()

    return courier


def confirming(via: Via, address: str, components: tuple[str, ...], now: datetime) -> Parcel:
    """A parcel that asks whether an address wants this. One for each address and hour, so nobody is flooded with questions."""
    what = "confirm" if via is Via.EMAIL else "challenge"
    payload = {"what": what, "via": str(via), "address": address, "components": json.dumps(components)}
    name = base64.b32encode(hmac.digest(b"address", f"{via}\x1f{address}".encode(), "sha256")).decode()[:32]
    return Parcel.of(Letter(key=f"{what}:{name}:{now:%Y%m%d%H}", kind=KIND, payload=payload), "", now)


def unsubscribe_link(head: Masthead, key: Key, subscriber_id: str) -> str:
    """One click, or one POST by a mail programme, ends it; the link never grows old."""
    return f"{head.url}/status/unsubscribe?token={seal(key.secret, UNSUBSCRIBE, {'id': subscriber_id})}"


def hook_secret(key: Key, url: str) -> str:
    """What calls to that address are signed with; only whoever answers there is ever told."""
    return "whsec_" + base64.b64encode(hmac.digest(key.secret.encode(), f"hook\x1f{url}".encode(), "sha256")).decode()


async def _ask_by_mail(lists: Lists, key: Key, parcel: Parcel) -> None:
    """Double opt-in: nothing is kept of an address until somebody who reads its mail says yes."""
    address, components = parcel.payload["address"], json.loads(parcel.payload["components"])
    until = parcel.decided_at + timedelta(hours=CONFIRM_HOURS)
    token = seal(key.secret, CONFIRM, {"address": address, "components": components}, until)
    head = lists.head
    text = (
        f"Somebody, you we hope, asked {head.name} to send its messages to this address.\n\n"
        f"To get them, confirm it here within {CONFIRM_HOURS} hours:\n{head.url}/status/confirm?token={token}\n\n"
        "If it was not you, do nothing: nothing is kept, and nothing more is sent.\n"
    )
    await _mailbox(lists).mail(
        Mail(key=parcel.key, to=address, subject=f"[{head.name}] Confirm your address", text=text)
    )


async def _challenge(lists: Lists, key: Key, parcel: Parcel) -> None:
    """Whoever answers at that address must send back what we sent: nobody can subscribe others. Asked once."""
    url, components = parcel.payload["address"], tuple(json.loads(parcel.payload["components"]))
    token = seal(key.secret, "challenge", {"url": url}, parcel.decided_at + timedelta(hours=1))
    data = {"challenge": token, "secret": hook_secret(key, url), "page": lists.head.url}
    body = _json({"type": "subscription.challenge", "timestamp": rfc3339(parcel.decided_at), "data": data})
    try:
        answer = await lists.hooks.call(url, _name(parcel), body, hook_secret(key, url))
    except SourceError as failure:
        _log.info("challenge_unanswered", why=failure.what)
        return
    if not hmac.compare_digest(_echo(answer), token.encode()):
        _log.info("challenge_unanswered", why="something else came back")
        return
    made = Subscriber(
        id=lists.names.new("SUB"), via=Via.WEBHOOK, address=url, components=components, confirmed_at=lists.clock.now()
    )
    await lists.store.write(lambda ledger: ledger.subscribers.put(made))


async def _tell(lists: Lists, key: Key, parcel: Parcel) -> None:
    """The words, to somebody who still wants them. An address that is gone is forgotten."""
    subscriber = await lists.store.read(lambda ledger: ledger.subscribers.get(parcel.payload["subscriber"]))
    if subscriber is None:
        return
    try:
        if subscriber.via is Via.EMAIL:
            await _mailbox(lists).mail(_mail(lists.head, key, subscriber, parcel))
        else:
            url = subscriber.address
            await lists.hooks.call(
                url, _name(parcel), _hook_body(lists.head, key, subscriber, parcel), hook_secret(key, url)
            )
    except SourceError as failure:
        gone = failure.code == "TCS-SOURCE-GONE" or (failure.refused and subscriber.via is Via.EMAIL)
        if gone:
            await lists.store.write(lambda ledger: ledger.subscribers.remove(subscriber.id))
        raise


def _mail(head: Masthead, key: Key, subscriber: Subscriber, parcel: Parcel) -> Mail:
    told, leave = parcel.payload, unsubscribe_link(head, key, subscriber.id)
    foot = f"You get this because you subscribed to {head.name}. To end it: {leave}"
    text = "\n\n".join((f"{told['title']}: {told['status']}", told["text"], told["link"], f"-- \n{foot}"))
    return Mail(
        key=parcel.key,
        to=subscriber.address,
        subject=f"[{head.name}] {told['title']}: {told['status']}",
        text=f"{text}\n",
        thread=told["incident"],
        unsubscribe=leave,
    )


def _hook_body(head: Masthead, key: Key, subscriber: Subscriber, parcel: Parcel) -> bytes:
    told = parcel.payload
    data = {name: told[name] for name in ("incident", "title", "status", "text", "link")}
    data["components"] = json.loads(told["components"])
    data["unsubscribe"] = unsubscribe_link(head, key, subscriber.id)
    kind = "maintenance.update" if told["what"] == Purpose.MAINTENANCE else f"incident.{told['what']}"
    return _json({"type": kind, "timestamp": told["at"], "data": data})


def _mailbox(lists: Lists) -> Mailbox:
    if lists.mailbox is None:
        raise SourceError("No mail is configured.", "Set channels.email.")
    return lists.mailbox


def _echo(answer: bytes) -> bytes:
    """The challenge as it came back: by itself, or in JSON."""
    try:
        told = json.loads(answer)
    except ValueError:
        return answer.strip()
    return str(told.get("challenge", "")).encode() if isinstance(told, Mapping) else answer.strip()


def _name(parcel: Parcel) -> str:
    return "msg_" + hmac.digest(b"parcel", parcel.key.encode(), "sha256").hex()[:32]


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
