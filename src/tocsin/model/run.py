"""Runs: a plan walked on an incident. Event bodies in the past tense, and their fold. Pure.

The run of a playbook and the run of a kubeswarm team are the same thing: steps, players, tool calls, an output.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from tocsin.model.ground import Time, Value

if TYPE_CHECKING:
    from tocsin.model.event import Event


class Phase(StrEnum):
    """How far a run, or a step of one, has come."""

    PENDING = "Pending"
    RUNNING = "Running"
    WAITING = "Waiting"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SKIPPED = "Skipped"


class RunStarted(Value):
    """A plan begins. The plan is kept whole, so that the run is judged by it and can be replayed."""

    kind: Literal["run_started"] = "run_started"
    run_id: str
    name: str = ""
    """As its document calls it; "" for the playbook of an incident."""
    namespace: str = "default"
    team: str
    origin: str
    digest: str
    plan: dict[str, Any]
    inputs: dict[str, Any] = Field(default_factory=dict)
    trigger: str = ""


class StepStarted(Value):
    """A step is under way, played by `player` as `role`."""

    kind: Literal["step_started"] = "step_started"
    run_id: str
    step: str
    role: str = ""
    player: str = ""
    model: str = ""


class ToolCalled(Value):
    """A tool was asked for, and what policy and the tool said. The answer itself is evidence."""

    kind: Literal["tool_called"] = "tool_called"
    run_id: str
    step: str
    role: str
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    verdict: Literal["allowed", "audited", "warned", "denied"]
    rule: str = ""
    """The rule that decided, with its origin."""
    evidence_id: str = ""
    failure: str = ""


class ModelAnswered(Value):
    """A model was asked and answered. Question and answer lie on the evidence shelf, so that the run can be replayed."""

    kind: Literal["model_answered"] = "model_answered"
    run_id: str
    step: str
    role: str
    model: str
    question_sha256: str
    evidence_id: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    failure: str = ""
    """Why it gave no answer; what it read is paid for all the same."""


class BudgetCrossed(Value):
    """A budget of documents has come to where it warns, or to its end."""

    kind: Literal["budget_crossed"] = "budget_crossed"
    run_id: str
    step: str
    budget: str
    phase: Literal["Warning", "Exceeded"]
    spent: float
    limit: float
    hard_stop: bool = False


class PlayerReplaced(Value):
    """A player failed, timed out or spent its budget: the built-in analyst of that role answers instead."""

    kind: Literal["player_replaced"] = "player_replaced"
    run_id: str
    step: str
    role: str
    player: str
    why: str


class StepFinished(Value):
    """A step is over. `output` is what later steps may read."""

    kind: Literal["step_finished"] = "step_finished"
    run_id: str
    step: str
    phase: Phase
    output: Any = None
    said: str = ""
    """Why it failed or was skipped; a remark otherwise."""


class GateOpened(Value):
    """A person is asked whether the run goes on."""

    kind: Literal["gate_opened"] = "gate_opened"
    run_id: str
    step: str
    question: str
    role: str


class GateAnswered(Value):
    """A person answered."""

    kind: Literal["gate_answered"] = "gate_answered"
    run_id: str
    step: str
    passed: bool
    reason: str = ""


class RunFinished(Value):
    """The run is over."""

    kind: Literal["run_finished"] = "run_finished"
    run_id: str
    phase: Phase
    output: Any = None
    said: str = ""


RunAct = (
    RunStarted
    | StepStarted
    | ToolCalled
    | ModelAnswered
    | BudgetCrossed
    | PlayerReplaced
    | StepFinished
    | GateOpened
    | GateAnswered
    | RunFinished
)


class StepState(Value):
    """Where one step of a run stands."""

    name: str
    phase: Phase = Phase.PENDING
    role: str = ""
    player: str = ""
    model: str = ""
    started_at: Time | None = None
    finished_at: Time | None = None
    output: Any = None
    said: str = ""
    replaced: str = ""
    """Why the built-in analyst answered instead of the player, or ""."""
    tool_calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    gate: str = ""
    """The question a person is asked, or ""."""
    passed: bool | None = None


class Spending(Value):
    """What one role's questions to one model have cost in one hour: small enough to keep, fine enough for rolling days."""

    run_id: str
    role: str
    model: str
    hour: Time
    questions: int = 0
    failures: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        """Both ways."""
        return self.tokens_in + self.tokens_out

    def with_one_more(self, act: ModelAnswered) -> "Spending":
        """After one more question."""
        return self.model_copy(
            update={
                "questions": self.questions + 1,
                "failures": self.failures + bool(act.failure),
                "tokens_in": self.tokens_in + act.tokens_in,
                "tokens_out": self.tokens_out + act.tokens_out,
                "cost": self.cost + act.cost,
                "seconds": self.seconds + act.seconds,
            }
        )


class Run(Value):
    """One run as its events tell it."""

    id: str
    name: str = ""
    namespace: str = "default"
    team: str
    origin: str
    digest: str
    plan: dict[str, Any]
    trigger: str = ""
    inputs: dict[str, Any] = Field(default_factory=dict)
    phase: Phase = Phase.RUNNING
    started_at: Time
    finished_at: Time | None = None
    steps: tuple[StepState, ...] = ()
    output: Any = None
    said: str = ""

    @property
    def over(self) -> frozenset[str]:
        """The steps that are through, one way or another."""
        done = {Phase.SUCCEEDED, Phase.FAILED, Phase.SKIPPED}
        return frozenset(one.name for one in self.steps if one.phase in done)

    @property
    def tokens(self) -> int:
        """Spent so far."""
        return sum(one.tokens for one in self.steps)

    def step(self, name: str) -> StepState:
        """As it stands; Pending when nothing has happened to it."""
        return next((one for one in self.steps if one.name == name), StepState(name=name))


def charged(spendings: tuple[Spending, ...], act: ModelAnswered, event: "Event") -> tuple[Spending, ...]:
    """What an incident has cost after one more question."""
    hour = event.at.replace(minute=0, second=0, microsecond=0)
    same = (act.run_id, act.role, act.model, hour)
    before = next((one for one in spendings if (one.run_id, one.role, one.model, one.hour) == same), None)
    made = before or Spending(run_id=act.run_id, role=act.role, model=act.model, hour=hour)
    return (*(one for one in spendings if one is not before), made.with_one_more(act))


def ran(runs: tuple[Run, ...], act: RunAct, event: "Event") -> tuple[Run, ...]:
    """The runs of an incident after one more act."""
    if isinstance(act, RunStarted):
        made = Run(**act.model_dump(exclude={"kind", "run_id"}), id=act.run_id, started_at=event.at)
        return (*(one for one in runs if one.id != made.id), made)
    return tuple(_moved(one, act, event) if one.id == act.run_id else one for one in runs)


def _moved(run: Run, act: RunAct, event: "Event") -> Run:
    if isinstance(act, RunFinished):
        over = {"phase": act.phase, "output": act.output, "said": act.said, "finished_at": event.at}
        return run.model_copy(update=over)
    if isinstance(act, RunStarted):
        return run
    changed = run.step(act.step).model_copy(update=_step(run.step(act.step), act, event))
    known = any(one.name == act.step for one in run.steps)
    steps = tuple(changed if one.name == act.step else one for one in run.steps) if known else (*run.steps, changed)
    return run.model_copy(update={"steps": steps})


def _step(step: StepState, act: RunAct, event: "Event") -> dict[str, object]:
    match act:
        case StepStarted():
            who = {"role": act.role, "player": act.player, "model": act.model}
            return {"phase": Phase.RUNNING, "started_at": step.started_at or event.at, **who}
        case ToolCalled():
            return {"tool_calls": step.tool_calls + 1}
        case ModelAnswered():
            return {"tokens": step.tokens + act.tokens_in + act.tokens_out, "cost": step.cost + act.cost}
        case PlayerReplaced():
            return {"replaced": act.why}
        case StepFinished():
            return {"phase": act.phase, "output": act.output, "said": act.said, "finished_at": event.at}
        case GateOpened():
            return {"phase": Phase.WAITING, "gate": act.question}
        case GateAnswered():
            return {"passed": act.passed, "said": act.reason, "phase": Phase.RUNNING}
        case _:
            return {}
