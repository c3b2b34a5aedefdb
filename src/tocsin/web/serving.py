"""Runs the application on uvicorn: quiet logs that show no path tokens, bounded headers, and streams that end at shutdown."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from tocsin.web.face import stop
from tocsin.web.rooms import Rooms
from tocsin.web.settings import ServeSettings


class Server(uvicorn.Server):
    """uvicorn, which waits for open connections before it tells the application to stop; streams must hear of it first."""

    def __init__(self, config: uvicorn.Config, rooms: Rooms) -> None:
        super().__init__(config)
        self._rooms = rooms
        self._loop: asyncio.AbstractEventLoop | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: ends the streams, then does what uvicorn does."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(stop, self._rooms)
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Remembers the loop that signals must reach."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def close(self) -> None:
        """Stops it without a signal; for tests and embedders. To be called on its loop."""
        stop(self._rooms)
        self.should_exit = True


def server(app: FastAPI, rooms: Rooms, settings: ServeSettings) -> Server:
    """A server that is ready to `await serve()`. The access log stays off: paths may carry a source's secret."""
    return Server(_config(app, settings.host, settings.port), rooms)


class Beside(uvicorn.Server):
    """A second server in the same process: signals are the first one's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them alone."""
        yield


@asynccontextmanager
async def beside(app: FastAPI, host: str, port: int) -> AsyncIterator[None]:
    """Serves that application, too, until the block ends."""
    second = Beside(_config(app, host, port))
    serving = asyncio.create_task(second.serve())
    try:
        yield
    finally:
        second.should_exit = True
        await serving


def alone(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """A server for an application without streams."""
    return uvicorn.Server(_config(app, host, port))


def _config(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=32_768,
    )
