"""Buttons under a step that waits: a yes to exactly the rendering and the rehearsal on the card, or a no. Called by `presses`."""

from tocsin.errors import NotFound, NotNow
from tocsin.guard import approval as approvals
from tocsin.model.action import approval_digest
from tocsin.model.incident import Incident
from tocsin.stages.remediate import permit
from tocsin.stages.remediate.permit import Means, action_of
from tocsin.web.rooms import Rooms
from tocsin.web.slack.cards import STALE, Pull, Said, must_be_bound


async def approve(one: Pull) -> Said:
    """The same act as API and command line, in the member's name."""
    means, press = means_of(one.by.rooms), one.press
    digest = must_be_bound(press)
    incident = await permit.approve(means, press.incident_id, press.about, by=one.by.principal, digest=digest)
    one.by.wake(incident.id)
    missing = _missing(incident, press.about, means)
    return f"{one.by.name} approved it{f', and {missing} more must' if missing else ''}.", not missing


async def reject(one: Pull) -> Said:
    """Asks for the reason; the form that comes back is the no."""
    incident = await one.by.rooms.store.read(lambda ledger: permit.incident_of(ledger, one.press.incident_id))
    action = action_of(incident, one.press.about)
    if approval_digest(action.step, action.rehearsal) != must_be_bound(one.press):
        raise NotNow(STALE, "")
    await one.door.chat.ask(one.trigger, one.form("Reject this step", "Why should it not run?", "Reject"))
    return "", False


def means_of(rooms: Rooms) -> Means:
    """What steps are approved with. Raises NotFound where nothing is carried out."""
    if rooms.actions is None:
        raise NotFound("This service carries out no actions.", "Ask the one that does.")
    return rooms.actions


def _missing(incident: Incident, action_id: str, means: Means) -> int:
    """How many more people must say yes."""
    action = action_of(incident, action_id)
    standing = approvals.check(action, action.verdict.decision, means.clock.now(), means.over)
    return max(0, standing.needed - len(standing.valid))
