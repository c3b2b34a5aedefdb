"""Agents that live elsewhere: what one says of itself, what it is given, how it is spoken to.

Adapters live in `connectors.agents`; `app` names them. A role plays by one through `roles.agents`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Protocol

from pydantic import Field, StringConstraints

from tocsin.model.ground import Time, Value

AgentName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
"""How documents speak of it: `remote:NAME`."""


class Transport(StrEnum):
    """How tasks reach an agent and results come back."""

    A2A_JSONRPC = "a2a-jsonrpc"
    A2A_HTTP = "a2a-http"
    A2A_GRPC = "a2a-grpc"
    NATS = "nats"


class Capability(Value):
    """A role that an agent plays, with the JSON Schemas of what it takes and answers, where it says them."""

    role: str = Field(max_length=100)
    description: str = Field(default="", max_length=2000)
    input: dict[str, Any] | None = None
    output: dict[str, Any] | None = None


class AgentCard(Value):
    """What an agent says of itself. The words are the agent's: data, pinned by `digest` before a task goes to it."""

    title: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=2000)
    version: str = Field(default="", max_length=100)
    transport: Transport
    address: str = Field(max_length=500)
    """Where tasks go."""
    protocol: str = Field(default="1.0", max_length=20)
    """The revision of A2A that is spoken there."""
    plays: tuple[Capability, ...] = Field(default=(), max_length=50)
    digest: str
    """SHA-256 over the whole card as it was read, without signatures."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The names of what it plays."""
        return tuple(one.role for one in self.plays)

    def capability(self, role: str) -> Capability | None:
        """What it says of that role."""
        return next((one for one in self.plays if one.role == role), None)


class Registration(Value):
    """An agent that people let in: where its card is read, and the card as they accepted it."""

    name: AgentName
    url: str
    secret: str = ""
    """Name of the bearer secret; where it is kept is configuration."""
    card: AgentCard
    by: str
    at: Time


class Sign(Value):
    """The last sign of life of an agent. `failure` is "" while it is well."""

    name: str
    seen_at: Time | None = None
    asked_at: Time
    failure: str = ""


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

    def as_json(self) -> dict[str, Any]:
        """As it goes over a wire."""
        return {
            "id": self.id,
            "role": self.role,
            "inputs": dict(self.inputs),
            "context": dict(self.context),
            "output": dict(self.output) if self.output is not None else None,
            "seconds": self.seconds,
        }


class RemoteAgent(Protocol):
    """An agent that lives elsewhere. Raises errors.SourceError when it is lost, late, or answers something else."""

    @property
    def name(self) -> str: ...

    async def card(self) -> AgentCard:
        """What it says of itself now."""
        ...

    async def do(self, task: AgentTask) -> Mapping[str, Any]:
        """The typed result, within `task.seconds`. A task of the same id is done once, however often it is asked for."""
        ...

    async def healthy(self) -> bool:
        """Does it answer just now?"""
        ...


class Lines(Protocol):
    """Opens the line to an agent, where configuration lets it be spoken to."""

    def reach(self, name: str, url: str, transport: Transport | None, secret: str) -> RemoteAgent:
        """One that nobody has accepted yet: good for its card only. None: the transport its card names first.

        Raises errors.DataError for an address that may not be spoken to, or a secret that is kept nowhere.
        """
        ...

    def agent(self, registered: Registration) -> RemoteAgent:
        """One that people accepted: tasks go where the accepted card says. Raises as `reach`."""
        ...

    @property
    def declared(self) -> Sequence[tuple[str, str, Transport | None]]:
        """Name, address and transport of those that the configuration itself declares."""
        ...
