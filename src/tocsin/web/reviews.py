"""The review over HTTP: the post-mortem in four shapes, the action items, and every act of `review.ACTS`.

Each act is one ask handed to `stages.review` in one transaction, as in `acts`. Nothing is decided here.
"""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from tocsin.guard.attempt import Done
from tocsin.guard.seeing import may_see
from tocsin.model.ground import Value
from tocsin.model.identity import Principal
from tocsin.stages import people, review
from tocsin.stages.review import asks
from tocsin.web import problems, review_shapes
from tocsin.web.acts import Acting, Actor
from tocsin.web.auth import Asking, Guarded, Here
from tocsin.web.review_shapes import Items, PostMortemShown
from tocsin.web.rooms import Rooms

reading = APIRouter(
    prefix="/api", tags=["review"], dependencies=[Guarded], responses=problems.of(400, 401, 403, 404, 422, 503)
)
acting = APIRouter(prefix="/api/incidents", tags=["review"], responses=problems.of(400, 401, 403, 404, 409, 422, 503))

Id = Annotated[str, Path(min_length=1, max_length=200)]
Version = Annotated[int | None, Query(ge=1, le=1_000_000, description="By default the one that stands.")]
_OTHER = {"md": "text/markdown", "pdf": "application/pdf"}
_ICS = "text/calendar"


def _also(*kinds: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {kind: {"schema": {"type": "string"}} for kind in kinds}}}


@reading.get("/incidents/{incident_id}/post-mortem", response_model=PostMortemShown)
async def post_mortem(rooms: Here, principal: Asking, incident_id: Id, version: Version = None) -> PostMortemShown:
    """The post-mortem: its text, its versions, what the blame check says, its items."""
    return await _shown(rooms, principal, incident_id, version)


@reading.get("/incidents/{incident_id}/post-mortem.ics", response_class=Response, responses=_also(_ICS))
async def post_mortem_date(rooms: Here, principal: Asking, incident_id: Id) -> Response:
    """Its date as a calendar entry; the entry keeps its identity when the date moves."""
    made = await rooms.store.read(
        lambda ledger: review_shapes.calendar_of(ledger, incident_id, rooms.after, partial(may_see, principal))
    )
    return _file(made, f"{_ICS}; charset=utf-8", f"post-mortem-{incident_id}.ics")


@reading.get("/incidents/{incident_id}/post-mortem.{kind}", response_class=Response, responses=_also(*_OTHER.values()))
async def post_mortem_file(
    rooms: Here, principal: Asking, incident_id: Id, kind: Literal["md", "pdf"], version: Version = None
) -> Response:
    """The same as Markdown or as PDF."""
    shown = await _shown(rooms, principal, incident_id, version)
    body = shown.text.encode() if kind == "md" else review_shapes.pdf_of(shown)
    media = _OTHER[kind] + ("; charset=utf-8" if kind == "md" else "")
    return _file(body, media, f"post-mortem-{incident_id}.{kind}")


@reading.get("/items")
async def items(rooms: Here, principal: Asking, everything: bool = False, overdue: bool = False) -> Items:
    """Open action items of all incidents, what is due first; or done ones too, or only those that are late."""
    now = rooms.clock.now()
    return await rooms.store.read(
        lambda ledger: review_shapes.items_of(
            ledger, now, partial(may_see, principal), everything=everything, overdue=overdue
        )
    )


@reading.get("/gameday")
async def turns(rooms: Here) -> people.Turns:
    """Who takes turns at leading communications in gamedays, whoever is next first."""
    return await rooms.store.read(lambda ledger: people.turns(ledger, rooms.people.gameday))


@acting.post("/{incident_id}/post-mortem/schedule")
async def schedule(actor: Acting, incident_id: Id, ask: asks.Schedule) -> Done:
    """Another date, or another lead. For whoever commands."""
    return await _act(actor, "schedule-post-mortem", incident_id, ask)


@acting.post("/{incident_id}/post-mortem/edit")
async def edit(actor: Acting, incident_id: Id, ask: asks.Edit) -> Done:
    """The whole document in other words. They stand from now on, whatever is generated later."""
    return await _act(actor, "edit-post-mortem", incident_id, ask)


@acting.post("/{incident_id}/post-mortem/regenerate")
async def regenerate(actor: Acting, incident_id: Id) -> Done:
    """Anew from the timeline. Where a person wrote the one that stands, it is an offer."""
    return await _act(actor, "regenerate-post-mortem", incident_id)


@acting.post("/{incident_id}/post-mortem/approve")
async def approve(actor: Acting, incident_id: Id, ask: asks.Approve) -> Done:
    """Somebody stands behind a version: the incident is reviewed, and remembered."""
    return await _act(actor, "approve-post-mortem", incident_id, ask)


@acting.post("/{incident_id}/items")
async def open_item(actor: Acting, incident_id: Id, ask: asks.OpenItem) -> Done:
    """One more thing to be done. Its id stands in the event."""
    return await _act(actor, "open-item", incident_id, ask)


@acting.post("/{incident_id}/items/{item_id}/change")
async def change_item(actor: Acting, incident_id: Id, item_id: Id, ask: asks.ChangeItem) -> Done:
    """Another owner, or another date."""
    return await _act(actor, "change-item", incident_id, ask, item_id)


@acting.post("/{incident_id}/items/{item_id}/done")
async def finish_item(actor: Acting, incident_id: Id, item_id: Id) -> Done:
    """It is done."""
    return await _act(actor, "finish-item", incident_id, which=item_id)


@acting.post("/{incident_id}/items/{item_id}/drop")
async def drop_item(actor: Acting, incident_id: Id, item_id: Id, ask: asks.DropItem) -> Done:
    """It is not going to be done, and why."""
    return await _act(actor, "drop-item", incident_id, ask, item_id)


@acting.post("/{incident_id}/items/{item_id}/export")
async def export_item(actor: Acting, incident_id: Id, item_id: Id, ask: asks.ExportItem) -> Done:
    """Into a configured tracker."""
    return await _act(actor, "export-item", incident_id, ask, item_id)


@acting.post("/{incident_id}/judgements/cause")
async def judge_cause(actor: Acting, incident_id: Id, ask: asks.JudgeCause) -> Done:
    """Was the cause right, partly right, or wrong? The last word counts."""
    return await _act(actor, "judge-cause", incident_id, ask)


@acting.post("/{incident_id}/judgements/runbooks/{runbook_id}")
async def judge_runbook(actor: Acting, incident_id: Id, runbook_id: Id, ask: asks.JudgeRunbook) -> Done:
    """Did the runbook help?"""
    return await _act(actor, "judge-runbook", incident_id, ask, runbook_id)


async def _act(actor: Actor, name: str, incident_id: str, ask: Value | None = None, which: str = "") -> Done:
    act = review.act_under(actor.rooms.after, name)
    return await actor.does(lambda attempt: act.on(attempt, incident_id, which, ask), incident_id)


async def _shown(rooms: Rooms, principal: Principal, incident_id: str, version: int | None) -> PostMortemShown:
    now = rooms.clock.now()
    return await rooms.store.read(
        lambda ledger: review_shapes.post_mortem_of(ledger, incident_id, version, now, partial(may_see, principal))
    )


def _file(body: bytes, media: str, name: str) -> Response:
    safe = "".join(one if one.isalnum() or one in "-._" else "_" for one in name)
    return Response(body, media_type=media, headers={"Content-Disposition": f'attachment; filename="{safe}"'})
