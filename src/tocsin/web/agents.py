"""Remote agents over HTTP: let in, listed, asked for a sign of life, accepted anew, let go. Decides nothing."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, StringConstraints

from tocsin.errors import NotFound
from tocsin.guard.attempt import Attempt
from tocsin.model.identity import Principal
from tocsin.ports import Ledger
from tocsin.stages.enlisting import Enlist, Enlisted, Office, enlisted
from tocsin.web import problems
from tocsin.web.auth import Asking, Guarded, Whole
from tocsin.web.rooms import Rooms

router = APIRouter(prefix="/api/agents", tags=["agents"], responses=problems.of(400, 401, 403, 404, 409, 422, 502, 503))
Name = Annotated[str, StringConstraints(max_length=200), Path(min_length=1)]


class Agents(BaseModel):
    """Everyone, by name."""

    agents: list[Enlisted]


@router.get("", dependencies=[Guarded])
async def listed(rooms: Whole) -> Agents:
    """Every registered agent: what it plays, how it is reached, and its last sign of life."""
    return Agents(agents=await rooms.store.read(enlisted))


@router.post("", status_code=201)
async def register(rooms: Whole, by: Asking, asked: Enlist) -> Enlisted:
    """Reads the agent's card, and pins it: tasks go to it from now on. One of the same name is replaced."""
    return await _office(rooms, by).enlist(asked)


@router.post("/check")
async def check(rooms: Whole, by: Asking) -> Agents:
    """Asks every one for a sign of life."""
    return Agents(agents=await _office(rooms, by).check())


@router.post("/{name}/accept")
async def accept(rooms: Whole, by: Asking, name: Name) -> Enlisted:
    """Accepts what the agent says of itself now."""
    return await _office(rooms, by).accept(name)


@router.delete("/{name}", status_code=204)
async def let_go(rooms: Whole, by: Asking, name: Name) -> None:
    """It gets no task any more."""
    await _office(rooms, by).let_go(name)


def _office(rooms: Rooms, by: Principal) -> Office:
    if rooms.roster is None:
        raise NotFound("This service speaks to no agents.", "Ask one that was started by `tocsin serve`.")

    def attempt(ledger: Ledger) -> Attempt:
        return Attempt(ledger, by, rooms.clock.now(), rooms.names, rooms.people, rooms.clean)

    return Office(rooms.roster, by, attempt)
