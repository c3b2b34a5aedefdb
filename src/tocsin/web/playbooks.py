"""Playbooks over HTTP: documents applied, teams and runs listed, gates answered, and the webhooks that start runs.

Each route parses, hands over to `stages.playing` in one transaction, and wakes the response. Decides nothing.
"""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field, StringConstraints

from tocsin.books import working_in
from tocsin.errors import NotFound, Unreadable
from tocsin.guard.attempt import Attempt, Done
from tocsin.model.ground import Value
from tocsin.model.identity import SERVICE, Principal
from tocsin.model.run import Run
from tocsin.model.working import Working
from tocsin.playbooks.shelf import Playbooks
from tocsin.ports import Clock, Store
from tocsin.stages import playing
from tocsin.stages.playing import Applied
from tocsin.web import problems
from tocsin.web.acts import Acting, Id
from tocsin.web.auth import Asking, Guarded, Here, Whole
from tocsin.web.rooms import Rooms

router = APIRouter(tags=["playbooks"], responses=problems.of(400, 401, 403, 404, 409, 413, 422, 503))
MOST_BODY = 256_000
MANY = 200
Text = Annotated[str, StringConstraints(max_length=500_000)]


class Document(Value):
    """A file: its name, by which a later one replaces it, and its YAML."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    text: Text


class Documents(Value):
    """Files that belong together."""

    documents: Annotated[tuple[Document, ...], Field(min_length=1, max_length=200)]


class TeamLine(BaseModel):
    """A playbook that can be walked."""

    name: str
    namespace: str
    origin: str
    steps: list[str]
    inputs: list[str]


class Teams(BaseModel):
    """All of them, and what policy clamped."""

    teams: list[TeamLine]
    remarks: list[str]


class RunLine(BaseModel):
    """A run and the incident it is walked on."""

    incident: str
    run: Run


class Runs(BaseModel):
    """Runs, the newest incident's first, and the models at work on them just now."""

    runs: list[RunLine]
    working: list[Working] = []


class Knocked(BaseModel):
    """What a webhook started; empty where its concurrency policy forbids a second run."""

    incident: str = ""
    run: str = ""
    skipped: str = ""


@router.post("/api/playbooks", status_code=201)
async def apply(rooms: Here, by: Asking, sent: Documents) -> Applied:
    """Takes documents over, all or none; starts the runs among them and answers the addresses of their webhooks."""
    texts = [(one.name, one.text) for one in sent.documents]
    applied = await rooms.store.write(lambda ledger: playing.apply(_attempt(rooms, ledger, by), _of(rooms), texts))
    for one in applied.runs:
        rooms.respond(one.incident)
    return applied


@router.get("/api/playbooks", dependencies=[Guarded])
async def teams(rooms: Here) -> Teams:
    """Every playbook there is."""
    shelf = await rooms.store.read(lambda ledger: playing.shelf_of(ledger, _of(rooms)))
    return Teams(
        teams=[
            TeamLine(
                name=key.name,
                namespace=key.namespace,
                origin=one.plan.origin,
                steps=[step.name for step in one.plan.steps],
                inputs=list(one.plan.inputs),
            )
            for key, one in sorted(shelf.teams.items())
        ],
        remarks=list(shelf.remarks),
    )


@router.get("/api/runs", dependencies=[Guarded])
async def runs(rooms: Here) -> Runs:
    """The newest runs."""
    return await runs_of(rooms.store, rooms.clock)


async def runs_of(store: Store, clock: Clock) -> Runs:
    """The same for whoever holds a store; only of incidents that it shows."""
    found, at_work = await store.read(
        lambda ledger: (ledger.incidents.recent(limit=MANY), working_in(ledger, clock.now()))
    )
    seen = {one.id for one in found}
    return Runs(
        runs=[RunLine(incident=one.id, run=run) for one in found for run in reversed(one.runs)],
        working=[one for one in at_work if one.incident in seen],
    )


@router.get("/api/runs/{name}", dependencies=[Guarded])
async def run(rooms: Here, name: Id) -> RunLine:
    """One run, by its name or as `INCIDENT/R1`."""
    for line in (await runs(rooms)).runs:
        if name in (line.run.name, f"{line.incident}:{line.run.id}"):
            return line
    raise NotFound(f"there is no run {name[:80]!r}.", "List them with `tocsin get runs`.")


@router.post("/api/incidents/{incident_id}/gates/{step}")
async def gate(actor: Acting, incident_id: Id, step: Id, ask: playing.AnswerGate) -> Done:
    """A person's answer at a gate of the playbook."""
    return await actor.does(lambda attempt: playing.answer_gate(attempt, incident_id, step, ask), incident_id)


@router.post("/hooks/runs/{trigger}/{token}", status_code=202)
async def knock(
    request: Request, rooms: Whole, trigger: Id, token: Annotated[str, Path(min_length=1, max_length=100)]
) -> Knocked:
    """The webhook of a trigger: the body's fields are `.trigger.body` of its inputs. The token in the path is its secret."""
    body = await _json(request)
    incident = await rooms.store.write(
        lambda ledger: playing.knock(_attempt(rooms, ledger, SERVICE), _of(rooms), trigger, token, body)
    )
    if incident is None:
        return Knocked(skipped="its last run goes on, and a second one is forbidden")
    rooms.respond(incident.id)
    return Knocked(incident=incident.id, run=incident.runs[-1].name)


async def _json(request: Request) -> Any:  # noqa: ANN401 - JSON
    raw = await request.body()
    if len(raw) > MOST_BODY:
        raise Unreadable(f"longer than {MOST_BODY} bytes.", "Send less.")
    try:
        return json.loads(raw or b"{}")
    except (ValueError, RecursionError) as failure:
        raise Unreadable(f"this is no JSON ({failure}).", "Send a JSON object.") from failure


def _of(rooms: Rooms) -> Playbooks:
    if rooms.playbooks is None:
        raise NotFound("This service walks no playbooks.", "Ask one that was started by `tocsin serve`.")
    return rooms.playbooks


def _attempt(rooms: Rooms, ledger: Any, by: Principal) -> Attempt:  # noqa: ANN401 - a ledger
    return Attempt(ledger, by, rooms.clock.now(), rooms.names, rooms.people, rooms.clean)
