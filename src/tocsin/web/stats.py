"""The figures over HTTP, and the verdicts that calibration reads. For metrics they are counted at most once a minute."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query

from tocsin.guard.seeing import may_see
from tocsin.model.figures import Figures, figures
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.judged import Judgement, judgements
from tocsin.ports import Ledger
from tocsin.stages.reliability import Reliability, reliability
from tocsin.web import problems
from tocsin.web.auth import Asking, Guarded, Here
from tocsin.web.review_shapes import Sees
from tocsin.web.rooms import Rooms

router = APIRouter(prefix="/api", tags=["figures"], dependencies=[Guarded], responses=problems.of(401, 403, 422, 503))

MOST = 10_000
"""So many incidents are counted, the newest."""
KEPT = timedelta(minutes=1)
METRICS_DAYS = 30
Days = Annotated[int, Query(ge=1, le=3650, description="Incidents declared in so many days.")]


class Judgements(Value):
    """What people said of diagnoses."""

    judgements: tuple[Judgement, ...]


@router.get("/stats")
async def stats(rooms: Here, principal: Asking, days: Days = 30) -> Figures:
    """How many incidents, how fast, which promises were kept, what was saved. docs/figures.md says what each figure is."""
    known = await rooms.store.read(partial(lately, now=rooms.clock.now(), days=days, seen=partial(may_see, principal)))
    return figures(known, rooms.baselines)


@router.get("/judgements")
async def verdicts(rooms: Here, principal: Asking, days: Days = 365) -> Judgements:
    """Each verdict with the confidence that it is about."""
    known = await rooms.store.read(partial(lately, now=rooms.clock.now(), days=days, seen=partial(may_see, principal)))
    return Judgements(judgements=tuple(judgements(known)))


@router.get("/calibration")
async def calibration(rooms: Here, principal: Asking, days: Days = 365) -> Reliability:
    """The reliability curve of this house's diagnoses, its error, and how verdicts move each analyst."""
    known = await rooms.store.read(partial(lately, now=rooms.clock.now(), days=days, seen=partial(may_see, principal)))
    return reliability(known)


def lately(ledger: Ledger, *, now: datetime, days: int, seen: Sees) -> list[Incident]:
    """The incidents declared in the last `days`, as far as they are to be seen."""
    since = now - timedelta(days=days)
    found = ledger.incidents.recent(since=since, limit=MOST)
    return [one for one in found if one.declared_at and one.declared_at >= since and seen(one)]


async def measured(rooms: Rooms) -> Figures:
    """For whoever scrapes: of the last thirty days, without restricted incidents, counted at most once a minute."""
    now = rooms.clock.now()
    at, found = rooms.counted or (now - KEPT - KEPT, None)
    if found is None or now - at > KEPT:
        known = await rooms.store.read(
            partial(lately, now=now, days=METRICS_DAYS, seen=lambda one: not one.is_restricted)
        )
        found = figures(known, rooms.baselines)
        rooms.counted = (now, found)
    return found
