"""Couriers for calls: every configured pager is asked at the same time, and one that takes the call is enough."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from tocsin.errors import SourceError
from tocsin.model.event import Body
from tocsin.model.update import Audience
from tocsin.ports import Channel, Message, Pager, Parcel, Purpose
from tocsin.stages.deliver.rounds import Courier

WhoIsOnCall = Callable[[str], Awaitable[tuple[str, ...]]]
"""The people behind a target such as `oncall:primary`, just now. Raises SourceError."""
_log = structlog.get_logger(__name__)


def pager_couriers(
    pagers: Mapping[str, Pager], who: WhoIsOnCall | None = None, channels: Mapping[str, Channel] | None = None
) -> dict[str, Courier]:
    """One for each kind of call. `who` names the people behind a target, where a schedule is kept elsewhere.

    `channels` are those that the organisation reads: a word for a chat channel goes there, and by the pagers that only post.
    """
    posting = {name: one for name, one in pagers.items() if name != "pagerduty"}

    async def page(parcel: Parcel) -> tuple[Body, ...]:
        told = parcel.payload
        people = told.get("people") or await _people(who, told["target"])
        text = f"{told['text']} -> {people}" if people else told["text"]
        return await _all(pagers, lambda one: one.page(told["target"], text, told["severity"], told["incident"]))

    async def acknowledge(parcel: Parcel) -> tuple[Body, ...]:
        return await _all(pagers, lambda one: one.acknowledge(parcel.payload["incident"], parcel.payload["by"]))

    async def note(parcel: Parcel) -> tuple[Body, ...]:
        return await _all(pagers, lambda one: one.note(parcel.payload["incident"], parcel.payload["text"]))

    async def channel(parcel: Parcel) -> tuple[Body, ...]:
        told, word = parcel.payload, _word(parcel)
        asked: dict[str, Awaitable[object]] = {name: one.send(word) for name, one in (channels or {}).items()}
        for name, pager in posting.items():
            asked[name] = pager.page(told["target"], told["text"], told["severity"], told["incident"])
        return await _any(asked)

    async def unpage(parcel: Parcel) -> tuple[Body, ...]:
        return await _all(pagers, lambda one: one.resolve(parcel.payload["incident"]))

    return {"page": page, "acknowledge": acknowledge, "note": note, "channel": channel, "unpage": unpage}


def _word(parcel: Parcel) -> Message:
    """What a chat channel of the organisation is told: nobody is woken."""
    told = parcel.payload
    return Message(
        key=parcel.key,
        incident_id=parcel.incident_id,
        purpose=Purpose.UPDATE,
        audience=Audience.INTERNAL,
        title=told["text"],
        text=f"For {told['target']}.",
        severity=told["severity"],
        at=parcel.decided_at,
        repeated=parcel.attempts > 1,
    )


async def _people(who: WhoIsOnCall | None, target: str) -> str:
    """Their names for the text of the call. A schedule that does not answer holds up no call."""
    try:
        return ", ".join(await who(target)) if who else ""
    except SourceError as failure:
        _log.warning("schedule_unread", target=target, why=failure.what)
        return ""


async def _all(pagers: Mapping[str, Pager], call: Callable[[Pager], Awaitable[None]]) -> tuple[Body, ...]:
    return await _any({name: call(pager) for name, pager in pagers.items()})


async def _any(asked: Mapping[str, Awaitable[object]]) -> tuple[Body, ...]:
    """All at the same time; one that takes it is enough."""
    failures = [one for one in await asyncio.gather(*(_asked(*one) for one in asked.items())) if one]
    if len(failures) == len(asked):
        raise SourceError(
            f"Nobody could be called ({'; '.join(failures) or 'no pager is configured'}).",
            "Configure `pagers`, and call people by hand until then.",
            code="TCS-SOURCE-PAGER",
        )
    return ()


async def _asked(name: str, answer: Awaitable[object]) -> str:
    """Why that one did not take it, or ""."""
    try:
        await answer
    except SourceError as failure:
        return f"{name}: {failure.what}"
    return ""
