"""Triggers that the clock fires: each tick of a schedule once, whoever makes the rounds. Called by the rounds of the service.

The last tick that was seen to is kept in the store, and moved in the transaction that starts the run: of several processes on
one store one starts it. A schedule that is seen for the first time begins now. What was missed while nobody was there is made
good once, or left, as the trigger says.
"""

from datetime import datetime, timedelta

from tocsin.guard.attempt import Attempt
from tocsin.model.ground import rfc3339
from tocsin.model.incident import Incident
from tocsin.model.plan import Trigger
from tocsin.playbooks import schedule
from tocsin.playbooks.documents import Name
from tocsin.playbooks.shelf import Playbooks, Shelf
from tocsin.ports import KeptDocument, Ledger
from tocsin.stages.playing.applying import set_off, shelf_of

KIND = "tick"
LATE = timedelta(minutes=1)
"""A tick that is seen to within that time was not missed."""


def ticks_due(ledger: Ledger, playbooks: Playbooks, now: datetime) -> tuple[Name, ...]:
    """The triggers whose schedule has come to a tick that nobody has seen to, and those that are new."""
    shelf, seen = shelf_of(ledger, playbooks), _seen(ledger)
    return tuple(key for key, one in _scheduled(shelf).items() if _tick(one, seen.get(_name(key)), now) is not None)


def tick(attempt: Attempt, playbooks: Playbooks, key: Name) -> Incident | None:
    """Sees to the newest tick of one trigger. The incident of the run it starts; None where it starts none.

    Raises what starting the run raises; the tick is then not seen to.
    """
    shelf = shelf_of(attempt.ledger, playbooks)
    trigger, last = _scheduled(shelf).get(key), _seen(attempt.ledger).get(_name(key))
    at = _tick(trigger, last, attempt.now) if trigger else None
    if trigger is None or at is None:
        return None
    see_to(attempt, key, at)
    missed = attempt.now - at > LATE and (trigger.missed or playbooks.missed) == "skip"
    if last is None or missed:
        return None
    return set_off(attempt, shelf, key.namespace, trigger, {"scheduledAt": rfc3339(at)})


def see_to(attempt: Attempt, key: Name, at: datetime) -> None:
    """This tick and all before it are over: nobody fires them any more."""
    kept = KeptDocument(kind=KIND, name=_name(key), text=rfc3339(at), by=attempt.actor, at=attempt.now)
    attempt.ledger.documents.put(kept)


def _tick(trigger: Trigger, last: datetime | None, now: datetime) -> datetime | None:
    return now if last is None else schedule.latest(trigger.schedule, last, now)


def _scheduled(shelf: Shelf) -> dict[Name, Trigger]:
    return {key: one for key, one in shelf.documents.triggers.items() if one.kind == "cron"}


def _seen(ledger: Ledger) -> dict[str, datetime]:
    return {one.name: datetime.fromisoformat(one.text) for one in ledger.documents.all(KIND)}


def _name(key: Name) -> str:
    return f"{key.namespace}/{key.name}"
