"""Budgets and spending over HTTP: how the budgets of documents stand, what models have cost by incident and role. Reads only."""

from datetime import timedelta

from fastapi import APIRouter
from pydantic import BaseModel

from tocsin.guard.budget import Standing, standing
from tocsin.model.costs import RoleSpending, spendings
from tocsin.playbooks.shelf import Playbooks
from tocsin.ports import Clock, Store
from tocsin.stages import playing
from tocsin.web import problems
from tocsin.web.auth import Guarded, Here, Whole

router = APIRouter(prefix="/api", tags=["playbooks"], dependencies=[Guarded], responses=problems.of(401, 403, 422, 503))
MONTH = timedelta(days=32)
MANY = 10_000


class Budgets(BaseModel):
    """Every budget that a document declares, as it stands."""

    budgets: list[Standing]


class Spendings(BaseModel):
    """What models have cost, the newest incident's first."""

    spendings: list[RoleSpending]


@router.get("/budgets")
async def budgets(rooms: Whole) -> Budgets:
    """Counted over all incidents, whoever asks: sums name nobody."""
    return await standings(rooms.store, rooms.clock, rooms.playbooks)


@router.get("/spending")
async def spending(rooms: Here, incident: str = "") -> Spendings:
    """Of one incident, or of those of the last month."""
    return await spent(rooms.store, rooms.clock, incident)


async def standings(store: Store, clock: Clock, playbooks: Playbooks | None) -> Budgets:
    """The same for whoever holds a store."""
    now = clock.now()
    known = await store.read(lambda ledger: ledger.incidents.recent(since=now - MONTH, limit=MANY))
    if playbooks is None:
        return Budgets(budgets=[])
    shelf = await store.read(lambda ledger: playing.shelf_of(ledger, playbooks))
    return Budgets(budgets=[standing(one, known, now) for _, one in sorted(shelf.documents.budgets.items())])


async def spent(store: Store, clock: Clock, incident: str = "") -> Spendings:
    """The same for whoever holds a store."""
    since = None if incident else clock.now() - MONTH
    known = await store.read(lambda ledger: ledger.incidents.recent(since=since, limit=MANY))
    return Spendings(spendings=spendings(one for one in known if incident in ("", one.id)))
