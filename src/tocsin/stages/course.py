"""The course: which move comes first of all that are due, and what the course of the incident itself asks for. Pure.

Called by `response` at every look. See `model.move` for the contract between the loop and the stages.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from tocsin.model.incident import Incident
from tocsin.model.move import Leave, Move, Reread, Rethink, Wait
from tocsin.model.standing import ActionState

REREAD_SECONDS = 5
NEWEST = 200
"""So many alerts of a storm are looked at; older ones need no rereading."""


def first(due: Iterable[Move | None], done: frozenset[str], held: Mapping[str, datetime] | None = None) -> Move:
    """The first move that is not carried out yet; when there is none, to wait until the earliest time any of them names.

    `held` are moves that failed a moment ago, and until when each is left alone.
    """
    waits: list[datetime | None] = []
    for move in due:
        match move:
            case None:
                continue
            case Leave():
                return move
            case Wait():
                waits.append(move.until)
            case _ if move.key in done:
                waits.append(move.again_at)
            case _ if held and move.key in held:
                waits.append(held[move.key])
            case _:
                return move
    return Wait(until=min((one for one in waits if one is not None), default=None))


def over(incident: Incident) -> Move | None:
    """Nobody walks an incident that is over, once everybody who heard of it has heard the end."""
    return None if incident.is_attended else Leave()


def unread(incident: Incident, now: datetime) -> Move | None:
    """Alerts have joined that nobody has read yet. A storm is read once in each bucket of a few seconds, not at every alert."""
    if not incident.is_open:
        return None
    unread = [one for one in incident.alert_ids[-NEWEST:] if f"EV-{one}" not in incident.evidence_ids]
    turn = int(now.timestamp()) // REREAD_SECONDS
    again = now + timedelta(seconds=REREAD_SECONDS)
    return Reread(key=f"reread:{turn}", again_at=again) if unread else None


def disproved(incident: Incident) -> Move | None:
    """A fix that did not help sends the investigation out again."""
    failed = [one for one in incident.actions if one.state is ActionState.DISPROVED]
    if not failed or not incident.is_open:
        return None
    newest = failed[-1]
    doubt = f" The hypothesis {newest.proposed_for} is in doubt." if newest.proposed_for else ""
    return Rethink(key=f"rethink:{newest.id}", reason=f"{newest.step.name} did not help: {newest.said}{doubt}")
