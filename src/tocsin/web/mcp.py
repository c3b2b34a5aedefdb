"""`/api/mcp`: tocsin's own MCP server, and a door at which alert webhooks may knock. Mounted by `face`.

Tools show, ask and propose; approving is nobody's here. Each call runs as whoever its token stands for, and sees what they may
see. Only tokens of this installation are taken: they were issued for nobody else, and none is passed on.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import Field
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin.errors import DataError, NotFound, TocsinError
from tocsin.guard.attempt import Attempt
from tocsin.guard.authorize import authorize
from tocsin.model.alert import Delivery
from tocsin.model.identity import Principal, Right
from tocsin.model.incident import Incident
from tocsin.stages import communicate, people
from tocsin.stages.people import asks
from tocsin.stages.remediate.tool import execute_runbook
from tocsin.web import hooks, letters
from tocsin.web.auth import Sender, caller_of
from tocsin.web.document import document
from tocsin.web.metering import Aggregation, Source, measured
from tocsin.web.rooms import Rooms
from tocsin.web.settings import is_loopback

Ctx = Context[Any, Any]
PATH = "/api/mcp"
METADATA = f"/.well-known/oauth-protected-resource{PATH}"
SCOPES = ("read", "respond", "propose", "communicate")
MANY = 100
LONGEST = 1_000_000
"""Characters of one answer."""
QUESTIONS = (
    ("what_do_we_know", "What do we know: symptoms, affected systems, error rates, blast radius?"),
    ("what_changed", "What changed in the last 24 hours: deployments, configuration, infrastructure?"),
    ("working_hypothesis", "What is the working hypothesis, what speaks for it, and what was ruled out?"),
    ("next_action", "What is the single next action, and who owns it?"),
)
router = APIRouter(tags=["service"])


@dataclass(slots=True)
class McpDoor:
    """The server behind the route. Made anew each time the application starts, for it runs once only."""

    app: ASGIApp | None = None


def install(app: FastAPI, rooms: Rooms) -> McpDoor:
    """Mounts the route and the metadata; `opened` runs the server."""
    door = McpDoor()
    app.add_route(PATH, _Route(door, rooms), methods=["GET", "POST", "DELETE"], include_in_schema=False)  # type: ignore[arg-type]
    app.include_router(router)
    return door


@router.get("/.well-known/oauth-protected-resource", include_in_schema=False)
@router.get(METADATA, include_in_schema=False)
async def metadata(request: Request) -> JSONResponse:
    """RFC 9728: what this resource is, and how its tokens are sent. They are issued by `tocsin token`, by no other server."""
    resource = f"{request.url.scheme}://{request.url.netloc}{PATH}"
    told = {
        "resource": resource,
        "authorization_servers": [],
        "bearer_methods_supported": ["header"],
        "scopes_supported": list(SCOPES),
    }
    return JSONResponse(told)


@dataclass(slots=True)
class _Route:
    """ASGI: who calls from where, then an alert to intake or a message to the server."""

    door: McpDoor
    rooms: Rooms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 403 for a page of elsewhere, 401 with where to read about tokens, or hands over."""
        request = Request(scope, receive)
        refusal = self._of_elsewhere(request)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body = await request.body()
        if request.method == "POST" and _is_alert(body):
            await (await self._knock(request, body))(scope, receive, send)
            return
        caller = await caller_of(request)
        if caller is None:
            await _locked(request)(scope, receive, send)
            return
        scope.setdefault("state", {})
        scope["tocsin.caller"] = caller
        scope["tocsin.rooms"] = self.rooms
        if self.door.app is None:
            raise NotFound("the MCP server is not open.", "Start the service.")
        await self.door.app(scope, _again(body, receive), send)

    def _of_elsewhere(self, request: Request) -> JSONResponse | None:
        """A browser names the page it acts for; only pages of this address may."""
        origin = request.headers.get("origin")
        if origin is None:
            return None
        host = origin.partition("://")[2].rpartition(":")[0] or origin.partition("://")[2]
        known = {*(name.lower() for name in self.rooms.settings.hosts), self.rooms.settings.host.lower()}
        if host.lower() in known or (is_loopback(host) and is_loopback(self.rooms.settings.host)):
            return None
        told = {
            "code": "TCS-HTTP-ORIGIN",
            "what": "A page of another site may not do this.",
            "do": "Add its host to serve.hosts.",
        }
        return JSONResponse(told, 403)

    async def _knock(self, request: Request, body: bytes) -> JSONResponse:
        """An alert webhook, taken as `/hooks/auto` takes it."""
        again = Request(request.scope, _again(body, request.receive))
        try:
            accepted = await hooks.take(again, "auto", self.rooms)
        except TocsinError as refused:
            return JSONResponse(refused.as_dict(), refused.status)
        return JSONResponse(accepted.model_dump(mode="json"))


def _is_alert(body: bytes) -> bool:
    """JSON that is no JSON-RPC message."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return False
    first = found[0] if isinstance(found, list) and found else found
    return isinstance(first, dict) and "jsonrpc" not in first


def _locked(request: Request) -> JSONResponse:
    where = f"{request.url.scheme}://{request.url.netloc}{METADATA}"
    told = {
        "code": "TCS-AUTH-401",
        "what": "This needs an API token of this installation.",
        "do": "`tocsin token create` makes one.",
    }
    head = f'Bearer resource_metadata="{where}", scope="{" ".join(SCOPES)}"'
    return JSONResponse(told, 401, {"WWW-Authenticate": head})


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, for whoever reads it next."""
    given = False

    async def replay() -> Any:  # noqa: ANN401 - an ASGI message
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _no_second_guard() -> dict[str, Any]:
    """Host and origin are checked by Safeguards and by the route."""
    return {"transport_security": TransportSecuritySettings(enable_dns_rebinding_protection=False)}


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


def _server() -> MCPServer:
    server = MCPServer("tocsin", instructions="Incident response. Tools show and propose; people approve.")
    for tool in TOOLS:
        server.add_tool(_told(tool), name=tool.__name__.lstrip("_"), description=tool.__doc__, structured_output=False)
    _resources(server)
    for name, question in QUESTIONS:
        server.prompt(name=name, description=question)(_asking(question))
    return server


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

    server.resource("tocsin://incidents/{incident_id}", name="incident", mime_type="application/json")(incident)
    server.resource("tocsin://runbooks/{runbook_id}", name="runbook", mime_type="application/json")(runbook)


def _means(call: _Call) -> Any:  # noqa: ANN401 - remediate.Means
    if call.rooms.actions is None:
        raise NotFound("This service carries out no actions.", "Ask one that was started by `tocsin serve`.")
    return call.rooms.actions


@asynccontextmanager
async def opened(door: McpDoor) -> AsyncIterator[None]:
    """Runs a server while the application does."""
    inner = _server().streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, **_no_second_guard()
    )
    async with inner.router.lifespan_context(inner):
        door.app = inner
        yield
