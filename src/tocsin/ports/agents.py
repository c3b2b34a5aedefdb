"""Minds and tools beyond our walls: tool servers (MCP), models, remote agents. Adapters live in `connectors`; `app` names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import Field

from tocsin.model.ground import Value


class ToolCard(Value):
    """A tool as its server describes it. The words are the server's: data, pinned by `digest` before a model sees them."""

    server: str
    name: str
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """JSON Schema of its arguments."""
    digest: str = ""
    """SHA-256 over name, description and schema."""

    @property
    def path(self) -> str:
        """`server/name`, as allow and deny lists speak of it."""
        return f"{self.server}/{self.name}"


class ToolAnswer(Value):
    """What a tool answered, as text, bounded."""

    text: str
    is_error: bool = False
    truncated: bool = False


class ToolBox(Protocol):
    """One tool server. Raises errors.SourceError when it does not answer in time or at all."""

    @property
    def name(self) -> str: ...

    async def tools(self) -> Sequence[ToolCard]:
        """What it offers; cached by the adapter."""
        ...

    async def call(self, tool: str, arguments: Mapping[str, Any], key: str = "") -> ToolAnswer:
        """Calls it within the adapter's time-out and size bound. `key` goes along where the server takes one."""
        ...


@dataclass(frozen=True, slots=True)
class AgentTask:
    """What a remote agent is given: the role to play, its inputs, the shared context, the shape of the answer, the deadline."""

    id: str
    """Idempotency key: the same task twice is one task."""
    role: str
    instruction: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    """The shared incident context: affected services, error codes, recent changes."""
    output: Mapping[str, Any] | None = None
    seconds: float = 60.0


class RemoteAgent(Protocol):
    """An agent that lives elsewhere. Raises errors.SourceError when it is lost, late, or answers something else."""

    @property
    def name(self) -> str: ...

    async def do(self, task: AgentTask) -> Mapping[str, Any]:
        """The typed result."""
        ...

    async def healthy(self) -> bool: ...
