"""Delivery: what lies in the outbox is brought to its receiver, with its key, until it is there. Called by the service's rounds.

A failing receiver is tried again, later and later; it never holds up the response, and its failure is visible. Better a
call repeated than a call lost: a parcel is marked as sent only after its receiver took it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from tocsin.errors import SourceError
from tocsin.model.acts import Flagged
from tocsin.model.event import Body
from tocsin.ports import Ledger, Pager, Parcel, Store

Courier = Callable[[Parcel], Awaitable[Body | None]]
"""Brings one parcel to its receiver; what it answers goes on the timeline with the mark that it arrived.

Raises SourceError when the receiver did not take it.
"""
CLAIM = timedelta(minutes=1)
WhoIsOnCall = Callable[[str], Awaitable[tuple[str, ...]]]
"""The people behind a target such as `oncall:primary`, just now. Raises SourceError."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
TRIES = 12
"""Then it is given up and flagged: about half an hour."""
_log = structlog.get_logger(__name__)


async def deliver(store: Store, couriers: Mapping[str, Courier], now: datetime) -> int:
    """Brings everything that is due; returns how many arrived."""
    parcels = await store.write(lambda ledger: _claim(ledger, now))
    arrived = 0
    for parcel in parcels:
        done, said = await _bring(parcel, couriers.get(parcel.kind), now)
        await store.write(partial(_keep, parcel=done, said=said, now=now))
        arrived += done.status == "sent"
    return arrived


def pager_couriers(pagers: Mapping[str, Pager], who: WhoIsOnCall | None = None) -> dict[str, Courier]:
    """Couriers for calls: every configured pager is asked, and one that takes it is enough.

    `who` names the people behind a target at the moment of the call, where a schedule is kept elsewhere.
    """

    async def page(parcel: Parcel) -> None:
        told = parcel.payload
        people = told.get("people") or (", ".join(await who(told["target"])) if who else "")
        text = f"{told['text']} -> {people}" if people else told["text"]
        await _any(pagers, lambda pager: pager.page(told["target"], text, told["severity"], told["incident"]))

    async def acknowledge(parcel: Parcel) -> None:
        await _any(pagers, lambda pager: pager.acknowledge(parcel.payload["incident"], parcel.payload["by"]))

    async def note(parcel: Parcel) -> None:
        await _any(pagers, lambda pager: pager.note(parcel.payload["incident"], parcel.payload["text"]))

    async def channel(parcel: Parcel) -> None:
        told, chat = parcel.payload, {name: one for name, one in pagers.items() if name != "pagerduty"}
        await _any(chat, lambda pager: pager.page(told["target"], told["text"], told["severity"], told["incident"]))

    async def unpage(parcel: Parcel) -> None:
        await _any(pagers, lambda pager: pager.resolve(parcel.payload["incident"]))

    return {"page": page, "acknowledge": acknowledge, "note": note, "channel": channel, "unpage": unpage}


async def _any(pagers: Mapping[str, Pager], call: Callable[[Pager], Awaitable[None]]) -> None:
    failures = []
    for name, pager in pagers.items():
        try:
            await call(pager)
        except SourceError as failure:
            failures.append(f"{name}: {failure.what}")
    if len(failures) == len(pagers):
        raise SourceError(
            f"Nobody could be called ({'; '.join(failures) or 'no pager is configured'}).",
            "Configure `pagers`, and call people by hand until then.",
            code="TCS-SOURCE-PAGER",
        )


def _claim(ledger: Ledger, now: datetime) -> list[Parcel]:
    """What is due, set aside for a while: another postman leaves it to us, and takes it up when we are gone."""
    parcels = ledger.outbox.due(now)
    for parcel in parcels:
        ledger.outbox.update(replace(parcel, next_at=now + CLAIM))
    return parcels


async def _bring(parcel: Parcel, courier: Courier | None, now: datetime) -> tuple[Parcel, Body | None]:
    """The parcel as it then is, and what the receiver answered."""
    tried = replace(parcel, attempts=parcel.attempts + 1)
    try:
        said = await (courier or _nobody)(parcel)
    except SourceError as failure:
        _log.warning("not_delivered", key=parcel.key, kind=parcel.kind, attempts=tried.attempts, why=failure.what)
        if tried.attempts >= TRIES:
            return replace(tried, status="given_up", error=failure.what), None
        return replace(tried, status="failed", error=failure.what, next_at=now + pause(tried.attempts)), None
    return replace(tried, status="sent", error="", next_at=None), said


async def _nobody(parcel: Parcel) -> Body | None:
    raise SourceError(f"Nobody delivers a {parcel.kind}.", "Configure who does.", code="TCS-SOURCE-COURIER")


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling, up to a bound."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(attempts - 1, 16)))


def _keep(ledger: Ledger, parcel: Parcel, said: Body | None, now: datetime) -> None:
    """The parcel as it now is; the first failure and the last are put where people look, on the incident's timeline."""
    ledger.outbox.update(parcel)
    if said is not None:
        ledger.timeline.append(parcel.incident_id, said, actor="system", at=now)
    first = parcel.status == "failed" and parcel.attempts == 1
    if first or parcel.status == "given_up":
        tried = "will be tried again" if first else f"given up after {parcel.attempts} tries"
        flag = Flagged(code="TCS-OUTBOX", text=f"{parcel.kind} could not be delivered, {tried}: {parcel.error}")
        ledger.timeline.append(parcel.incident_id, flag, actor="system", at=now)
