"""The cards under which buttons stand: which one was pressed, what is written under it, and what its forms ask.

Shared by the presses of `steps`, `drafts` and `presses`, and by `forms`.
"""

from dataclasses import dataclass

import structlog

from tocsin.errors import Denied, SourceError
from tocsin.model.press import Pressed
from tocsin.ports import Form
from tocsin.web.slack.acting import Acting
from tocsin.web.slack.door import SlackDoor

STALE = "What you were shown is not what would happen now. Look at it again, then decide on what you see."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Card:
    """The message under which a button was pressed."""

    place: str
    ref: str


@dataclass(frozen=True, slots=True)
class Pull:
    """One press, about to be carried out."""

    by: Acting
    door: SlackDoor
    press: Pressed
    card: Card
    trigger: str

    def form(self, title: str, label: str, submit: str, text: str = "") -> Form:
        """A form about what the button stands for, opened from its card."""
        card, press = self.card, self.press
        return Form(title, label, submit, press.press, press.value, text, card.place, card.ref)


Said = tuple[str, bool]
"""What to write under the card, and whether that settles it; "" where a form asks first."""


def must_be_bound(press: Pressed) -> str:
    """The digest of what was shown; a button without one says yes to nothing. Raises Denied."""
    if len(press.digest) != 64:
        raise Denied("This button does not say what it stands for.", "Open the incident and act there.")
    return press.digest


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
