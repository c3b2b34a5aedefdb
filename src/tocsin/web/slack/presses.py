"""Buttons: a press becomes the act it names, in the name of the member who pressed it, for exactly what they were shown.

The acts are those of API and command line, and refuse by the same rules. What was decided is written under the card; a refusal
is told to whoever pressed, with why. Called by `routes` after Slack has its answer.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tocsin.errors import TocsinError
from tocsin.model.press import Press, Pressed, read_press
from tocsin.stages import people, review
from tocsin.web.rooms import Rooms
from tocsin.web.slack import drafts, steps
from tocsin.web.slack.acting import acting
from tocsin.web.slack.cards import Card, Pull, Said, settle, whisper
from tocsin.web.slack.door import SlackDoor
from tocsin.web.slack.words import part


async def pressed(rooms: Rooms, door: SlackDoor, payload: Mapping[str, Any]) -> None:
    """Carries it out, and says what came of it."""
    user, card = str(part(payload, "user").get("id") or ""), _card(payload)
    try:
        by, trigger = acting(rooms, door, user), str(payload.get("trigger_id") or "")
        one = Pull(by, door, _press(payload), card, trigger)
        said, done = await _ACTS[one.press.press](one)
    except TocsinError as refused:
        await whisper(door, card.place, user, f"{refused.what} {refused.do}")
        return
    if said:
        await settle(door, card, said, done=done)


async def _acknowledge(one: Pull) -> Said:
    incident_id = one.press.incident_id
    await one.by.does(lambda attempt: people.acknowledge(attempt, incident_id), incident_id)
    return f"{one.by.name} has it.", True


async def _judge(one: Pull) -> Said:
    """A verdict; the buttons stay, for the last word counts."""
    press, meant = one.press, review.meant(one.press)
    act = review.act_under(one.by.rooms.after, meant.act)
    await one.by.does(lambda attempt: act.on(attempt, press.incident_id, meant.which, meant.ask), press.incident_id)
    return f"{one.by.name}: {press.press.replace('_', ' ')}{f' ({press.about})' if press.about else ''}.", False


_ACTS: dict[Press, Callable[[Pull], Awaitable[Said]]] = {
    Press.ACKNOWLEDGE: _acknowledge,
    Press.APPROVE_STEP: steps.approve,
    Press.REJECT_STEP: steps.reject,
    Press.APPROVE_UPDATE: drafts.approve,
    Press.EDIT_UPDATE: drafts.edit,
    Press.PUBLISH_UPDATE: drafts.publish,
    **dict.fromkeys(review.JUDGING, _judge),
}


def _press(payload: Mapping[str, Any]) -> Pressed:
    """The one button of the payload. Raises DataError for one that we never made."""
    actions = payload.get("actions")
    first = part({"first": actions[0] if isinstance(actions, list) and actions else None}, "first")
    press, _, _ = str(first.get("action_id") or "").partition("#")  # a card may carry the same act several times
    return read_press(press, str(first.get("value") or ""))


def _card(payload: Mapping[str, Any]) -> Card:
    container = part(payload, "container")
    return Card(str(container.get("channel_id") or ""), str(container.get("message_ts") or ""))
