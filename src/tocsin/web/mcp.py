"""`/api/mcp`: tocsin's own MCP server, and a door at which alert webhooks may knock. Mounted by `face`.

What is offered stands in `mcp_offers`. Each call runs as whoever its token stands for, and sees what they may see. Only tokens of
this installation are taken: they were issued for nobody else, and none is passed on.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin.errors import NotFound, TocsinError
from tocsin.web import hooks, mcp_offers
from tocsin.web.auth import caller_of
from tocsin.web.rooms import Rooms
from tocsin.web.settings import is_loopback

Ctx = Context[Any, Any]
PATH = "/api/mcp"
METADATA = f"/.well-known/oauth-protected-resource{PATH}"
SCOPES = ("read", "respond", "propose", "communicate")
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


@asynccontextmanager
async def opened(door: McpDoor) -> AsyncIterator[None]:
    """Runs a server while the application does."""
    inner = mcp_offers.server().streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, **_no_second_guard()
    )
    async with inner.router.lifespan_context(inner):
        door.app = inner
        yield
