"""The moves of remediation, carried out for the loop: survey the fix, offer a step, offer a rollback, perform.

`app` puts them into `Desk.hands`. A step that cannot be offered (evidence that nobody has kept) is flagged, and the loop goes on.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from tocsin.errors import DataError, Denied, NotFound, NotNow
from tocsin.guard.authorize import actor_of
from tocsin.library.runbook import Runbook
from tocsin.model.action import MissingValue, Risk
from tocsin.model.acts import FixSurveyed, Flagged
from tocsin.model.incident import Incident
from tocsin.model.move import Deed, Happening, Offer, Perform, RollBack, Survey
from tocsin.model.plain import one_line
from tocsin.stages.remediate.due import aside
from tocsin.stages.remediate.missing import missing
from tocsin.stages.remediate.perform import perform
from tocsin.stages.remediate.permit import REMEDIATOR, Means, action_of, renew, request, roll_back, scope_of

NOT_RENEWED = "not_renewed"
"""The flag on what a person asked for, that expired and cannot be asked for again."""
NEEDS_VALUES = "fix_needs_values"
"""The flag that says: nothing can be offered before a person has given a value."""


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
    return {"survey": bound, "offer": bound, "roll_back": bound, "perform": bound}


async def carry_out(means: Means, move: Deed, incident: Incident, record: Record) -> None:
    """Carries out a Survey, an Offer, a RollBack or a Perform. Raises TypeError for any other move."""
    match move:
        case Survey():
            await _survey(means, move, incident, record)
        case Offer():
            await _offer(means, move, incident, record)
        case RollBack():
            await _roll_back(means, move, incident, record)
        case Perform():
            fence = partial(record, f"{move.key}:fence")
            await perform(means, incident.id, move.action_id, fence=fence)
        case _:
            raise TypeError(f"remediation carries out no {move.kind}")


async def _survey(means: Means, move: Survey, incident: Incident, record: Record) -> None:
    scope = await means.store.read(lambda ledger: scope_of(means, ledger, incident.id))
    runbook = means.shelf.get(move.runbook_id)
    lacks = missing(runbook, scope)
    body = FixSurveyed(runbook_id=runbook.id, seen=move.seen, missing=lacks)
    happened = [Happening(actor=actor_of(REMEDIATOR), body=body)]
    if text := _stuck(runbook, lacks):
        happened.append(_flag(NEEDS_VALUES, text))
    await record(f"{move.key}:surveyed", *happened)


def _stuck(runbook: Runbook, lacks: Sequence[MissingValue]) -> str:
    """What to say when no step that would change anything can be offered before a person has given a value; else ""."""
    asked = [one for one in lacks if not one.waits_for]
    held = {index for one in lacks for index in one.steps}
    changing = {index for index, step in enumerate(runbook.steps) if step.risk is not Risk.READ}
    if not asked or changing - held:
        return ""
    first = asked[0]
    more = f" {len(asked) - 1} more: `tocsin show` lists them." if len(asked) > 1 else ""
    return f"No step of {runbook.id} can be offered yet. {first.slot}: {first.why}. Type: {first.give}.{more}"


async def _offer(means: Means, move: Offer, incident: Incident, record: Record) -> None:
    try:
        if move.renews:
            await renew(means, incident.id, move.renews)
        else:
            await request(means, incident.id, move.runbook_id, move.step_index, by=REMEDIATOR)
    except (DataError, Denied, NotFound, NotNow) as failure:
        code = NOT_RENEWED if move.renews else aside(incident, move.runbook_id, move.step_index)
        await record(f"{move.key}:flag", _flag(code, f"Not offered: {failure}"))


async def _roll_back(means: Means, move: RollBack, incident: Incident, record: Record) -> None:
    try:
        await roll_back(means, incident.id, move.action_id, by=REMEDIATOR)
    except (DataError, Denied, NotFound, NotNow) as failure:
        name = action_of(incident, move.action_id).step.name
        await record(f"{move.key}:flag", _flag("no_rollback", f"{name} is not rolled back: {failure}"))


def _flag(code: str, text: str) -> Happening:
    return Happening(actor="role:remediator", body=Flagged(code=code, text=one_line(text, 600)))
