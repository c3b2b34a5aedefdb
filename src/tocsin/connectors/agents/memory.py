"""A remote agent in this very process, for tests: it answers by a function, and can be silent, dead, or changed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.connectors.agents.losing import lost
from tocsin.connectors.agents.once import Once
from tocsin.ports import AgentCard, AgentTask

Answer = Callable[[AgentTask], Awaitable[Mapping[str, Any]]]


@dataclass(slots=True)
class MemoryAgent:
    """ports.RemoteAgent."""

    name: str
    shown: AgentCard
    answer: Answer
    dead: bool = False
    asked: list[AgentTask] = field(default_factory=list)
    called_off: list[str] = field(default_factory=list)
    _once: Once = field(default_factory=Once)

    async def card(self) -> AgentCard:
        """As it is set."""
        if self.dead:
            raise lost(self.name, "does not show its card")
        return self.shown

    async def healthy(self) -> bool:
        """Until it is dead."""
        return not self.dead

    async def do(self, task: AgentTask) -> Mapping[str, Any]:
        """What the function answers. Raises SourceError."""
        return await self._once.of(task.id, lambda: self._done(task))

    async def _done(self, task: AgentTask) -> Mapping[str, Any]:
        if self.dead:
            raise lost(self.name, "cannot be reached")
        self.asked.append(task)
        try:
            async with asyncio.timeout(task.seconds):
                found = await self.answer(task)
        except (TimeoutError, asyncio.CancelledError) as end:
            self.called_off.append(task.id)
            if isinstance(end, TimeoutError):
                raise lost(self.name, f"did not answer within {task.seconds:g} seconds") from end
            raise
        if not isinstance(found, Mapping):
            raise lost(self.name, "answered no object")
        return found
