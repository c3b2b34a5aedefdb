"""A connection that is kept between calls, in a task of its own. Used by `box` for servers that are commands.

A program may take seconds to start, so it is not started for each call. It ends when nobody has asked for a while, when it
failed or hung, and with the event loop it was started in.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcp import Client

Open = Callable[[AsyncExitStack], Awaitable["Client"]]


@dataclass(slots=True)
class Held:
    """One connection, opened when it is first asked for."""

    open: Open
    idle_seconds: float
    _task: asyncio.Task[None] | None = field(default=None)
    _client: "asyncio.Future[Client] | None" = field(default=None)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def client(self) -> "Client":
        """The open connection. Raises whatever opening it met."""
        if self._client is None or self._task is None or self._task.done() or self._elsewhere():
            self._asked, self._client = asyncio.Event(), asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._keep(self._client, self._asked))
        self._asked.set()
        return await asyncio.shield(self._client)

    async def drop(self) -> None:
        """Ends it: the next call opens another. For one that failed or hung."""
        task, self._task, self._client = self._task, None, None
        if task is not None and not task.done() and task.get_loop() is asyncio.get_running_loop():
            task.cancel()
            await asyncio.wait([task])

    def _elsewhere(self) -> bool:
        return self._client is not None and self._client.get_loop() is not asyncio.get_running_loop()

    async def _keep(self, opened: "asyncio.Future[Client]", asked: asyncio.Event) -> None:
        """Holds it open until it has been idle. What opening it met is the asker's to hear."""
        try:
            async with AsyncExitStack() as closing:
                opened.set_result(await self.open(closing))
                while True:
                    asked.clear()
                    async with asyncio.timeout(self.idle_seconds or None):
                        await asked.wait()
        except TimeoutError:
            return
        except Exception as failure:  # noqa: BLE001 - whatever it is, whoever asked is told
            if opened.done():
                return  # it broke later: the call that was under way has heard of it
            opened.set_exception(failure)
        finally:
            if not opened.done():
                opened.cancel()
