"""Couriers for calls: every configured pager is asked at the same time, and one that takes the call is enough."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from tocsin.errors import SourceError
from tocsin.model.event import Body
from tocsin.ports import Pager, Parcel
from tocsin.stages.deliver.rounds import Courier

WhoIsOnCall = Callable[[str], Awaitable[tuple[str, ...]]]
"""The people behind a target such as `oncall:primary`, just now. Raises SourceError."""
_log = structlog.get_logger(__name__)


def pager_couriers(pagers: Mapping[str, Pager], who: WhoIsOnCall | None = None) -> dict[str, Courier]:
    """One for each kind of call. `who` names the people behind a target, where a schedule is kept elsewhere."""

    async def page(parcel: Parcel) -> tuple[Body, ...]:
        told = parcel.payload
        people = told.get("people") or await _people(who, told["target"])
        text = f"{told['text']} -> {people}" if people else told["text"]
        return await _any(pagers, lambda pager: pager.page(told["target"], text, told["severity"], told["incident"]))

    async def acknowledge(parcel: Parcel) -> tuple[Body, ...]:
        return await _any(pagers, lambda pager: pager.acknowledge(parcel.payload["incident"], parcel.payload["by"]))

    async def note(parcel: Parcel) -> tuple[Body, ...]:
        return await _any(pagers, lambda pager: pager.note(parcel.payload["incident"], parcel.payload["text"]))

    async def channel(parcel: Parcel) -> tuple[Body, ...]:
        told, chat = parcel.payload, {name: one for name, one in pagers.items() if name != "pagerduty"}
        return await _any(
            chat, lambda pager: pager.page(told["target"], told["text"], told["severity"], told["incident"])
        )

    async def unpage(parcel: Parcel) -> tuple[Body, ...]:
        return await _any(pagers, lambda pager: pager.resolve(parcel.payload["incident"]))

    return {"page": page, "acknowledge": acknowledge, "note": note, "channel": channel, "unpage": unpage}


async def _people(who: WhoIsOnCall | None, target: str) -> str:
    """Their names for the text of the call. A schedule that does not answer holds up no call."""
    try:
        return ", ".join(await who(target)) if who else ""
    except SourceError as failure:
        _log.warning("schedule_unread", target=target, why=failure.what)
        return ""


async def _any(pagers: Mapping[str, Pager], call: Callable[[Pager], Awaitable[None]]) -> tuple[Body, ...]:
    failures = [
        one for one in await asyncio.gather(*(_asked(name, pager, call) for name, pager in pagers.items())) if one
    ]
    if len(failures) == len(pagers):
        raise SourceError(
            f"Nobody could be called ({'; '.join(failures) or 'no pager is configured'}).",
            "Configure `pagers`, and call people by hand until then.",
            code="TCS-SOURCE-PAGER",
        )
    return ()


async def _asked(name: str, pager: Pager, call: Callable[[Pager], Awaitable[None]]) -> str:
    """Why that pager did not take it, or ""."""
    try:
        await call(pager)
    except SourceError as failure:
        return f"{name}: {failure.what}"
    return ""
