"""Who is asking: a Bearer token becomes a Principal. Used by every route that is not public.

A person's token is looked up by its digest; the one token of section `serve` is compared in constant time and stands for a
program, not for a person. With neither sent, and none set, the caller is whoever sits at this machine: the service then
listens on loopback only. What a principal may do is `guard.authorize`'s answer, never decided here.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tocsin.errors import TocsinError, Unauthentic
from tocsin.guard import tokens
from tocsin.guard.authorize import authorize
from tocsin.model.alert import Delivery
from tocsin.model.identity import LOCAL_CALLER, SERVICE, Principal, Right
from tocsin.web.rooms import Rooms

_bearer = HTTPBearer(
    auto_error=False, description="A person's token (`tocsin token create`), or the token of section `serve`."
)
_TOUCH = timedelta(minutes=10)
"""How exactly the last use of a token is known: one small write in this time, however often it calls."""


class TokenNeeded(TocsinError):
    """The API asks for a token and got none, or one that is unknown, revoked or over."""

    code = "TCS-AUTH-401"
    status = 401


@dataclass(frozen=True, slots=True)
class Sender:
    """What a sender showed: all its headers, lower-case, and the token of path or query. Lives as long as the request."""

    headers: Mapping[str, str]
    token: str = ""


def rooms_of(request: Request) -> Rooms:
    """The house behind this application."""
    rooms: Rooms = request.app.state.rooms
    return rooms


def holds_token(headers: Mapping[str, str], token: str) -> bool:
    """True when no token is set, or the right one was sent."""
    if not token:
        return True
    scheme, _, sent = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode(), token.encode())


async def caller_of(request: Request) -> Principal | None:
    """Who calls, found out once for each request; None when what was sent proves nobody."""
    if not hasattr(request.state, "caller"):
        request.state.caller = await _caller(request)
    found: Principal | None = request.state.caller
    return found


async def _caller(request: Request) -> Principal | None:
    """Anything sent must be right: nobody falls back to less."""
    rooms = rooms_of(request)
    sent = request.headers.get("authorization")
    if sent is None:
        return None if rooms.token else LOCAL_CALLER
    if rooms.token and holds_token(request.headers, rooms.token):
        return SERVICE
    scheme, _, text = sent.partition(" ")
    return await _bearer_of(rooms, text.strip()) if scheme.lower() == "bearer" else None


async def principal_of(
    request: Request, _shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None
) -> Principal:
    """Who asks, for the routes. Raises TokenNeeded."""
    caller = await caller_of(request)
    if caller is None:
        what = "This needs an API token that is neither unknown, revoked nor over."
        raise TokenNeeded(what, "Send it as `Authorization: Bearer TOKEN`; `tocsin token create` makes one.")
    return caller


async def _bearer_of(rooms: Rooms, text: str) -> Principal | None:
    """The person a token stands for, if it still does; its use is remembered now and then."""
    now = rooms.clock.now()
    token = await rooms.store.read(lambda ledger: ledger.tokens.by_digest(tokens.digest(text)))
    if token is None or tokens.standing(token, now) != "live":
        return None
    if token.last_used_at is None or now - token.last_used_at >= _TOUCH:
        await rooms.store.write(lambda ledger: ledger.tokens.touch(token.id, now))
    return tokens.bearer(token)


def needs(right: Right) -> Any:  # noqa: ANN401 - FastAPI types its dependencies so
    """The guard of a route: a dependency that raises TokenNeeded or Denied."""

    async def check(principal: Asking) -> Principal:
        authorize(principal, right)
        return principal

    return Depends(check)


async def proves(rooms: Rooms, source: str, delivery: Delivery, sender: Sender) -> bool:
    """True when the sender proved to be that source; False when that source has no secret of its own. Raises Unauthentic."""
    return await rooms.authenticate(source, delivery.body, sender.headers, token=sender.token, now=delivery.received_at)


async def require_sender(rooms: Rooms, delivery: Delivery, sender: Sender) -> None:
    """The guard of hooks: a source's own secret or signature, otherwise the API token when one is set. Raises Unauthentic."""
    source = delivery.source
    if not await proves(rooms, source, delivery, sender) and not holds_token(sender.headers, rooms.token):
        what = f"The sender of this {source[:64]} delivery did not prove who it is."
        raise Unauthentic(what, "Configure a secret for this source, or send the API token as a Bearer token.")


async def rooms_seen(request: Request) -> Rooms:
    """The house as whoever calls may see it."""
    return rooms_of(request).seen_by(await caller_of(request))


Here = Annotated[Rooms, Depends(rooms_seen)]
"""A route's view of the house: restricted incidents are in it for those who are inside only."""
Whole = Annotated[Rooms, Depends(rooms_of)]
"""All of it, for doors at which machines knock and nobody reads: hooks, health, the stop switch."""
Asking = Annotated[Principal, Depends(principal_of)]
"""Who asks, as a route sees them."""
Guarded = needs(Right.READ)
