"""Minds and tools beyond our walls: tool servers (MCP) and models. Adapters live in `connectors`; `app` names them."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Protocol

from pydantic import Field

from tocsin.model.ground import Value
from tocsin.model.plain import tokens_of

FRAME = 60
"""Tokens that an endpoint wraps around a question: roles, names, separators."""


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
    otherwise: bool = False
    """The call was made earlier in its step, with other arguments; this is what it was answered then."""


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


class Question(Value):
    """What a model is asked: the instruction (ours), and the material (data, fenced and redacted)."""

    instruction: str
    material: str
    output: dict[str, Any] | None = None
    """JSON Schema of the answer; None: text."""
    tools: tuple[ToolCard, ...] = ()
    """For models that call tools themselves."""
    most_tokens: int = 1000
    """Of the answer, and of each turn before it."""
    most_in_all: int = 0
    """Of all turns together, with what they read; 0 where nobody counts."""
    turns: int = 1
    seconds: float = 60.0

    @property
    def asks(self) -> int:
        """About how many tokens it has, its schema and its tools' descriptions among them."""
        schema = json.dumps(self.output) if self.output else ""
        tools = json.dumps([one.model_dump(mode="json") for one in self.tools]) if self.tools else ""
        return FRAME + tokens_of(*filter(None, (self.instruction, self.material, schema, tools)))

    @property
    def sha256(self) -> str:
        """What a recorded answer is found by: what is asked, whatever the limits of the day are."""
        asked = [self.instruction, self.material, self.output, [one.path for one in self.tools]]
        return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


class ToolUse(Value):
    """A call that a model made while it answered."""

    path: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class MindAnswer(Value):
    """A model's answer: the JSON or text, what it called for it, and what it cost. Or why there is none."""

    output: Any = None
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    calls: tuple[ToolUse, ...] = ()
    failure: str = ""
    """Why there is no answer; "" when there is one."""
    code: str = ""
    """The failure's."""


CallTool = Callable[[str, Mapping[str, Any]], Awaitable[str]]
"""Calls a tool by its path on a model's behalf, through guard's gate; what it answered, or why not, as text."""


Hear = Callable[[str], None]
"""Hears what a model has said so far: unchecked words, to be shown and never used."""


class Mind(Protocol):
    """A model. Raises errors.PlayerFailed when it is late, refuses, is over a limit, or answers what nobody can read."""

    @property
    def name(self) -> str: ...

    @property
    def calls_tools(self) -> bool: ...

    async def ask(self, question: Question, call: CallTool | None = None, hear: Hear | None = None) -> MindAnswer: ...
