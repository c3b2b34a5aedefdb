"""Serves a played MCP server, or the authorization server beside it, on a free port of this machine, until the block ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tocsin.connectors.mcp_fakes.issuing import Issuer, answer
from tocsin.connectors.mcp_fakes.played import Played

METADATA = "/.well-known/oauth-protected-resource/mcp"


@asynccontextmanager
async def serving(played: Played, issuer: Issuer | None = None) -> AsyncIterator[str]:
    """Its address, without a path. A request without its token, or one of the issuer's, is answered with 401."""
    app = played.server.streamable_http_app(stateless_http=True, json_response=True)
    if played.token:
        app.add_middleware(_Locked, token=played.token)
    if issuer is not None:
        app.add_middleware(_Issued, issuer=issuer)
    async with listening(app, lifespan="on") as url:
        if issuer is not None:
            issuer.resource = issuer.resource or f"{url}/mcp"
        yield url


@asynccontextmanager
async def issuing(issuer: Issuer) -> AsyncIterator[str]:
    """The address of the authorization server."""
    async with listening(issuer, lifespan="off") as url:
        issuer.url = url
        yield url


@asynccontextmanager
async def listening(app: Any, lifespan: Any) -> AsyncIterator[str]:  # noqa: ANN401 - ASGI
    """An application on a free port."""
    import uvicorn

    port = socket.socket()
    port.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan=lifespan))
    running = asyncio.create_task(server.serve(sockets=[port]))
    while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


class _Locked:
    """Asks for a bearer token."""

    def __init__(self, app: Any, token: str) -> None:  # noqa: ANN401 - ASGI
        self._app, self._token = app, token

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        if scope["type"] == "http" and _sent(scope) != self._token:
            await answer(send, 401, {}, (b"www-authenticate", b"Bearer"))
            return
        await self._app(scope, receive, send)


class _Issued:
    """Asks for a token of an authorization server, and says which (RFC 9728)."""

    def __init__(self, app: Any, issuer: Issuer) -> None:  # noqa: ANN401 - ASGI
        self._app, self._issuer = app, issuer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        if scope["type"] == "http" and scope["path"] == METADATA:
            named = {"resource": self._issuer.resource, "authorization_servers": [self._issuer.url]}
            await answer(send, 200, named)
        elif scope["type"] == "http" and _sent(scope) not in self._issuer.tokens:
            where = f"http://{dict(scope['headers'])[b'host'].decode()}{METADATA}"
            await answer(send, 401, {}, (b"www-authenticate", f'Bearer resource_metadata="{where}"'.encode()))
        else:
            await self._app(scope, receive, send)


def _sent(scope: Any) -> str:  # noqa: ANN401 - ASGI
    header: str = dict(scope.get("headers") or {}).get(b"authorization", b"").decode()
    return header.removeprefix("Bearer ")
