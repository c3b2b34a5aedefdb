"""Remote agents over A2A: JSON-RPC, HTTP+JSON and gRPC. The official SDK is imported when a task is first sent (`a2a_tasks`).

The address of tasks is the accepted card's, whatever the agent says of itself today. What comes back is data.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tocsin.connectors.agents.bounded import bounded_client
from tocsin.connectors.agents.cards import card_of
from tocsin.connectors.agents.losing import lost, said
from tocsin.connectors.agents.once import Once
from tocsin.connectors.agents.settings import AgentsSettings, allowed
from tocsin.errors import SourceError
from tocsin.ports import AgentCard, AgentTask, Transport

if TYPE_CHECKING:
    from tocsin.connectors.agents.a2a_tasks import Tasks

TASKS = "tocsin.connectors.agents.a2a_tasks"
WELL_KNOWN = "/.well-known/agent-card.json"


@dataclass(slots=True)
class A2aAgent:
    """ports.RemoteAgent over one of A2A's bindings. `accepted` is None until people have accepted its card."""

    name: str
    url: str
    transport: Transport | None
    settings: AgentsSettings
    token: str = ""
    accepted: AgentCard | None = None
    _once: Once = field(default_factory=Once)

    async def card(self) -> AgentCard:
        """Read at its well-known place, or at the very address where that names a file. Raises DataError for where it points."""
        import httpx

        where = self.url if self.url.endswith(".json") else self.url.rstrip("/") + WELL_KNOWN
        try:
            async with bounded_client(self.token, self.settings.heartbeat_seconds, self.settings.answer_bytes) as http:
                answer = await http.get(where)
                answer.raise_for_status()
                found = card_of(self.name, answer.json(), self.transport)
        except (httpx.HTTPError, ValueError) as failure:
            raise lost(self.name, f"does not show its card: {said(failure)}") from failure
        allowed(self.settings, found.address, secret=bool(self.token))
        return found

    async def healthy(self) -> bool:
        """Asked about a task that nobody gave it, it says so."""
        async with await self._tasks() as tasks:
            return await tasks.alive()

    async def do(self, task: AgentTask) -> Mapping[str, Any]:
        """Raises SourceError when it is late, lost, refuses, or answers no object."""
        return await self._once.of(task.id, lambda: self._done(task))

    async def _done(self, task: AgentTask) -> Mapping[str, Any]:
        async with await self._tasks() as tasks:
            return await tasks.do(task)

    async def _tasks(self) -> "AbstractAsyncContextManager[Tasks]":
        """A client to it. The SDK takes a second or two to import, which nothing else need wait for."""
        try:
            await asyncio.to_thread(import_module, TASKS)
            from tocsin.connectors.agents.a2a_tasks import open_tasks
        except ImportError as missing:
            what = f"speaking to agent {self.name} needs the A2A SDK, which is not installed ({missing.name})."
            raise SourceError(what, "pip install 'tocsin[a2a]'", code="TCS-AGENT-EXTRA") from missing
        if self.accepted is None:
            raise lost(self.name, "is not accepted yet")
        return open_tasks(self.name, self.accepted, self.settings, self.token)
