"""Models as players of free agents. Made by `cast`; they ask through the purse and hold no power.

What a model answers is checked before it counts: the schema, what it cites, the runbooks it names, the severity. Confidence is
never taken from it. It has one retry with the error; then the built-in analyst of the role answers.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.analysis.digest import digest_of
from tocsin.errors import PlayerFailed, TocsinError
from tocsin.guard.powers import power_of
from tocsin.guard.quarantine import RULES, fenced
from tocsin.guard.redact import Redact
from tocsin.model.plan import Agent, Power
from tocsin.ports import Question, ToolAnswer, ToolCard
from tocsin.roles.agents.asking import asked
from tocsin.roles.agents.checks import cited, finished, verdict
from tocsin.roles.agents.prompts import instruction
from tocsin.roles.agents.purse import Purse
from tocsin.roles.contract import Account, Assignment, Played, Player, Tools

TEXT = {"type": "string", "maxLength": 2000}
OUTPUTS: dict[Power, dict[str, Any]] = {
    Power.READ: {
        "type": "object",
        "properties": {
            **dict.fromkeys(("incident_id", "service", "error_pattern", "metrics_summary"), TEXT),
            "timeline": {"type": "array", "items": TEXT, "maxItems": 20},
        },
        "required": ["incident_id", "service", "error_pattern", "metrics_summary", "timeline"],
    },
    Power.DECIDE: {
        "type": "object",
        "properties": dict.fromkeys(("root_cause", "severity", "blast_radius", "remediation", "runbook"), TEXT),
        "required": ["root_cause", "severity", "blast_radius", "remediation", "runbook"],
    },
    Power.ACT: {"type": "object", "properties": {"message": TEXT}, "required": ["message"]},
}
"""What each power answers with, where a document asks for nothing else."""
TURNS = 8
SHOWN = 1_300
"""Characters of a tool's answer that a model sees that called it."""
ANSWER = 900
"""Tokens of an answer, unless less is left."""


@dataclass(frozen=True, slots=True)
class ModelPlayer:
    """contract.Player by a model. Where it calls no tools itself, the built-in analyst of its power plays with them."""

    agent: Agent
    purse: Purse
    account: Account
    redact: Redact
    beside: Player
    """The built-in player: it gathers for a model that cannot, and posts what a model wrote."""
    runbooks: Callable[[], frozenset[str]]

    @property
    def name(self) -> str:
        """The model's."""
        return self.agent.model

    async def play(self, assignment: Assignment, tools: Tools) -> Played:
        """Raises PlayerFailed."""
        power = power_of(self.agent) or Power.READ
        seen = _Seen()
        by_itself = self.purse.mind(self.agent.model).calls_tools and bool(tools.cards())
        gathered: Any = None
        if power is Power.READ and not by_itself:
            gathered = (await self.beside.play(assignment, tools)).output
        question = self._question(assignment, power, gathered, tools.cards() if by_itself else ())
        calling = seen.calling(tools, self.redact) if by_itself else None

        async def taken(output: dict[str, Any]) -> dict[str, Any]:
            seen.over = power is Power.ACT
            return await self._through(
                self._checked(output, power, assignment, gathered, seen), power, assignment, tools, seen
            )

        try:
            return Played(output=await asked(self.purse, self.agent, self.account, question, taken, calling))
        except PlayerFailed as failed:
            if power is not Power.ACT or not seen.called:
                raise
            return Played(output={"message": "", "done": [f"called {one}" for one in seen.called], "said": failed.what})

    def _question(self, assignment: Assignment, power: Power, gathered: Any, cards: tuple[ToolCard, ...]) -> Question:  # noqa: ANN401
        parts = [fenced(name, str(value), self.redact) for name, value in assignment.inputs.items()]
        parts.append(fenced("context", json.dumps(dict(assignment.context), default=str), self.redact, 1500))
        if gathered is not None:
            parts.append(fenced("answers of tools", json.dumps(gathered, default=str), self.redact))
        return Question(
            instruction=f"{instruction(self.agent, power)}\n\n{RULES}",
            material="\n\n".join(parts),
            output=dict(assignment.output) if assignment.output else OUTPUTS[power],
            tools=cards,
            most_tokens=ANSWER,
            turns=self.agent.limits.turns or (TURNS if cards else 1),
            seconds=assignment.seconds,
        )

    def _checked(
        self,
        made: dict[str, Any],
        power: Power,
        assignment: Assignment,
        gathered: dict[str, Any] | None,
        seen: "_Seen",
    ) -> dict[str, Any]:
        """Raises PlayerFailed for what does not fit, is not cited, or names what does not exist."""
        made = {name: self.redact(value).text if isinstance(value, str) else value for name, value in made.items()}
        if power is Power.READ:
            text = "\n".join([*map(str, assignment.inputs.values()), json.dumps(gathered, default=str), *seen.texts])
            return {**cited(made, text), "raw_evidence": (gathered or {}).get("raw_evidence") or seen.evidence}
        if power is Power.DECIDE:
            return verdict(made, assignment, self.runbooks())
        return made

    async def _through(
        self, made: dict[str, Any], power: Power, assignment: Assignment, tools: Tools, seen: "_Seen"
    ) -> dict[str, Any]:
        """The output with what is never a model's to say; a model that called its tools has posted already."""
        if power is Power.ACT and seen.called:
            return made
        return await finished(made, power, assignment, tools, self.beside)


@dataclass(slots=True)
class _Seen:
    """What tools answered to a model that calls them itself."""

    texts: list[str] = field(default_factory=list)
    evidence: dict[str, str] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)
    over: bool = False
    """It has acted and answered: what it did is not done again, however its answer is taken."""

    def calling(self, tools: Tools, redact: Redact) -> Callable[[str, Mapping[str, Any]], Any]:
        """The call that goes through the gate; a refusal is told to the model as text and changes nothing.

        The model sees the answer between marks, and of a long one the lines that tell most.
        """

        async def call(path: str, arguments: Mapping[str, Any]) -> str:
            if self.over and self.called:
                return "refused: it was done already."
            try:
                answer: ToolAnswer = await tools.call(path, arguments)
            except TocsinError as refused:
                return f"refused: {refused.what}"
            self.called.append(path)
            self.texts.append(answer.text)
            self.evidence[path] = answer.text[:1500]
            short = answer.text if len(answer.text) <= SHOWN else digest_of(answer.text, SHOWN) or answer.text
            return fenced(path, short, redact, SHOWN + 200)

        return call
