"""Remote agents: how one is asked, and one as the player of a free agent. Made by `cast`; they hold no power and no tool.

What goes out is redacted, without personal data, bounded and between marks, as for models. What comes back is data: the
schema, what it cites, the runbooks it names and the severity are checked, and confidence is never taken from it. Who is
lost, late or wrong raises, and the built-in analyst of the role answers in what is left of the time.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, TypeVar

from tocsin.errors import PlayerFailed, SourceError
from tocsin.guard.personal import Veil
from tocsin.guard.powers import power_of
from tocsin.guard.quarantine import RULES, defused, fenced
from tocsin.guard.redact import Redact
from tocsin.model.plan import REMOTE, Agent, Power
from tocsin.ports import AgentTask, MindAnswer, Question
from tocsin.roles.agents.checks import cited, finished, fits, verdict
from tocsin.roles.agents.minds import OUTPUTS
from tocsin.roles.agents.prompts import instruction
from tocsin.roles.agents.roster import CHARACTERS, SECONDS, Roster
from tocsin.roles.contract import Account, Assignment, Played, Player, Spend, Tools

T = TypeVar("T")
SHARE = 0.6
"""Of a step's time: the rest is for gathering before, and for the built-in analyst, who may have to answer instead."""


@dataclass(frozen=True, slots=True)
class Line:
    """How one agent of a document is asked: once for each task, written down whole, or answered from a record."""

    agent: Agent
    account: Account
    roster: Roster | None
    """None: nobody elsewhere is asked, and only a record answers."""
    redact: Redact
    known: Mapping[tuple[str, str], MindAnswer] = field(default_factory=dict)
    reads_windows: bool = False
    """An agent elsewhere may have windows of its own."""

    async def ask(self, task: AgentTask) -> dict[str, Any]:
        """A result that fits the asked schema. Raises PlayerFailed, SourceError."""
        question = _question(task)
        recorded = self.known.get((self.agent.player, question.sha256))
        answer = recorded or await self.account.books.answered(self.account, question)
        if answer is None:
            answer = await self._answered(task, question)
        if answer.failure:
            raise PlayerFailed(answer.failure, code=answer.code)
        return fits(answer.output, task.output or {"type": "object"})

    async def _answered(self, task: AgentTask, question: Question) -> MindAnswer:
        """Asks it. What it answered, or why not, is on the record before anybody makes anything of it."""
        if self.roster is None:
            raise PlayerFailed(f"{self.agent.player} has no recorded result.", code="TCS-PLAYER-UNRECORDED")
        began = self.roster.clock.now()
        try:
            line = await self.roster.agent(self.agent.player.removeprefix(REMOTE), task.role)
            veil = Veil()
            shown = replace(task, inputs=veil.over(task.inputs), context=veil.over(task.context))
            answer = MindAnswer(output=veil.lifted(dict(await line.do(shown))))
        except (PlayerFailed, SourceError) as failure:
            answer = MindAnswer(failure=failure.what, code=failure.code)
        answer = answer.model_copy(update={"seconds": (self.roster.clock.now() - began).total_seconds()})
        await self.account.books.charge(self.account, _spend(self.agent.player, question, answer))
        return answer

    async def taken(self, task: AgentTask, check: Callable[[dict[str, Any]], T]) -> T:
        """What `check` makes of its result. Raises PlayerFailed, SourceError."""
        return check(await self.ask(task))

    def digest(self, text: str) -> str:
        """What it is shown of a window's answer."""
        return excerpt(text, self.characters - 500)

    def fenced(self, name: str, text: str) -> str:
        """Text from the world on its way out."""
        return fenced(name, text, self.redact, self.characters)

    @property
    def characters(self) -> int:
        """What is sent of evidence."""
        return self.roster.characters if self.roster else CHARACTERS

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """The shared context on its way out: the same shape, every text in it without secrets and forged marks."""
        if isinstance(value, str):
            return defused(value, self.redact)
        if isinstance(value, Mapping):
            return {str(name): self.clean(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.clean(one) for one in value]
        return value

    def seconds(self, most: float) -> float:
        """What it has for a task: the least of what is left, what its document says, and what the installation says."""
        house = self.roster.seconds if self.roster else SECONDS
        return min(most, self.agent.limits.timeout_seconds or house, house)


@dataclass(frozen=True, slots=True)
class RemotePlayer:
    """contract.Player. The built-in analyst beside it gathers through its tools before, and posts what it wrote after."""

    line: Line
    beside: Player
    runbooks: Callable[[], frozenset[str]]

    @property
    def name(self) -> str:
        """As the document spells it."""
        return self.line.agent.player

    async def play(self, assignment: Assignment, tools: Tools) -> Played:
        """Raises PlayerFailed, SourceError."""
        power = power_of(self.line.agent) or Power.READ
        gathered = (await self.beside.play(assignment, tools)).output if power is Power.READ else None
        output = await self.line.ask(self._task(assignment, power, gathered))
        made = {
            name: self.line.redact(value).text if isinstance(value, str) else value for name, value in output.items()
        }
        if power is Power.READ:
            seen = "\n".join([*map(str, assignment.inputs.values()), json.dumps(gathered, default=str)])
            made = {**cited(made, seen), "raw_evidence": (gathered or {}).get("raw_evidence")}
        if power is Power.DECIDE:
            made = verdict(made, assignment, self.runbooks())
        return Played(output=await finished(made, power, assignment, tools, self.beside))

    def _task(self, assignment: Assignment, power: Power, gathered: object) -> AgentTask:
        inputs = {name: self.line.fenced(name, str(value)) for name, value in assignment.inputs.items()}
        if gathered is not None:
            inputs["answers of tools"] = self.line.fenced("answers of tools", json.dumps(gathered, default=str))
        return AgentTask(
            id=f"{assignment.incident_id}:{assignment.run_id}:{assignment.step}{part_of(inputs)}",
            role=assignment.agent.role,
            instruction=f"{instruction(self.line.agent, power)}\n\n{RULES}",
            inputs=inputs,
            context=self.line.clean(assignment.context),
            output=dict(assignment.output) if assignment.output else OUTPUTS[power],
            seconds=self.line.seconds(assignment.seconds * SHARE),
        )


def excerpt(text: str, most: int) -> str:
    """Within so many characters: the beginning, to compare with, and three times as much of the end, where the trouble is."""
    if len(text) <= most:
        return text
    head, tail = text[: most // 4].rpartition("\n")[0], text[-(most - most // 4) :].partition("\n")[2]
    return f"{head}\n[... {len(text) - len(head) - len(tail)} characters left out ...]\n{tail}"


def part_of(inputs: Mapping[str, Any]) -> str:
    """Two tasks of one step with different inputs are two tasks."""
    return f":{sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()[:12]}"


def _question(task: AgentTask) -> Question:
    """The task in the shape in which the books keep questions."""
    material = json.dumps(
        {"role": task.role, "inputs": task.inputs, "context": task.context}, sort_keys=True, default=str
    )
    output = dict(task.output) if task.output is not None else None
    return Question(instruction=task.instruction, material=material, output=output, seconds=task.seconds)


def _spend(player: str, question: Question, answer: MindAnswer) -> Spend:
    """What it costs there is not known here: no tokens, no money."""
    return Spend(
        model=player,
        tokens_in=0,
        tokens_out=0,
        seconds=answer.seconds,
        question_sha256=question.sha256,
        question=question.model_dump_json(),
        answer=answer.model_dump_json(),
        failure=answer.failure,
    )
