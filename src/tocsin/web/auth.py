"""Who may ask: the API token, compared in constant time. Used by every route that is not public."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tocsin.errors import TocsinError, Unauthentic
from tocsin.model.alert import Delivery
from tocsin.web.rooms import Rooms

_bearer = HTTPBearer(auto_error=False, description="The token of section `serve`, when one is set.")


class TokenNeeded(TocsinError):
    """The API asks for a token and got none, or another."""

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


def require_token(
    request: Request, _shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None
) -> None:
    """The guard of API routes. Raises TokenNeeded."""
    if not holds_token(request.headers, rooms_of(request).token):
        raise TokenNeeded("This needs the API token.", "Send it as `Authorization: Bearer TOKEN`.")


async def proves(rooms: Rooms, source: str, delivery: Delivery, sender: Sender) -> bool:
    """True when the sender proved to be that source; False when that source has no secret of its own. Raises Unauthentic."""
    return await rooms.authenticate(source, delivery.body, sender.headers, token=sender.token, now=delivery.received_at)


async def require_sender(rooms: Rooms, delivery: Delivery, sender: Sender) -> None:
    """The guard of hooks: a source's own secret or signature, otherwise the API token when one is set. Raises Unauthentic."""
    source = delivery.source
    if not await proves(rooms, source, delivery, sender) and not holds_token(sender.headers, rooms.token):
        what = f"The sender of this {source[:64]} delivery did not prove who it is."
        raise Unauthentic(what, "Configure a secret for this source, or send the API token as a Bearer token.")


Here = Annotated[Rooms, Depends(rooms_of)]
"""A route's view of the house."""
Guarded = Depends(require_token)
