"""How a model is asked for a role of the house: with a task's material, and, where it reads a window, by a digest of it.

The peers of `remote.Line` for models; `investigator` and `specialist` speak to all of them. None holds a tool.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tocsin.analysis.digest import digest_of, recalled
from tocsin.errors import PlayerFailed
from tocsin.guard.quarantine import RULES, fenced
from tocsin.guard.redact import Redact
from tocsin.model.plan import Agent
from tocsin.ports import AgentTask, Question
from tocsin.roles.agents.asking import asked
from tocsin.roles.agents.prompts import prompt
from tocsin.roles.agents.purse import Purse
from tocsin.roles.contract import Account

T = TypeVar("T")
CHARACTERS = 1_800
"""Of a digest, and of the alert."""
RECALLED = 1_200
"""Characters of the lines that a model asks for."""
ANSWER = 350
OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "findings": {
            "type": "array",
            "maxItems": 5,
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string"},
                    "text": {"type": "string"},
                    "quotes": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                },
                "required": ["kind", "text", "quotes"],
            },
        },
        "recall": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
    },
    "required": ["findings"],
}


@dataclass(slots=True)
class ModelLine:
    """One model that is given a task."""

    agent: Agent
    account: Account
    purse: Purse
    redact: Redact
    patience: float
    """Seconds that it has for all its questions."""
    characters: int
    """Of each piece of the material."""
    answer: int
    """Tokens of its answer."""

    async def taken(self, task: AgentTask, check: Callable[[dict[str, Any]], T]) -> T:
        """What `check` makes of its answer. Raises PlayerFailed."""

        async def checked(said: dict[str, Any]) -> T:
            return check(said)

        return await asked(self.purse, self.agent, self.account, self._question(task, task.instruction), checked)

    def _question(self, task: AgentTask, instruction: str) -> Question:
        return Question(
            instruction=instruction,
            material="\n\n".join(str(task.inputs[name]) for name in task.inputs if name not in _OURS),
            output=dict(task.output or {}),
            most_tokens=self.answer,
            seconds=task.seconds,
        )

    def fenced(self, name: str, text: str) -> str:
        """Text from the world on its way out."""
        return fenced(name, text, self.redact, self.characters)

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """The shared context is not sent to a model: what it needs stands in the material."""
        return value

    def seconds(self, most: float) -> float:
        """What it has: the least of what is left and what its document says."""
        return min(most, self.agent.limits.timeout_seconds or self.patience, self.patience)


@dataclass(slots=True)
class Reading(ModelLine):
    """One model that reads for one investigator; the lines of a digest that it wants whole, it recalls by number."""

    patience: float = 10.0
    characters: int = CHARACTERS
    answer: int = ANSWER
    reads_windows: bool = True
    """It is asked only where there is something to read."""
    _whole: list[str] = field(default_factory=list)

    def digest(self, text: str) -> str:
        """What it is shown of an answer; the rest it may recall."""
        self._whole.append(text)
        return digest_of(text, self.characters - 500)

    async def taken(self, task: AgentTask, check: Callable[[dict[str, Any]], T]) -> T:
        """What `check` makes of its answer. Raises PlayerFailed."""
        told = f"{self.agent.prompt or prompt('analyst')}\nKinds: {', '.join(task.inputs['kinds'])}.\n\n{RULES}"
        question = self._question(task, told).model_copy(update={"output": OUTPUT})

        async def whole(said: dict[str, Any]) -> T:
            lines = recalled("\n".join(self._whole), said.get("recall") or (), RECALLED)
            if not lines:
                return check(said)
            more = f"{question.material}\n\n{fenced('recalled', lines, self.redact, RECALLED + 200)}"
            again = await self.purse.ask(self.agent, self.account, question.model_copy(update={"material": more}))
            return check({"findings": _object(again).get("findings") or said["findings"]})

        return await asked(self.purse, self.agent, self.account, question, whole)


_OURS = frozenset({"kinds", "start", "end"})


def _object(said: Any) -> Mapping[str, Any]:  # noqa: ANN401 - whatever a model says
    try:
        made = json.loads(said) if isinstance(said, str) else said
    except ValueError as failure:
        raise PlayerFailed("what it recalled led to no JSON.", code="TCS-PLAYER-OUTPUT") from failure
    return made if isinstance(made, dict) else {}
