"""Serves a played MCP server on a free port of this machine, until the block ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tocsin.connectors.mcp_fakes.played import Played


@asynccontextmanager
async def serving(played: Played) -> AsyncIterator[str]:
    """Its address, without a path. A request without its token is answered with 401, where it has one."""
    import uvicorn

    app = played.server.streamable_http_app(stateless_http=True, json_response=True)
    if played.token:
        app.add_middleware(_Locked, token=played.token)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


class _Locked:
    """Asks for a bearer token."""

    def __init__(self, app, token: str) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - ASGI
        self._app, self._token = app, token

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - ASGI
        sent = dict(scope.get("headers") or {}).get(b"authorization", b"").decode()
        if scope["type"] == "http" and sent != f"Bearer {self._token}":
            await send({"type": "http.response.start", "status": 401, "headers": [(b"www-authenticate", b"Bearer")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, send)
