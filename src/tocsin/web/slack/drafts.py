"""Buttons under words that wait for their reviewer: a yes to exactly these words, other words, or out with them.

The acts of the communications desk, by the same rules as from anywhere. Called by `presses`, and by `forms` with the other words.
"""

from tocsin.errors import NotNow
from tocsin.guard.authorize import authorize
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.model.narrative import Draft
from tocsin.model.press import Pressed
from tocsin.ports import Ledger
from tocsin.stages import communicate
from tocsin.stages.communicate import asks
from tocsin.stages.people import Attempt
from tocsin.stages.remediate import permit
from tocsin.web.slack.asking import read_ask
from tocsin.web.slack.cards import STALE, Pull, Said, must_be_bound


async def approve(one: Pull) -> Said:
    """A yes to exactly these words."""
    yes = asks.Approve(digest=must_be_bound(one.press))
    await one.by.does_at_the_desk("approve-update", one.press.incident_id, one.press.about, yes)
    return f"{one.by.name} approved these words. They go out when somebody publishes them.", False


async def edit(one: Pull) -> Said:
    """Opens the words for whoever may change them."""

    def look(ledger: Ledger) -> Draft:
        incident = permit.incident_of(ledger, one.press.incident_id)
        authorize(one.by.principal, Right.COMMUNICATE, incident)
        return _as_shown(incident, one.press)

    draft = await one.by.rooms.store.read(look)
    await one.door.chat.ask(one.trigger, one.form("Edit the message", "These words go out", "Save", draft.update.text))
    return "", False


async def publish(one: Pull) -> Said:
    """Out with exactly these words."""
    out = asks.Publish(digest=must_be_bound(one.press))
    await one.by.does_at_the_desk("publish-update", one.press.incident_id, one.press.about, out)
    return f"{one.by.name} published it.", True


def edited(attempt: Attempt, desk: communicate.Desk, press: Pressed, text: str) -> Incident:
    """Other words for exactly the draft that the form was opened on, in one transaction."""
    _as_shown(attempt.known(press.incident_id, Right.COMMUNICATE), press)
    act = communicate.act_at(desk, "edit-update")
    return act.on(attempt, press.incident_id, press.about, read_ask(asks.Edit, text=text))


def _as_shown(incident: Incident, press: Pressed) -> Draft:
    """The draft that a button stands for, word for word. Raises NotNow."""
    draft = incident.narrative.draft(press.about)
    if draft is None or draft.update.digest != must_be_bound(press):
        raise NotNow(STALE, "")
    return draft
