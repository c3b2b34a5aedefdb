"""Actions over HTTP: ask for a step, say yes or no, say what came of it, stop everything; and the tool `execute_runbook`.

Each route parses, hands over to `stages.remediate`, and wakes the response. Nothing is decided and nothing is run here: steps
are carried out by whoever walks the incident. Text in a request is never an approval; who asks is what `auth` says.
"""

import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field, StrictBool, StringConstraints

from tocsin.errors import NotFound
from tocsin.guard.approval import check
from tocsin.model.action import MissingValue, Stop, approval_digest
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.standing import Action, ActionState, Vouched
from tocsin.stages.remediate import permit, stop
from tocsin.stages.remediate.permit import Asked, Means, action_of
from tocsin.stages.remediate.tool import execute_runbook
from tocsin.stages.remediate.vouch import vouch
from tocsin.stages.verify import say_whether_it_helped
from tocsin.web import problems
from tocsin.web.auth import Asking, Guarded, Here, Whole
from tocsin.web.keys import Key
from tocsin.web.rooms import Rooms

router = APIRouter(prefix="/api", tags=["actions"], responses=problems.of(400, 401, 403, 404, 409, 422, 503))

PATIENCE = 25.0
"""Seconds that the tool waits for a step it asked for; a longer one goes on without it."""
_LOOK = 0.5
_SETTLING = frozenset({ActionState.REQUESTED, ActionState.RUNNING})
Id = Annotated[str, Path(min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
Index = Annotated[int, Field(ge=0, le=999, strict=True)]
Slot = Annotated[str, StringConstraints(max_length=256)]
Chosen = Annotated[dict[Annotated[str, StringConstraints(max_length=100)], Slot | int], Field(max_length=50)]


class NewAction(Value):
    """A step that somebody asks for. `parameters` are the values that a person chose."""

    runbook_id: Name
    step_index: Index
    environment: Annotated[str, StringConstraints(max_length=100)] = ""
    parameters: Chosen = Field(default_factory=dict)


class Yes(Value):
    """A yes to exactly what was shown: `approval_hash` as the action's page has it."""

    approval_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    break_glass: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class No(Value):
    """A no."""

    reason: Words


class Word(Value):
    """What a person says came of a step."""

    happened: StrictBool
    said: Words


class Help(Value):
    """What a person says of a step's effect."""

    helped: StrictBool
    said: Words


class Waiver(Value):
    """Why evidence need not be kept."""

    reason: Words


class Vouch(Value):
    """A value that no catalogue lists, for a slot that the fix lacks, and why it is right."""

    slot: Name
    value: Slot
    reason: Words


class Turn(Value):
    """A turn of the global stop switch."""

    on: StrictBool
    reason: Words


class ToolCall(Value):
    """`execute_runbook` as its readers know it, with two things of ours that may be left out."""

    runbookId: Name
    stepIndex: Index
    targetEnvironment: Literal["production", "staging"]
    dryRun: StrictBool = True
    approvedBy: Annotated[str, StringConstraints(max_length=320)] = ""
    incidentId: Annotated[str, StringConstraints(max_length=200)] = ""
    parameters: Chosen = Field(default_factory=dict)


class ActionShown(BaseModel):
    """An action, what an approval of it binds to, and how many are missing."""

    action: Action
    approval_hash: str
    needed: int
    missing: int

    @classmethod
    def of(cls, action: Action, means: Means) -> "ActionShown":
        """As it stands now."""
        standing = check(action, action.verdict.decision, means.clock.now(), means.over)
        return cls(
            action=action,
            approval_hash=approval_digest(action.step, action.rehearsal),
            needed=standing.needed,
            missing=max(0, standing.needed - len(standing.valid)),
        )


class Requested(BaseModel):
    """What came of asking. `action` is empty in mode observe; `would_have_done` then says what was left undone."""

    action: ActionShown | None = None
    would_have_done: str = ""


class Lacking(BaseModel):
    """What the fix still lacks, and what people have vouched for."""

    missing: list[MissingValue]
    vouched: list[Vouched]

    @classmethod
    def of(cls, incident: Incident) -> "Lacking":
        """As it stands."""
        return cls(missing=list(incident.missing), vouched=list(incident.vouched))


class Actions(BaseModel):
    """Every requested step of an incident, oldest first."""

    actions: list[ActionShown]


class Stops(BaseModel):
    """The switch as it stands, and its last turns, newest first."""

    now: Stop
    turns: list[Stop]


@router.get("/incidents/{incident_id}/actions", dependencies=[Guarded])
async def listed(rooms: Here, incident_id: Id) -> Actions:
    """The steps asked for on an incident, with what each needs."""
    means = _means(rooms)
    incident = await rooms.store.read(lambda ledger: permit.incident_of(ledger, incident_id))
    return Actions(actions=[ActionShown.of(one, means) for one in incident.actions])


@router.get("/incidents/{incident_id}/actions/{action_id}", dependencies=[Guarded])
async def shown(rooms: Here, incident_id: Id, action_id: Id) -> ActionShown:
    """One of them: what would run, its dry run, what policy says, and the hash that an approval binds to."""
    incident = await rooms.store.read(lambda ledger: permit.incident_of(ledger, incident_id))
    return ActionShown.of(action_of(incident, action_id), _means(rooms))


@router.post("/incidents/{incident_id}/actions", status_code=201)
async def ask(rooms: Here, by: Asking, incident_id: Id, wanted: NewAction, idempotency_key: Key = None) -> Requested:
    """Asks for a step: it is rendered, rehearsed, judged, and put before people."""
    asked = await permit.request(
        _means(rooms),
        incident_id,
        wanted.runbook_id,
        wanted.step_index,
        by=by,
        given=wanted.parameters,
        environment=wanted.environment,
        key=idempotency_key or "",
    )
    return _requested(rooms, asked)


@router.post("/incidents/{incident_id}/actions/{action_id}/rollback", status_code=201)
async def rollback(rooms: Here, by: Asking, incident_id: Id, action_id: Id, idempotency_key: Key = None) -> Requested:
    """Asks for the rollback that the runbook declares for a step that ran. Its permission is its own."""
    asked = await permit.roll_back(_means(rooms), incident_id, action_id, by=by, key=idempotency_key or "")
    return _requested(rooms, asked)


@router.post("/incidents/{incident_id}/actions/{action_id}/approve")
async def approve(rooms: Here, by: Asking, incident_id: Id, action_id: Id, yes: Yes) -> ActionShown:
    """One approver's yes to exactly what was shown. It counts once, and not for long."""
    incident = await permit.approve(
        _means(rooms), incident_id, action_id, by=by, digest=yes.approval_hash, break_glass=yes.break_glass
    )
    return _told(rooms, incident, action_id)


@router.post("/incidents/{incident_id}/actions/{action_id}/reject")
async def reject(rooms: Here, by: Asking, incident_id: Id, action_id: Id, no: No) -> ActionShown:
    """A no."""
    incident = await permit.reject(_means(rooms), incident_id, action_id, by=by, reason=no.reason)
    return _told(rooms, incident, action_id)


@router.post("/incidents/{incident_id}/actions/{action_id}/confirm")
async def confirm(rooms: Here, by: Asking, incident_id: Id, action_id: Id, word: Word) -> ActionShown:
    """A person's word on a step whose outcome nobody knows, or which they did by hand."""
    incident = await permit.confirm(
        _means(rooms), incident_id, action_id, by=by, happened=word.happened, said=word.said
    )
    return _told(rooms, incident, action_id)


@router.post("/incidents/{incident_id}/actions/{action_id}/verify")
async def verify(rooms: Here, by: Asking, incident_id: Id, action_id: Id, word: Help) -> ActionShown:
    """A person's word on whether a finished step helped: where no probe can tell, or to overrule one."""
    incident = await rooms.store.write(
        lambda ledger: say_whether_it_helped(
            ledger,
            incident_id,
            action_id,
            by=by,
            helped=word.helped,
            said=rooms.clean(word.said),
            now=rooms.clock.now(),
        )
    )
    return _told(rooms, incident, action_id)


@router.get("/incidents/{incident_id}/values", dependencies=[Guarded])
async def values(rooms: Here, incident_id: Id) -> Lacking:
    """The values that steps of the fix lack, each with what to type and what to add to the catalogue."""
    return Lacking.of(await rooms.store.read(lambda ledger: permit.incident_of(ledger, incident_id)))


@router.post("/incidents/{incident_id}/values")
async def give(rooms: Here, by: Asking, incident_id: Id, said: Vouch) -> Lacking:
    """A commander's word for a value that no catalogue lists, on this incident only. Steps with it never run by themselves."""
    incident = await vouch(_means(rooms), incident_id, by=by, slot=said.slot, value=said.value, reason=said.reason)
    _wake(rooms, incident_id)
    return Lacking.of(incident)


@router.post("/incidents/{incident_id}/evidence-waiver", status_code=204)
async def waive(rooms: Here, by: Asking, incident_id: Id, waiver: Waiver) -> None:
    """The commander's word that evidence of this security incident need not be kept."""
    await permit.waive_evidence(_means(rooms), incident_id, by=by, reason=waiver.reason)
    _wake(rooms, incident_id)


@router.post("/tools/execute_runbook")
async def tool(rooms: Here, by: Asking, call: ToolCall, idempotency_key: Key = None) -> dict[str, Any]:
    """Shows a step, or asks for it and has it carried out when it may be. See docs/permission.md for the answers."""

    async def carry_out(incident_id: str, action_id: str) -> Incident:
        _wake(rooms, incident_id)
        return await _settled(rooms, incident_id, action_id)

    return await execute_runbook(_means(rooms), by, carry_out, **dict(call), key=idempotency_key or "")


@router.get("/stop", dependencies=[Guarded])
async def stops(rooms: Here) -> Stops:
    """Whether actions are stopped, by whom and why."""
    return await rooms.store.read(lambda ledger: Stops(now=ledger.stops.now(), turns=ledger.stops.turns(20)))


@router.post("/stop")
async def turn(rooms: Whole, by: Asking, wanted: Turn) -> Stops:
    """Stops all actions everywhere, or lets them run again. Every open incident is told."""
    await stop.turn(rooms.store, rooms.clock, by=by, on=wanted.on, reason=rooms.clean(wanted.reason))
    rooms.wake.ring_all()
    return await stops(rooms)


def _means(rooms: Rooms) -> Means:
    if rooms.actions is None:
        raise NotFound("This service carries out no actions.", "Ask one that was started by `tocsin serve`.")
    return rooms.actions


def _requested(rooms: Rooms, asked: Asked) -> Requested:
    _wake(rooms, asked.incident.id)
    if asked.action is None:
        return Requested(would_have_done=permit.would_have(asked.step, asked.verdict))
    return Requested(action=ActionShown.of(asked.action, _means(rooms)))


def _told(rooms: Rooms, incident: Incident, action_id: str) -> ActionShown:
    _wake(rooms, incident.id)
    return ActionShown.of(action_of(incident, action_id), _means(rooms))


def _wake(rooms: Rooms, incident_id: str) -> None:
    rooms.wake.ring(incident_id)
    rooms.respond(incident_id)


async def _settled(rooms: Rooms, incident_id: str, action_id: str) -> Incident:
    """The incident once the loop is through with that action, or when patience ends."""
    until = time.monotonic() + PATIENCE
    while True:
        incident = await rooms.store.read(lambda ledger: permit.incident_of(ledger, incident_id))
        if action_of(incident, action_id).state not in _SETTLING or time.monotonic() >= until:
            return incident
        await rooms.wake.wait(incident_id, _LOOK)
