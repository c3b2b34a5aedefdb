"""Subscriptions: asked for on a form, confirmed by whoever reads at the address, ended by one click.

The answer to a request is the same whether an address is known or not, and nothing is kept of it before it is confirmed: the
question travels through the outbox, and the answer comes back in a sealed link.
"""

import re
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response

from tocsin.errors import IntakeError, Unreadable
from tocsin.guard.sealed import unseal
from tocsin.model.subscriber import Subscriber, Via
from tocsin.stages.deliver.subscribers import CONFIRM, UNSUBSCRIBE, confirming
from tocsin.web.statuspage.forms import Counter, Here, first, read_form, refusal

router = APIRouter(include_in_schema=False)
_MAILBOX = re.compile(
    r"[^@\s<>,;:\"\\()\[\]]{1,64}@(?=.{4,190}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
_SENT = (
    "If somebody reads at this address, a question is on its way there. "
    "Nothing is sent, and nothing is kept, before it is answered."
)
_OLD = "This link is not one of ours, or has grown old."


@router.get("/status/subscribe")
async def ask(request: Request, counter: Here) -> Response:
    """The ways to hear of news."""
    return await counter.form(request, "subscribe")


@router.post("/status/subscribe")
async def asked(request: Request, counter: Here) -> Response:
    """Somebody wants to hear of news; whoever reads at the address is asked."""
    try:
        fields = await counter.taken(request, "subscribe")
        if fields is not None:
            via, address = _wanted(counter, first(fields, "email"), first(fields, "webhook"))
            parcel = confirming(via, address, counter.chosen(fields), counter.clock.now())
            await counter.store.write(lambda ledger: ledger.outbox.put(parcel))
    except IntakeError as error:
        return refusal(counter, request, error)
    return counter.told(request, "Nearly there", _SENT)


@router.get("/status/confirm")
async def look(request: Request, counter: Here, token: str = "") -> Response:
    """What is to be confirmed. Looking confirms nothing: mail programs look at links, too."""
    if await _confirmed(counter, token) is None:
        return counter.told(request, "That did not work", f"{_OLD} Subscribe again.", 410)
    values = {"title": "Confirm your subscription", "button": "Yes, send me messages", "sealed": token}
    return await counter.form(request, "button", action="/status/confirm", **values)


@router.post("/status/confirm")
async def confirm(request: Request, counter: Here) -> Response:
    """Whoever holds the link reads at the address: it is kept from now on."""
    try:
        words = await _confirmed(counter, first(await read_form(request), "sealed"))
    except IntakeError as error:
        return refusal(counter, request, error)
    if words is None:
        return counter.told(request, "That did not work", f"{_OLD} Subscribe again.", 410)
    address, components = words
    now, name = counter.clock.now(), counter.names.new("SUB")
    made = Subscriber(id=name, via=Via.EMAIL, address=address, components=components, confirmed_at=now)
    await counter.store.write(lambda ledger: ledger.subscribers.put(made))
    return counter.told(request, "You are subscribed", "Each message says how to end it.")


@router.get("/status/unsubscribe")
async def leave(request: Request, counter: Here, token: str = "") -> Response:
    """One more click, because mail programs look at links, too."""
    values = {"title": "End your subscription", "button": "Stop sending me messages", "sealed": token}
    return await counter.form(request, "button", action=f"/status/unsubscribe?token={token}", **values)


@router.post("/status/unsubscribe")
async def left(request: Request, counter: Here, token: str = "") -> Response:
    """It ends, asked by a person or by their mail program (RFC 8058). The seal is all it takes; the answer is always the same."""
    words = unseal(await counter.key(), UNSUBSCRIBE, token, counter.clock.now())
    if words is not None:
        await counter.store.write(lambda ledger: ledger.subscribers.remove(str(words.get("id", ""))))
    return counter.told(request, "You are not subscribed", "Nothing more is sent to this address.")


def _wanted(counter: Counter, email: str, webhook: str) -> tuple[Via, str]:
    """The address, in one spelling. Raises Unreadable; that says what is wrong with it, never whether it is known."""
    mailbox = email.strip().lower()
    if counter.email and mailbox and _MAILBOX.fullmatch(mailbox):
        return Via.EMAIL, mailbox
    url = webhook.strip()
    if counter.webhook and url and not email.strip() and _is_hook(url):
        return Via.WEBHOOK, url
    raise Unreadable(
        "That is no address we can write to.", "Give one mailbox, or one address that begins with https://."
    )


def _is_hook(url: str) -> bool:
    """Whether it may be called is found out when it is called, by the guarded client."""
    if len(url) > 500 or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and not parts.fragment
    except ValueError:
        return False


async def _confirmed(counter: Counter, token: str) -> tuple[str, tuple[str, ...]] | None:
    words = unseal(await counter.key(), CONFIRM, token, counter.clock.now())
    return None if words is None else (str(words["address"]), tuple(words["components"]))
