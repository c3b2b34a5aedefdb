"""Players and tools of a replay: what is on the record answers, and nobody else. Made by `app.rewalk`.

A tool answers what it answered then, and one that acts does nothing. A remote agent gives the result it gave. A model whose
question is not on the record is not asked, and that it would have been is remembered.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tocsin.errors import PlayerFailed, SourceError
from tocsin.model.evidence import EvidenceKind, Finding
from tocsin.model.ground import IncidentType
from tocsin.model.plan import BUILT_IN, REMOTE, Agent, Plan
from tocsin.model.run import Run, ToolCalled
from tocsin.ports import CallTool, Hear, Mind, MindAnswer, Question, ToolAnswer, ToolCard
from tocsin.roles.agents.cast import HouseCast
from tocsin.roles.agents.looking import Looking
from tocsin.roles.contract import (
    Account,
    Assignment,
    Brief,
    Diagnostician,
    Investigator,
    Played,
    Player,
    Record,
    Report,
    Seat,
    SecondOpinion,
    Tools,
    Windows,
    Writer,
)

T = TypeVar("T")
ALERT = EvidenceKind.ALERT
NOT_DONE = "A replay does nothing: this was not sent."


@dataclass(slots=True)
class Unrecorded:
    """Models that are not asked. `missed` are those who would have been, by name."""

    absent: Mapping[str, str] = field(default_factory=dict)
    """Models that gave no answer then either, and why: whoever answered instead does so again."""
    missed: list[str] = field(default_factory=list)

    def mind(self, name: str) -> Mind:
        """One that remembers that it was wanted."""
        return _Missing(name, [] if name in self.absent else self.missed, self.absent.get(name, ""))


@dataclass(frozen=True, slots=True)
class _Missing:
    name: str
    missed: list[str]
    why: str = ""
    calls_tools: bool = False

    async def ask(self, question: Question, call: CallTool | None = None, hear: Hear | None = None) -> MindAnswer:  # noqa: ARG002 - nobody is asked
        self.missed.append(self.name)
        if self.why:
            raise PlayerFailed(self.why, code="TCS-PLAYER-REFUSED")  # it cost nothing then
        raise PlayerFailed(f"{self.name} has no recorded answer to this question.", code="TCS-PLAYER-UNRECORDED")


@dataclass(frozen=True, slots=True)
class Then:
    """What an investigation said, and which of what it saw was not kept whole."""

    reports: Mapping[str, Report]
    kinds: Mapping[str, EvidenceKind]
    """By evidence id."""
    cut: frozenset[EvidenceKind] = frozenset()


@dataclass(frozen=True, slots=True)
class AsThen:
    """contract.Investigator: it looks again at what was seen; where that was not kept whole, what it said then stands."""

    investigator: Investigator
    then: Then
    stands: bool = False
    """What it said then stands in any case: whoever said it is not asked again."""

    @property
    def role(self) -> str:
        """The investigator's."""
        return self.investigator.role

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """Its report."""
        looking = Looking(windows)
        report = await self.investigator.investigate(brief, looking)
        before = self.then.reports.get(self.role)
        if before is None or not (self.stands or self.then.cut & _kinds(looking).keys()):
            return report
        return replace(before, findings=tuple(self._cited(one, _kinds(looking)) for one in before.findings))

    def _cited(self, finding: Finding, seen: Mapping[EvidenceKind, str]) -> Finding:
        """With quotes of the same words where they stand now."""
        quotes = tuple(
            one.model_copy(
                update={"evidence_id": seen.get(self.then.kinds.get(one.evidence_id, ALERT), one.evidence_id)}
            )
            for one in finding.quotes
        )
        return finding.model_copy(update={"quotes": quotes})


def _kinds(looking: Looking) -> dict[EvidenceKind, str]:
    """The last evidence that was shown of each kind; a window is called as its kind."""
    return {EvidenceKind(window): list(answers)[-1] for window, answers in looking.answers.items()}


@dataclass(frozen=True, slots=True)
class RecordedCast:
    """contract.Cast of a replay: the house's, with investigators and remote agents as they were then."""

    house: HouseCast
    then: Then
    run: Run

    def investigators(
        self, roles: tuple[str, ...] = (), seats: Mapping[str, Seat] | None = None
    ) -> tuple[Investigator, ...]:
        """Each with what it said then; where an agent elsewhere said it, that stands."""
        given = seats or {}
        return tuple(self._seated(one, given.get(one.role)) for one in self.house.investigators(roles))

    def _seated(self, built_in: Investigator, seat: Seat | None) -> Investigator:
        """A model reads again what was kept whole. What was cut, and what was said elsewhere, stands as it was said."""
        if seat is None or seat.agent.player == BUILT_IN:
            return AsThen(built_in, self.then)
        agents = self.run.plan.get("agents", {})
        same = any((one["player"], one["model"]) == (seat.agent.player, seat.agent.model) for one in agents.values())
        if seat.agent.player.startswith(REMOTE) or (self.then.cut and same):
            return AsThen(built_in, self.then, stands=True)
        return self.house.seated(AsThen(built_in, self.then), seat)

    def opinion(self, agent: Agent, account: Account) -> SecondOpinion | None:
        """The house's."""
        return self.house.opinion(agent, account)

    def writer(self, seat: Seat) -> Writer | None:
        """The house's."""
        return self.house.writer(seat)

    def specialist(
        self, kind: IncidentType, agent: Agent | None = None, account: Account | None = None
    ) -> Diagnostician:
        """The house's."""
        return self.house.specialist(kind, agent, account)

    def player(self, agent: Agent, account: Account | None = None) -> Player:
        """The house's; of a remote agent, the result it gave."""
        if agent.player.startswith(REMOTE):
            return _Remembered(agent.player, self.run)
        return self.house.player(agent, account)


@dataclass(frozen=True, slots=True)
class _Remembered:
    name: str
    run: Run

    async def play(self, assignment: Assignment, tools: Tools) -> Played:  # noqa: ARG002 - it is not asked again
        step = self.run.step(assignment.step)
        if step.player != self.name or step.replaced or step.output is None:
            raise PlayerFailed(
                f"{self.name} has no recorded result for {assignment.step}.", code="TCS-PLAYER-UNRECORDED"
            )
        return Played(output=step.output)


@dataclass(frozen=True, slots=True)
class RecordedToolkit:
    """contract.Toolkit over the calls of a run and their answers."""

    calls: Sequence[ToolCalled]
    answer: Callable[[str], str | None]
    """What stands on the evidence shelf under an id."""
    cards: Mapping[str, tuple[ToolCard, ...]] = field(default_factory=dict)
    """By step, the tools that a model was shown."""

    async def open(self, assignment: Assignment, plan: Plan, record: Record, part: str = "") -> "RecordedTools":  # noqa: ARG002
        """What this step called."""
        mine = tuple(one for one in self.calls if one.step == assignment.step and not one.tool.endswith("/*"))
        return RecordedTools(mine, self.answer, self.cards.get(assignment.step, ()))


@dataclass(frozen=True, slots=True)
class RecordedTools:
    """contract.Tools of one step, as it used them then."""

    calls: tuple[ToolCalled, ...]
    answer: Callable[[str], str | None]
    shown: tuple[ToolCard, ...] = ()

    def cards(self) -> tuple[ToolCard, ...]:
        """Those that a model was shown, else those that were called, with the arguments they were called with."""
        if self.shown:
            return self.shown
        return tuple({one.tool: _card(one) for one in self.calls if one.verdict != "denied"}.values())

    async def call(self, path: str, arguments: Mapping[str, Any]) -> ToolAnswer:
        """What it answered then. Raises SourceError as it did then, or when nothing acted and nothing was asked."""
        asked = {name: _spelled(value) for name, value in arguments.items()}
        made = [one for one in self.calls if one.tool == path and one.verdict != "denied"]
        same = next((one for one in made if {k: _spelled(v) for k, v in one.arguments.items()} == asked), None)
        if same is None:
            return ToolAnswer(text=NOT_DONE)
        if same.failure and not same.evidence_id:
            raise SourceError(same.failure, code="TCS-SOURCE-TOOL")
        return ToolAnswer(text=self.answer(same.evidence_id) or "", is_error=bool(same.failure))


def _card(call: ToolCalled) -> ToolCard:
    server, _, name = call.tool.partition("/")
    properties: dict[str, Any] = {one: {} for one in call.arguments}
    return ToolCard(server=server, name=name, parameters={"properties": properties, "required": list(properties)})


def _spelled(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
