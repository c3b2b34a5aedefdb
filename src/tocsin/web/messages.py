"""The communications desk over HTTP: what is drafted and published, the handoff document, and every act of `communicate.ACTS`.

Each route parses one ask and hands it to `stages.communicate` in one transaction, as `acts` does. Nothing is decided here.
"""

from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Path
from fastapi.responses import Response

from tocsin.errors import NotFound
from tocsin.guard.attempt import Done
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.ports import Ledger
from tocsin.stages import communicate
from tocsin.stages.communicate import asks
from tocsin.web import problems
from tocsin.web.acts import Acting, Actor
from tocsin.web.auth import Guarded, Here
from tocsin.web.rooms import Rooms
from tocsin.web.updates import Updates, UpdateShown, updates_of

reading = APIRouter(
    prefix="/api/incidents",
    tags=["messages"],
    dependencies=[Guarded],
    responses=problems.of(400, 401, 403, 404, 422, 503),
)
acting = APIRouter(prefix="/api/incidents", tags=["messages"], responses=problems.of(400, 401, 403, 404, 409, 422, 503))

Id = Annotated[str, Path(min_length=1, max_length=200)]
T = TypeVar("T")


@reading.get("/{incident_id}/updates")
async def updates(rooms: Here, incident_id: Id) -> Updates:
    """Every message: what waits, with its digest and what the wording rules say of it, and what is out."""
    return await _read(rooms, incident_id, lambda _, incident: updates_of(incident, rooms.messages))


@reading.get("/{incident_id}/updates/{update_id}")
async def update(rooms: Here, incident_id: Id, update_id: Id) -> UpdateShown:
    """One message."""
    found = await updates(rooms, incident_id)
    one = next((one for one in (*found.drafts, *found.published) if one.id == update_id), None)
    if one is None:
        raise NotFound(f"there is no message {update_id[:80]!r}.", "List them with GET .../updates.")
    return one


@reading.get(
    "/{incident_id}/handoff",
    response_model=communicate.Handoff,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def handoff(
    rooms: Here, incident_id: Id, format: Literal["json", "text"] = "json"
) -> communicate.Handoff | Response:
    """The handoff document, as the record has it now."""
    now = rooms.clock.now()
    made = await _read(rooms, incident_id, lambda _, incident: communicate.handoff_of(incident, rooms.messages, now))
    if format == "json":
        return made
    return Response(communicate.handoff_text(made, rooms.messages) + "\n", media_type="text/plain")


@reading.get("/{incident_id}/sync")
async def sync_fields(rooms: Here, incident_id: Id) -> communicate.SyncFields:
    """What is broken, what we know, how sure an estimate would be: as the record has it, for the commander to confirm."""
    now = rooms.clock.now()

    def look(ledger: Ledger, incident: Incident) -> communicate.SyncFields:
        return communicate.sync_of(incident, communicate.writer_in(ledger, incident, rooms.messages, now))

    return await _read(rooms, incident_id, look)


@acting.post("/{incident_id}/updates")
async def draft_updates(actor: Acting, incident_id: Id, ask: asks.WriteDrafts) -> Done:
    """New drafts from what is known now."""
    return await _act(actor, "draft-updates", incident_id, ask)


@acting.post("/{incident_id}/updates/{update_id}/edit")
async def edit_update(actor: Acting, incident_id: Id, update_id: Id, ask: asks.Edit) -> Done:
    """Other words for a draft."""
    return await _act(actor, "edit-update", incident_id, ask, update_id)


@acting.post("/{incident_id}/updates/{update_id}/approve")
async def approve_update(actor: Acting, incident_id: Id, update_id: Id, ask: asks.Approve) -> Done:
    """A yes to exactly the words whose digest was shown. Rules are set aside by name, with a reason."""
    return await _act(actor, "approve-update", incident_id, ask, update_id)


@acting.post("/{incident_id}/updates/{update_id}/sign")
async def sign_update(actor: Acting, incident_id: Id, update_id: Id, ask: asks.Sign) -> Done:
    """Notes that legal agreed to exactly these words."""
    return await _act(actor, "sign-update", incident_id, ask, update_id)


@acting.post("/{incident_id}/updates/{update_id}/publish")
async def publish_update(actor: Acting, incident_id: Id, update_id: Id, ask: asks.Publish) -> Done:
    """Out with it. What customers hear needs its approval, the facts it was written from, and no broken rule."""
    return await _act(actor, "publish-update", incident_id, ask, update_id)


@acting.post("/{incident_id}/updates/{update_id}/correct")
async def correct_update(actor: Acting, incident_id: Id, update_id: Id, ask: asks.Correct) -> Done:
    """A new draft that corrects a published message."""
    return await _act(actor, "correct-update", incident_id, ask, update_id)


@acting.post("/{incident_id}/updates/{update_id}/retract")
async def retract_update(actor: Acting, incident_id: Id, update_id: Id, ask: asks.Retract) -> Done:
    """Takes a published message back, and tells everybody who had it."""
    return await _act(actor, "retract-update", incident_id, ask, update_id)


@acting.post("/{incident_id}/tone")
async def tone(actor: Acting, incident_id: Id, ask: asks.SetTone) -> Done:
    """A constraint on what may be said from now on."""
    return await _act(actor, "tone", incident_id, ask)


@acting.post("/{incident_id}/tone/lift")
async def lift_tone(actor: Acting, incident_id: Id, ask: asks.LiftTone) -> Done:
    """A constraint holds no longer."""
    return await _act(actor, "lift-tone", incident_id, ask)


@acting.post("/{incident_id}/cadence")
async def cadence(actor: Acting, incident_id: Id, ask: asks.SetCadence) -> Done:
    """Another rhythm for one audience."""
    return await _act(actor, "cadence", incident_id, ask)


@acting.post("/{incident_id}/audiences")
async def engage(actor: Acting, incident_id: Id, ask: asks.Engage) -> Done:
    """An audience is served from now on, and where."""
    return await _act(actor, "engage", incident_id, ask)


@acting.post("/{incident_id}/asks")
async def open_ask(actor: Acting, incident_id: Id, ask: asks.OpenAsk) -> Done:
    """Something that an audience needs. Its id stands in the event."""
    return await _act(actor, "open-ask", incident_id, ask)


@acting.post("/{incident_id}/asks/{ask_id}/answer")
async def answer_ask(actor: Acting, incident_id: Id, ask_id: Id, ask: asks.AnswerAsk) -> Done:
    """It has got it."""
    return await _act(actor, "answer-ask", incident_id, ask, ask_id)


@acting.post("/{incident_id}/any-update")
async def any_update(actor: Acting, incident_id: Id, ask: asks.AnyUpdate) -> Done:
    """Any update? The answer, from the record and not from the commander, stands in the event."""
    return await _act(actor, "any-update", incident_id, ask)


@acting.post("/{incident_id}/eta")
async def eta(actor: Acting, incident_id: Id, ask: asks.StateEta) -> Done:
    """A time of recovery and the person who stands behind it; no time: unknown again."""
    return await _act(actor, "eta", incident_id, ask)


@acting.post("/{incident_id}/sync")
async def sync(actor: Acting, incident_id: Id, ask: asks.HoldSync) -> Done:
    """The commander's three answers; what is left empty is what the record says."""
    return await _act(actor, "sync", incident_id, ask)


async def _act(actor: Actor, name: str, incident_id: str, ask: Value, which: str = "") -> Done:
    act = communicate.act_at(actor.rooms.messages, name)
    return await actor.does(lambda attempt: act.on(attempt, incident_id, which, ask), incident_id)


async def _read(rooms: Rooms, incident_id: str, look: Callable[[Ledger, Incident], T]) -> T:
    """What the record says of one incident. Raises NotFound."""

    def found(ledger: Ledger) -> T:
        incident = ledger.incidents.get(incident_id)
        if incident is None:
            raise NotFound(
                f"there is no incident {incident_id[:80]!r}.", "List those you may see with `tocsin incidents`."
            )
        return look(ledger, incident)

    return await rooms.store.read(found)
