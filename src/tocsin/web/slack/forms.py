"""Forms sent from Slack: the reason for a no, other words for a draft. Called by `routes`; what is wrong is shown in the form."""

import json
from collections.abc import Mapping
from typing import Any

from tocsin.errors import DataError, TocsinError
from tocsin.model.press import Press, Pressed, read_press
from tocsin.stages.remediate import permit
from tocsin.web.rooms import Rooms
from tocsin.web.slack.acting import Acting, acting
from tocsin.web.slack.cards import Card, settle
from tocsin.web.slack.door import SlackDoor
from tocsin.web.slack.drafts import edited
from tocsin.web.slack.steps import means_of
from tocsin.web.slack.words import part

_SHORTEST, _LONGEST = 3, 3000


async def submitted(rooms: Rooms, door: SlackDoor, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Carries it out. The answer closes the form, or shows in it why not."""
    view = part(payload, "view")
    block, text = _answer(view)
    try:
        press, card = _about(view)
        by = acting(rooms, door, str(part(payload, "user").get("id") or ""))
        said = await _carried_out(by, press, text)
    except TocsinError as refused:
        return {"response_action": "errors", "errors": {block: f"{refused.what} {refused.do}".strip()[:150]}}
    await settle(door, card, said, done=True)
    return {}


async def _carried_out(by: Acting, press: Pressed, text: str) -> str:
    """What to write under the card that the form was opened from."""
    match press.press:
        case Press.REJECT_STEP:
            return await _rejected(by, press, text)
        case Press.EDIT_UPDATE:
            await by.does(lambda attempt: edited(attempt, by.rooms.messages, press, text), press.incident_id)
            return f"{by.name} changed the words. The new ones wait on a card of their own."
        case _:
            raise DataError("This is no form of ours.", "Open the incident and act there.")


async def _rejected(by: Acting, press: Pressed, text: str) -> str:
    if len(text) < _SHORTEST:
        raise DataError("Say why, in a few words.", "")
    reason = by.rooms.clean(text)
    await permit.reject(means_of(by.rooms), press.incident_id, press.about, by=by.principal, reason=reason)
    by.wake(press.incident_id)
    return f"{by.name} rejected it: {reason}"


def _answer(view: Mapping[str, Any]) -> tuple[str, str]:
    """The field's name and what was written in it."""
    blocks = part(view, "state", "values")
    block = next(iter(blocks), "answer")
    field = next(iter(part(blocks, block)), "")
    return str(block), str(part(blocks, block, field).get("value") or "").strip()[:_LONGEST]


def _about(view: Mapping[str, Any]) -> tuple[Pressed, Card]:
    """What the form was about: it travelled where its reader could not change it. Raises DataError."""
    try:
        value, place, ref = json.loads(str(view.get("private_metadata") or ""))
    except (ValueError, TypeError, RecursionError) as mistake:
        raise DataError("This is no form of ours.", "Open the incident and act there.") from mistake
    return read_press(str(view.get("callback_id") or ""), str(value)), Card(str(place), str(ref))
