"""Buttons: a press becomes the act it names, in the name of the member who pressed it, for exactly what they were shown.

The acts are those of API and command line, and refuse by the same rules. What was decided is written under the card; a refusal
is told to whoever pressed, with why. Called by `routes` after Slack has its answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from tocsin.errors import Denied, NotFound, NotNow, SourceError, TocsinError
from tocsin.guard import approval as approvals
from tocsin.model.action import approval_digest
from tocsin.model.incident import Incident
from tocsin.model.press import Press, Pressed, read_press
from tocsin.ports import Form
from tocsin.stages import people, review
from tocsin.stages.remediate import permit
from tocsin.stages.remediate.permit import Means, action_of
from tocsin.web.rooms import Rooms
from tocsin.web.slack.acting import Acting, acting
from tocsin.web.slack.door import SlackDoor
from tocsin.web.slack.words import part

_STALE = "What you were shown is not what would happen now. Look at it again, then decide on what you see."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Card:
    """The message under which a button was pressed."""

    place: str
    ref: str


async def pressed(rooms: Rooms, door: SlackDoor, payload: Mapping[str, Any]) -> None:
    """Carries it out, and says what came of it. Never raises: there is nobody left to answer to."""
    user, card = str(part(payload, "user").get("id") or ""), _card(payload)
    try:
        press = _press(payload)
        trigger = str(payload.get("trigger_id") or "")
        said, done = await _carried_out(acting(rooms, door, user), door, press, card, trigger)
    except TocsinError as refused:
        await whisper(door, card.place, user, f"{refused.what} {refused.do}")
        return
    if said:
        await settle(door, card, said, done=done)


async def whisper(door: SlackDoor, place: str, user: str, text: str) -> None:
    """Tells one member. A courtesy: what counts is on the record already."""
    try:
        await door.chat.whisper(place, user, text)
    except SourceError as failure:
        _log.warning("slack_whisper_lost", why=failure.what)


async def settle(door: SlackDoor, card: Card, said: str, *, done: bool) -> None:
    """Writes under a card what was decided."""
    try:
        await door.chat.settle(card.place, card.ref, said, done=done)
    except SourceError as failure:
        _log.warning("slack_card_unsettled", why=failure.what)


async def _carried_out(by: Acting, door: SlackDoor, press: Pressed, card: Card, trigger: str) -> tuple[str, bool]:
    """What to write under the card, and whether that settles it; "" where a form asks first."""
    match press.press:
        case Press.ACKNOWLEDGE:
            await by.does(lambda attempt: people.acknowledge(attempt, press.incident_id), press.incident_id)
            return f"{by.name} has it.", True
        case Press.APPROVE_STEP:
            return await _approve_step(by, press)
        case Press.REJECT_STEP:
            await _still_shown(by, press)
            await door.chat.ask(trigger, _why_not(press, card))
            return "", False
        case Press.JUDGE_CAUSE | Press.JUDGE_RUNBOOK:
            return await _judge(by, press)
        case _:
            raise NotNow("That cannot be done here yet.", "Do it in tocsin.")


async def _approve_step(by: Acting, press: Pressed) -> tuple[str, bool]:
    """A yes to exactly the step and the rehearsal on the card."""
    means = means_of(by.rooms)
    incident = await permit.approve(means, press.incident_id, press.about, by=by.principal, digest=must_be_bound(press))
    by.wake(incident.id)
    return f"{by.name} approved it{_still_missing(incident, press.about, means)}.", _enough(
        incident, press.about, means
    )


async def _judge(by: Acting, press: Pressed) -> tuple[str, bool]:
    """A verdict; the buttons stay, for the last word counts."""
    meant = review.meant(press)
    act = review.act_under(by.rooms.after, meant.act)
    await by.does(lambda attempt: act.on(attempt, press.incident_id, meant.which, meant.ask), press.incident_id)
    what = f"the cause was {press.about}" if press.press is Press.JUDGE_CAUSE else press.about.replace(":", " ")
    return f"{by.name}: {what}.", False


def must_be_bound(press: Pressed) -> str:
    """The digest of what was shown; a button without one says yes to nothing. Raises Denied."""
    if len(press.digest) != 64:
        raise Denied("This button does not say what it stands for.", "Open the incident and act there.")
    return press.digest


def means_of(rooms: Rooms) -> Means:
    """What steps are approved with. Raises NotFound where nothing is carried out."""
    if rooms.actions is None:
        raise NotFound("This service carries out no actions.", "Ask the one that does.")
    return rooms.actions


def _standing(incident: Incident, action_id: str, means: Means) -> tuple[int, int]:
    action = action_of(incident, action_id)
    standing = approvals.check(action, action.verdict.decision, means.clock.now(), means.over)
    return len(standing.valid), standing.needed


def _still_missing(incident: Incident, action_id: str, means: Means) -> str:
    given, needed = _standing(incident, action_id, means)
    return "" if given >= needed else f", and {needed - given} more must"


def _enough(incident: Incident, action_id: str, means: Means) -> bool:
    given, needed = _standing(incident, action_id, means)
    return given >= needed


async def _still_shown(by: Acting, press: Pressed) -> None:
    """Raises NotNow when the step on the card is not the one that waits."""
    incident = await by.rooms.store.read(lambda ledger: permit.incident_of(ledger, press.incident_id))
    action = action_of(incident, press.about)
    if approval_digest(action.step, action.rehearsal) != must_be_bound(press):
        raise NotNow(_STALE, "")


def _why_not(press: Pressed, card: Card) -> Form:
    return Form(
        title="Reject this step",
        label="Why should it not run?",
        submit="Reject",
        press=press.press,
        value=press.value,
        place=card.place,
        ref=card.ref,
    )


def _press(payload: Mapping[str, Any]) -> Pressed:
    """The one button of the payload. Raises DataError for one that we never made."""
    actions = payload.get("actions")
    first = part({"first": actions[0] if isinstance(actions, list) and actions else None}, "first")
    return read_press(str(first.get("action_id") or ""), str(first.get("value") or ""))


def _card(payload: Mapping[str, Any]) -> Card:
    container = part(payload, "container")
    return Card(str(container.get("channel_id") or ""), str(container.get("message_ts") or ""))
