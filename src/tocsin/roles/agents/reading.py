"""How a model is asked to read what an investigator's window answered: by a digest, and by number for the lines it wants whole.

The peer of `remote.Line` for models; `investigator` speaks to both. It holds no tool: the window was opened by the house.
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
class Reading:
    """One model that reads for one investigator."""

    agent: Agent
    account: Account
    purse: Purse
    redact: Redact
    patience: float = 10.0
    """Seconds that it has for all its questions."""
    characters: int = CHARACTERS
    reads_windows: bool = True
    """It is asked only where there is something to read."""
    _whole: list[str] = field(default_factory=list)

    def digest(self, text: str) -> str:
        """What it is shown of an answer; the rest it may recall."""
        self._whole.append(text)
        return digest_of(text, self.characters - 500)

    async def taken(self, task: AgentTask, check: Callable[[dict[str, Any]], T]) -> T:
        """What `check` makes of its answer. Raises PlayerFailed."""
        question = Question(
            instruction=f"{self.agent.prompt or prompt('analyst')}\nKinds: {', '.join(task.inputs['kinds'])}.\n\n{RULES}",
            material="\n\n".join(str(task.inputs[name]) for name in task.inputs if name not in _OURS),
            output=OUTPUT,
            most_tokens=ANSWER,
            seconds=task.seconds,
        )

        async def whole(said: dict[str, Any]) -> T:
            lines = recalled("\n".join(self._whole), said.get("recall") or (), RECALLED)
            if not lines:
                return check(said)
            more = f"{question.material}\n\n{fenced('recalled', lines, self.redact, RECALLED + 200)}"
            again = await self.purse.ask(self.agent, self.account, question.model_copy(update={"material": more}))
            return check({"findings": _object(again).get("findings") or said["findings"]})

        return await asked(self.purse, self.agent, self.account, question, whole)

    def fenced(self, name: str, text: str) -> str:
        """Text from the world on its way out."""
        return fenced(name, text, self.redact, self.characters)

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """The shared context is not sent to a model that reads: what it needs stands in the alert."""
        return value

    def seconds(self, most: float) -> float:
        """What it has: the least of what is left and what its document says."""
        return min(most, self.agent.limits.timeout_seconds or self.patience, self.patience)


_OURS = frozenset({"kinds", "start", "end"})


def _object(said: Any) -> Mapping[str, Any]:  # noqa: ANN401 - whatever a model says
    try:
        made = json.loads(said) if isinstance(said, str) else said
    except ValueError as failure:
        raise PlayerFailed("what it recalled led to no JSON.", code="TCS-PLAYER-OUTPUT") from failure
    return made if isinstance(made, dict) else {}
