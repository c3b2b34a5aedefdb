"""The communicator by a model: it may word drafts anew; what it says is held to the rules and to what the template said.

The facts are the template's, which has them from the ledger. A draft whose new words break a rule, or say what the old did not,
is asked for once more; then the template's words go out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.errors import PlayerFailed
from tocsin.guard.quarantine import RULES, fenced
from tocsin.guard.redact import Redact
from tocsin.model.plan import Agent
from tocsin.ports import Question
from tocsin.roles.agents.asking import asked
from tocsin.roles.agents.prompts import prompt
from tocsin.roles.agents.purse import Purse
from tocsin.roles.contract import Account

SECONDS = 10.0
CHARACTERS = 1_500


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """contract.Writer by a model."""

    agent: Agent
    purse: Purse
    account: Account
    redact: Redact

    async def words(self, drafts: Mapping[str, str], wrong: Callable[[str, str], str]) -> Mapping[str, str]:
        """Each draft in its own words. `wrong(name, text)` says what is wrong with a text, "" when nothing. Raises PlayerFailed."""
        question = Question(
            instruction=f"{self.agent.prompt or prompt('communicator')}\n\n{RULES}",
            material="\n\n".join(fenced(name, text, self.redact, CHARACTERS) for name, text in drafts.items()),
            output={
                "type": "object",
                "properties": {name: {"type": "string", "maxLength": CHARACTERS} for name in drafts},
                "required": list(drafts),
            },
            most_tokens=150 + sum(len(text) // 3 for text in drafts.values()),
            seconds=min(SECONDS, self.agent.limits.timeout_seconds or SECONDS),
        )

        async def taken(said: dict[str, Any]) -> Mapping[str, str]:
            made = {name: self.redact(str(said[name])).text.strip() for name in drafts}
            faults = [f"{name}: {fault}" for name, text in made.items() if (fault := wrong(name, text))]
            if faults:
                raise PlayerFailed(" ".join(faults)[:400], code="TCS-PLAYER-WORDING")
            return made

        return await asked(self.purse, self.agent, self.account, question, taken)
