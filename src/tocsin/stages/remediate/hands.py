"""The moves of remediation, carried out for the loop: offer a step, offer a rollback, perform. `app` puts them into `Desk.hands`.

A step that cannot be offered (a slot that nobody has filled, evidence that nobody has kept) is flagged, and the loop goes on.
"""

from collections.abc import Mapping
from functools import partial
from typing import Protocol

from tocsin.errors import DataError, Denied, NotFound, NotNow
from tocsin.model.acts import Flagged
from tocsin.model.incident import Incident
from tocsin.model.move import Deed, Happening, Offer, Perform, RollBack
from tocsin.model.plain import one_line
from tocsin.stages.remediate.due import UNFILLED
from tocsin.stages.remediate.perform import perform
from tocsin.stages.remediate.permit import REMEDIATOR, Means, action_of, request, roll_back, tag


class Record(Protocol):
    """Puts events of one incident on its timeline, once for each key; raises when this worker is no longer in charge."""

    async def __call__(self, key: str, *happened: Happening) -> Incident:
        """The incident as it then stands."""
        ...


class Hand(Protocol):
    """Carries out one kind of move."""

    async def __call__(self, move: Deed, incident: Incident, record: Record) -> None:
        """Returns when it is done; the loop then ticks the move."""
        ...


def hands(means: Means) -> Mapping[str, Hand]:
    """Who carries out which kind of move."""
    bound: Hand = partial(carry_out, means)
    return {"offer": bound, "roll_back": bound, "perform": bound}


async def carry_out(means: Means, move: Deed, incident: Incident, record: Record) -> None:
    """Carries out an Offer, a RollBack or a Perform. Raises TypeError for any other move."""
    match move:
        case Offer():
            await _offer(means, move, incident, record)
        case RollBack():
            await _roll_back(means, move, incident, record)
        case Perform():
            fence = partial(record, f"{move.key}:fence")
            await perform(means, incident.id, move.action_id, fence=fence)
        case _:
            raise TypeError(f"remediation carries out no {move.kind}")


async def _offer(means: Means, move: Offer, incident: Incident, record: Record) -> None:
    try:
        await request(means, incident.id, move.runbook_id, move.step_index, by=REMEDIATOR)
    except (DataError, Denied, NotFound, NotNow) as failure:
        code = f"{UNFILLED}{tag(move.runbook_id, move.step_index)}"
        await record(f"{move.key}:flag", _flag(code, f"Not offered: {failure}"))


async def _roll_back(means: Means, move: RollBack, incident: Incident, record: Record) -> None:
    try:
        await roll_back(means, incident.id, move.action_id, by=REMEDIATOR)
    except (DataError, Denied, NotFound, NotNow) as failure:
        name = action_of(incident, move.action_id).step.name
        await record(f"{move.key}:flag", _flag("no_rollback", f"{name} is not rolled back: {failure}"))


def _flag(code: str, text: str) -> Happening:
    return Happening(actor="role:remediator", body=Flagged(code=code, text=one_line(text, 600)))
