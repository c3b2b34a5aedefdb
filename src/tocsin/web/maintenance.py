"""Maintenance windows over HTTP: what is planned, what waits for a person, and every act of `communicate.maintenance`.

Each route parses one ask and hands it to the stage in one transaction, as `acts` does. Customers read the status page instead.
"""

from typing import Annotated

from fastapi import APIRouter, Path

from tocsin.errors import NotFound
from tocsin.guard.attempt import Attempt
from tocsin.model.ground import Value
from tocsin.stages.communicate import maintenance
from tocsin.stages.communicate.maintenance import MaintenanceShown, MaintenancesShown, asks
from tocsin.web import problems
from tocsin.web.acts import Acting, Actor
from tocsin.web.auth import Guarded, Here

reading = APIRouter(
    prefix="/api/maintenances",
    tags=["maintenance"],
    dependencies=[Guarded],
    responses=problems.of(400, 401, 403, 404, 422, 503),
)
acting = APIRouter(
    prefix="/api/maintenances", tags=["maintenance"], responses=problems.of(400, 401, 403, 404, 409, 422, 503)
)
Id = Annotated[str, Path(min_length=1, max_length=200)]


@reading.get("")
async def windows(rooms: Here) -> MaintenancesShown:
    """All windows, the one that starts last first: those nobody has approved, those ahead, those over."""
    now, found = rooms.clock.now(), await rooms.store.read(lambda ledger: ledger.maintenances.all())
    return MaintenancesShown(maintenances=tuple(maintenance.shown(one, rooms.messages, now) for one in reversed(found)))


@reading.get("/{window_id}")
async def window(rooms: Here, window_id: Id) -> MaintenanceShown:
    """One window, with what waits for a person, its digest, and what the wording rules say of it."""
    found = await rooms.store.read(lambda ledger: ledger.maintenances.get(window_id))
    if found is None:
        raise NotFound(f"there is no maintenance window {window_id[:80]!r}.", "List them with GET /api/maintenances.")
    return maintenance.shown(found, rooms.messages, rooms.clock.now())


@acting.post("", status_code=201)
async def schedule(actor: Acting, ask: asks.Schedule) -> MaintenanceShown:
    """A plan. Customers read nothing of it before a person has approved it."""
    return await _act(actor, "schedule", "", ask)


@acting.post("/{window_id}/reword")
async def reword(actor: Acting, window_id: Id, ask: asks.Reword) -> MaintenanceShown:
    """Other words or times for what nobody has approved yet."""
    return await _act(actor, "reword", window_id, ask)


@acting.post("/{window_id}/approve")
async def approve(actor: Acting, window_id: Id, ask: asks.Approve) -> MaintenanceShown:
    """A yes to exactly these words; customers read them from then on."""
    return await _act(actor, "approve", window_id, ask)


@acting.post("/{window_id}/notes")
async def note(actor: Acting, window_id: Id, ask: asks.Write) -> MaintenanceShown:
    """Words about it for customers, to be approved."""
    return await _act(actor, "note", window_id, ask)


@acting.post("/{window_id}/extend")
async def extend(actor: Acting, window_id: Id, ask: asks.Extend) -> MaintenanceShown:
    """A later end, to be approved."""
    return await _act(actor, "extend", window_id, ask)


@acting.post("/{window_id}/stage")
async def move(actor: Acting, window_id: Id, ask: asks.Move) -> MaintenanceShown:
    """It began, is being checked, or is completed, earlier than the clock would say."""
    return await _act(actor, "move", window_id, ask)


@acting.post("/{window_id}/cancel")
async def cancel(actor: Acting, window_id: Id, ask: asks.Cancel) -> MaintenanceShown:
    """It is called off; whoever was told of it is told that."""
    return await _act(actor, "cancel", window_id, ask)


async def _act(actor: Actor, name: str, window_id: str, ask: Value) -> MaintenanceShown:
    desk = actor.rooms.messages

    def work(attempt: Attempt) -> MaintenanceShown:
        return maintenance.shown(maintenance.ACTS[name].on(attempt, desk, window_id, ask), desk, attempt.now)

    return await actor.once(work, MaintenanceShown)
