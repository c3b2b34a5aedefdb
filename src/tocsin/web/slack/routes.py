"""The three addresses that Slack calls: `/slack/interactions`, `/slack/commands`, `/slack/events`.

Each proves the request on its raw body, counts it once, and answers within Slack's three seconds; what takes longer is done after
the answer. Who may do what is asked where every act is asked. Not part of the API: only Slack can sign what comes here.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.responses import JSONResponse, Response

from tocsin.errors import NotFound, TocsinError, Unreadable
from tocsin.web.auth import Whole
from tocsin.web.bodies import InFlight, Refused, receive_body
from tocsin.web.rooms import Rooms
from tocsin.web.slack import commands, events, forms, presses
from tocsin.web.slack.cards import whisper
from tocsin.web.slack.door import SlackDoor, prove, refuse_replay
from tocsin.web.slack.words import whispered

ANSWER_SECONDS = 2.5
"""Slack waits three."""
router = APIRouter(prefix="/slack", include_in_schema=False)


@router.post("/interactions")
async def interactions(request: Request, rooms: Whole, later: BackgroundTasks) -> Response:
    """A button pressed, or a form sent."""
    door = _door(rooms)
    body = await _proven(request, rooms, door)
    payload = _object(_field(body, "payload"))
    await _once(request, rooms)
    match payload.get("type"):
        case "block_actions":
            later.add_task(presses.pressed, rooms, door, payload)
        case "view_submission":
            return JSONResponse(await forms.submitted(rooms, door, payload))
    return Response(status_code=200)


@router.post("/commands")
async def command(request: Request, rooms: Whole, later: BackgroundTasks) -> Response:
    """A slash command; refusals are answers, too, and only whoever typed it sees them. A slow answer comes by itself."""
    door = _door(rooms)
    body = await _proven(request, rooms, door)
    typed = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    await _once(request, rooms)
    answering = asyncio.create_task(_answer(rooms, door, typed))
    done, _ = await asyncio.wait({answering}, timeout=ANSWER_SECONDS)
    if done:
        return JSONResponse(whispered(answering.result()))
    later.add_task(_answer_late, door, typed, answering)
    return JSONResponse(whispered("That takes a moment; the answer comes by itself."))


@router.post("/events")
async def event(request: Request, rooms: Whole, later: BackgroundTasks) -> Response:
    """Something was said, pinned, or somebody came into a room. Answered only after it is kept: Slack sends it again otherwise."""
    door = _door(rooms)
    told = _object(await _proven(request, rooms, door))
    match told.get("type"):
        case "url_verification":
            return JSONResponse({"challenge": str(told.get("challenge") or "")[:1000]})
        case "event_callback":
            await events.happened(rooms, door, told, later)
    return Response(status_code=200)


async def _answer(rooms: Rooms, door: SlackDoor, typed: Mapping[str, str]) -> str:
    try:
        return await commands.carried_out(rooms, door, typed)
    except TocsinError as refused:
        return f"{refused.what} {refused.do}"


async def _answer_late(door: SlackDoor, typed: Mapping[str, str], answering: "asyncio.Task[str]") -> None:
    await whisper(door, typed.get("channel_id", ""), typed.get("user_id", ""), await answering)


async def _proven(request: Request, rooms: Rooms, door: SlackDoor) -> bytes:
    """The raw body of a request that Slack signed. Raises Unauthentic, IntakeError; what is refused is not kept."""
    flight: InFlight = request.app.state.in_flight
    with flight.room() as share:
        try:
            body = await receive_body(request, rooms.settings, share)
        except Refused as refused:
            raise refused.error from None
    prove(door.secret, body, request.headers, rooms.clock.now())
    try:
        body.decode()
    except UnicodeDecodeError as mistake:
        raise Unreadable("The body is not UTF-8.", "Send what Slack sends.") from mistake
    return body


async def _once(request: Request, rooms: Rooms) -> None:
    """A signature covers its time and its body, so the same one twice is the same request again. Raises NotNow."""
    name, now = f"request:{request.headers['x-slack-signature']}", rooms.clock.now()
    await rooms.store.write(lambda ledger: refuse_replay(ledger, name, now))


def _door(rooms: Rooms) -> SlackDoor:
    if rooms.slack is None:
        raise NotFound("Slack is not connected.", "Set channels.slack with its signing_secret; see docs/slack.md.")
    return rooms.slack


def _field(body: bytes, name: str) -> str:
    found = parse_qs(body.decode(), keep_blank_values=True).get(name)
    if not found:
        raise Unreadable(f"There is no {name} in the body.", "Send what Slack sends.")
    return found[0]


def _object(text: str | bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as mistake:
        raise Unreadable("The body is not JSON.", "Send what Slack sends.") from mistake
    if not isinstance(found, dict):
        raise Unreadable("The body is not an object.", "Send what Slack sends.")
    return found
