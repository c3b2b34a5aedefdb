"""What tocsin's MCP server offers: tools that show, ask and propose, resources to read, the questions of triage. Made by `mcp`.

Each call runs as whoever its token stands for, in the house as they may see it. Approving is nobody's here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from tocsin.errors import DataError, NotFound, TocsinError
from tocsin.guard.attempt import Attempt
from tocsin.guard.authorize import authorize
from tocsin.model.alert import Delivery
from tocsin.model.identity import Principal, Right
from tocsin.model.incident import Incident
from tocsin.stages import communicate, people
from tocsin.stages.people import asks
from tocsin.stages.remediate.tool import execute_runbook
from tocsin.web import letters
from tocsin.web.auth import Sender
from tocsin.web.document import document
from tocsin.web.metering import Aggregation, Source, measured
from tocsin.web.rooms import Rooms

Ctx = Context[Any, Any]
MANY = 100
LONGEST = 1_000_000
"""Characters of one answer."""
QUESTIONS = (
    ("what_do_we_know", "What do we know: symptoms, affected systems, error rates, blast radius?"),
    ("what_changed", "What changed in the last 24 hours: deployments, configuration, infrastructure?"),
    ("working_hypothesis", "What is the working hypothesis, what speaks for it, and what was ruled out?"),
    ("next_action", "What is the single next action, and who owns it?"),
)


@dataclass(frozen=True, slots=True)
class _Call:
    """One call: who, and the house as they may see it."""

    by: Principal
    rooms: Rooms

    @classmethod
    def of(cls, context: Ctx) -> "_Call":
        scope = context.request_context.request.scope  # type: ignore[union-attr]
        rooms: Rooms = scope["tocsin.rooms"]
        return cls(scope["tocsin.caller"], rooms.seen_by(scope["tocsin.caller"]))

    def attempt(self, ledger: Any) -> Attempt:  # noqa: ANN401 - a ledger
        rooms = self.rooms
        return Attempt(ledger, self.by, rooms.clock.now(), rooms.names, rooms.people, rooms.clean)

    async def incident(self, incident_id: str) -> Incident:
        authorize(self.by, Right.READ)
        found = await self.rooms.store.read(lambda ledger: ledger.incidents.get(incident_id))
        if found is None:
            raise NotFound(f"there is no incident {incident_id[:80]!r}.", "Ask list_incidents.")
        return found


Name = Annotated[str, Field(max_length=200)]


def server() -> MCPServer:
    """A new one, with everything in it: it runs once only."""
    made = MCPServer("tocsin", instructions="Incident response. Tools show and propose; people approve.")
    for tool in TOOLS:
        made.add_tool(_told(tool), name=tool.__name__.lstrip("_"), description=tool.__doc__, structured_output=False)
    _resources(made)
    for name, question in QUESTIONS:
        made.prompt(name=name, description=question)(_asking(question))
    return made


def _told(tool: Callable[..., Any]) -> Callable[..., Any]:
    """The tool with its refusals as our error, the same three parts as on every wire."""

    @wraps(tool)
    async def called(*given: Any, **named: Any) -> str:  # noqa: ANN401 - as the tool has them
        try:
            said = json.dumps(await tool(*given, **named), ensure_ascii=False, default=str)
            if len(said) > LONGEST:
                raise DataError(
                    f"the answer has {len(said)} characters.", "Ask the API, which pages.", code="TCS-MCP-LONG"
                )
            return said
        except TocsinError as refused:
            raise ToolError(json.dumps(refused.as_dict())) from refused

    return called


def _asking(question: str) -> Callable[[str], str]:
    def asked(incident_id: str) -> str:
        return f"{question}\nAnswer from the tool `get_incident` for {incident_id} only, and quote the evidence ids you rely on."

    return asked


async def _respond_to_alert(
    alert: Annotated[str, Field(max_length=200_000)], ctx: Ctx, source: Name = "auto"
) -> dict[str, Any]:
    """Hand in an alert (a vendor's webhook body, or plain words); tocsin decides which incident it belongs to and responds."""
    call = _Call.of(ctx)
    authorize(call.by, Right.DECLARE)
    rooms = call.rooms
    delivery = Delivery(id=rooms.names.new("DLV"), source=source, received_at=rooms.clock.now(), body=alert.encode())
    accepted = await letters.accept(rooms, delivery, Sender({}))
    outcome = await letters.as_seen(rooms, accepted.outcome)
    return {"decisions": [{"incident": one.incident_id, "disposition": one.disposition} for one in outcome.decisions]}


async def _list_incidents(
    ctx: Ctx, open_only: bool = True, limit: Annotated[int, Field(ge=1, le=MANY)] = 20
) -> dict[str, Any]:
    """List incidents, newest declared first."""
    call = _Call.of(ctx)
    authorize(call.by, Right.READ)
    found = await call.rooms.store.read(lambda ledger: ledger.incidents.recent(open_only=open_only, limit=limit))
    rows = ("id", "title", "service", "severity", "state", "type")
    return {"incidents": [{name: str(getattr(one, name) or "") for name in rows} for one in found]}


async def _get_incident(incident_id: Name, ctx: Ctx) -> dict[str, Any]:
    """The live document of an incident: people, theory, hypotheses, actions, communications, timeline."""
    call = _Call.of(ctx)
    found = await call.incident(incident_id)
    events = await call.rooms.store.read(lambda ledger: ledger.timeline.events(incident_id))
    return document(found, events).model_dump(mode="json")


async def _search_runbooks(query: Name, ctx: Ctx, limit: Annotated[int, Field(ge=1, le=20)] = 5) -> dict[str, Any]:
    """Search the runbooks that people wrote."""
    call = _Call.of(ctx)
    authorize(call.by, Right.READ)
    means = _means(call)
    hits = means.shelf.index.search(query, limit=limit)
    found = [(means.shelf.get(hit.id), hit.score) for hit in hits]
    return {"runbooks": [{"id": one.id, "title": one.title, "score": round(score, 3)} for one, score in found]}


async def _query_metrics(
    source: Source,
    query: Name,
    ctx: Ctx,
    timeRange: dict[str, str] | None = None,
    aggregation: Aggregation = "avg",
) -> dict[str, Any]:
    """Read a metric. A trailing `last_15m` in the query sets the range when `timeRange` {start, end} is absent."""
    call = _Call.of(ctx)
    authorize(call.by, Right.READ)
    return await measured(call.rooms, source, query, timeRange, aggregation)


async def _execute_runbook(
    runbookId: Name,
    stepIndex: Annotated[int, Field(ge=0, le=999)],
    targetEnvironment: Literal["production", "staging"],
    ctx: Ctx,
    dryRun: bool = True,
    approvedBy: Name = "",
    incidentId: Name = "",
) -> dict[str, Any]:
    """Show a runbook's step, or ask for it. `approvedBy` selects a person's recorded approval and never makes one."""
    call = _Call.of(ctx)
    if incidentId:
        await call.incident(incidentId)

    async def carry_out(incident_id: str, action_id: str) -> Incident:  # noqa: ARG001 - whoever walks the incident carries it out
        call.rooms.respond(incident_id)
        return await call.incident(incident_id)

    asked: dict[str, Any] = {
        "runbookId": runbookId,
        "stepIndex": stepIndex,
        "targetEnvironment": targetEnvironment,
        "dryRun": dryRun,
        "approvedBy": approvedBy,
        "incidentId": incidentId,
    }
    return await execute_runbook(_means(call), call.by, carry_out, **asked)


async def _draft_update(incident_id: Name, ctx: Ctx) -> dict[str, Any]:
    """Have drafts for every audience written from what is known now. Publishing is a person's."""
    call = _Call.of(ctx)
    if call.rooms.messages is None:
        raise NotFound("This service writes no messages.", "Ask one that was started by `tocsin serve`.")
    act = communicate.act_at(call.rooms.messages, "draft-updates")
    kind = act.ask
    after = await call.rooms.store.write(
        lambda ledger: act.on(call.attempt(ledger), incident_id, "", kind() if kind is not None else None)
    )
    drafts = after.narrative.drafts
    return {
        "drafts": [{"id": one.update.id, "audience": one.update.audience, "text": one.update.text} for one in drafts]
    }


async def _add_note(incident_id: Name, text: Annotated[str, Field(max_length=4000)], ctx: Ctx) -> dict[str, Any]:
    """Put words on an incident's record, in the caller's name."""
    call = _Call.of(ctx)
    after = await call.rooms.store.write(
        lambda ledger: people.note(call.attempt(ledger), incident_id, asks.Note(text=text))
    )
    call.rooms.respond(incident_id)
    return {"incident": after.id, "events": after.last_seq}


TOOLS: tuple[Callable[..., Any], ...] = (
    _respond_to_alert,
    _list_incidents,
    _get_incident,
    _search_runbooks,
    _query_metrics,
    _execute_runbook,
    _draft_update,
    _add_note,
)


def _resources(server: MCPServer) -> None:
    async def incident(incident_id: str, ctx: Ctx) -> str:
        return json.dumps((await _Call.of(ctx).incident(incident_id)).model_dump(mode="json"), default=str)

    async def runbook(runbook_id: str, ctx: Ctx) -> str:
        call = _Call.of(ctx)
        authorize(call.by, Right.READ)
        found = _means(call).shelf.get(runbook_id)
        return json.dumps({"id": found.id, "title": found.title, "steps": [one.text for one in found.steps]})

    async def live(incident_id: str, ctx: Ctx) -> str:
        return json.dumps(await _get_incident(incident_id, ctx), default=str)

    server.resource("tocsin://documents/{incident_id}", name="document", mime_type="application/json")(live)
    server.resource("tocsin://incidents/{incident_id}", name="incident", mime_type="application/json")(incident)
    server.resource("tocsin://runbooks/{runbook_id}", name="runbook", mime_type="application/json")(runbook)


def _means(call: _Call) -> Any:  # noqa: ANN401 - remediate.Means
    if call.rooms.actions is None:
        raise NotFound("This service carries out no actions.", "Ask one that was started by `tocsin serve`.")
    return call.rooms.actions
