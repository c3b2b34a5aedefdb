"""Where alerts and changes knock: `/hooks/...`. Answers 2xx only after the commit; keeps what it refuses as a dead letter."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Request

from tocsin.errors import TocsinError, Unreadable
from tocsin.model.alert import Delivery
from tocsin.stages.intake import alertmanager_silences, put_silences
from tocsin.web import letters, problems
from tocsin.web.auth import Sender, Whole, require_sender
from tocsin.web.bodies import Busy, InFlight, Refused, kept_headers, receive_body
from tocsin.web.rooms import Rooms
from tocsin.web.shapes import ChangesDelivered, Decided, Delivered, KeptChange, SilencesDelivered

router = APIRouter(prefix="/hooks", tags=["hooks"], responses=problems.of(400, 401, 403, 404, 408, 413, 422, 503))

A = TypeVar("A")
Source = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", description="A source's name, or `auto`.")]
PathToken = Annotated[
    str, Path(min_length=1, max_length=200, description="The source's own secret, for senders without headers.")
]
_SNS_TYPE = "x-amz-sns-message-type"
_ANY_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {}}, "text/plain": {"schema": {"type": "string"}}},
    }
}


@router.post("/changes", openapi_extra=_ANY_BODY)
async def take_changes(request: Request, rooms: Whole) -> ChangesDelivered:
    """Changes: plain JSON (one or a list), GitHub deployments, Argo CD notifications."""

    async def understand(delivery: Delivery) -> ChangesDelivered:
        kept = await letters.accept_changes(rooms, delivery)
        changes = [KeptChange(change=change, new=new) for change, new in kept]
        return ChangesDelivered(delivery=delivery.id, changes=changes)

    return await received(request, rooms, letters.CHANGES, sender_of(request), understand)


@router.post("/silences", openapi_extra=_ANY_BODY)
async def take_silences(request: Request, rooms: Whole) -> SilencesDelivered:
    """Alertmanager's silences, as `GET /api/v2/silences` of Alertmanager answers them."""

    async def understand(delivery: Delivery) -> SilencesDelivered:
        found, refused = alertmanager_silences(_json(delivery.body))
        await rooms.store.write(lambda ledger: put_silences(ledger, found))
        return SilencesDelivered(kept=[one.id for one in found], refused=refused)

    return await received(request, rooms, "silences", sender_of(request), understand)


@router.post("/{source}", openapi_extra=_ANY_BODY)
async def take(request: Request, source: Source, rooms: Whole) -> Delivered:
    """A vendor's webhook; `auto` asks every source whether it knows the body."""
    return await _alerts(request, rooms, source, "")


@router.post("/{source}/{token}", openapi_extra=_ANY_BODY)
async def take_with_token(request: Request, source: Source, token: PathToken, rooms: Whole) -> Delivered:
    """The same, for senders that can set no header: the source's secret is the end of the path."""
    return await _alerts(request, rooms, source, token)


async def _alerts(request: Request, rooms: Rooms, source: str, path_token: str) -> Delivered:
    sender = sender_of(request, path_token)

    async def understand(delivery: Delivery) -> Delivered:
        accepted = await letters.accept(rooms, delivery, sender)
        if rooms.confirm and delivery.headers.get(_SNS_TYPE) == "SubscriptionConfirmation":
            await rooms.confirm(delivery)
        decided = [Decided.of(one) for one in accepted.outcome.decisions]
        return Delivered(delivery=delivery.id, alerts=decided, incidents=list(accepted.outcome.declared))

    with rooms.metrics.hooks.time():
        return await received(request, rooms, source, sender, understand)


async def received(
    request: Request, rooms: Rooms, source: str, sender: Sender, understand: Callable[[Delivery], Awaitable[A]]
) -> A:
    """Receives, authenticates, understands; whatever is refused on the way is kept, and the answer names it."""
    flight: InFlight = request.app.state.in_flight
    with flight.room() as share:
        try:
            body = await receive_body(request, rooms.settings, share)
        except Refused as refused:
            raise await _buried(rooms, _delivery(request, rooms, source, refused.body), refused.error) from None
        delivery = _delivery(request, rooms, source, body)
        try:
            await require_sender(rooms, delivery, sender)
            return await understand(delivery)
        except TocsinError as error:
            raise await _buried(rooms, delivery, error) from error


def sender_of(request: Request, path_token: str = "") -> Sender:
    """What the sender of this request showed; a secret in the path comes before one in the query."""
    return Sender(dict(request.headers), path_token or request.query_params.get("token", "")[:200])


async def _buried(rooms: Rooms, delivery: Delivery, error: TocsinError) -> TocsinError:
    """The error to answer with. Our own troubles and a full house keep nothing: the sender comes again."""
    if isinstance(error, Busy):
        rooms.metrics.shed.inc()
        return error
    if error.status >= 500:
        return error
    await letters.bury(rooms, delivery, error)
    return problems.with_delivery(error, delivery.id)


def _delivery(request: Request, rooms: Rooms, source: str, body: bytes) -> Delivery:
    return Delivery(
        id=rooms.names.new("DLV"),
        source=source,
        received_at=rooms.clock.now(),
        body=body,
        headers=kept_headers(request.headers),
    )


def _json(body: bytes) -> object:
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError) as mistake:
        raise Unreadable("The body is not JSON.", "Send what GET /api/v2/silences answers.") from mistake
    return found
