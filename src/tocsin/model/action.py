"""Actions: steps of runbooks that people wrote, from proposed to carried out. Values only; nothing here runs anything."""

from enum import StrEnum
from hashlib import sha256
from typing import Any

from pydantic import Field

from tocsin.model.chain import canonical
from tocsin.model.ground import RiskLevel, Share, Time, Value


class Risk(StrEnum):
    """What a step can do to a system, from harmless to irreversible. The order of the names is the order of harm."""

    READ = "read"
    REVERSIBLE = "reversible"
    DISRUPTIVE = "disruptive"
    DESTRUCTIVE = "destructive"

    @property
    def rank(self) -> int:
        """0 for read, 3 for destructive."""
        return list(Risk).index(self)

    @property
    def level(self) -> RiskLevel:
        """The word the report uses. A reversible step is low: it can be taken back."""
        return _LEVELS[self]


_LEVELS = {
    Risk.READ: RiskLevel.LOW,
    Risk.REVERSIBLE: RiskLevel.LOW,
    Risk.DISRUPTIVE: RiskLevel.MEDIUM,
    Risk.DESTRUCTIVE: RiskLevel.HIGH,
}


class Step(Value):
    """One step of one runbook as proposed. `step_index` counts from 0, as `execute_runbook` does."""

    step_index: int
    runbook_id: str
    text: str
    risk: RiskLevel
    command: str = ""
    """What a person would type or what the executor would run; shown, never interpolated from alert text."""


class Fix(Value):
    """A proposed fix: steps of one chosen runbook, mitigations first, with the time, the risk and what it needs."""

    runbook_id: str = ""
    title: str = ""
    steps: tuple[Step, ...] = ()
    estimated_time: str = ""
    risk: RiskLevel = RiskLevel.LOW
    needs: tuple[str, ...] = ()
    match: Share = 0.0
    """How well the runbook fits, from the search; shown so that a person can doubt it."""
    why: str = ""
    alternatives: tuple[str, ...] = ()


class MissingValue(Value):
    """A value that steps of the fix need and nothing here gives: which, why, and exactly how to give it."""

    slot: str
    type: str
    origin: str
    """Where the runbook says that it comes from."""
    about: str = ""
    steps: tuple[int, ...]
    """The steps that need it, counted from 0."""
    why: str
    give: str
    """What a person types; in the API the same act."""
    choices: tuple[str, ...] = ()
    """What it may be, where there are several."""
    yaml: str = ""
    """What its owner adds to the configuration, so that nobody is asked the next time."""
    waits_for: str = ""
    """The earlier step whose answer has it, while that has not been run."""


class RenderedStep(Value):
    """One step with every slot filled by type: exactly what would run, and all that an approval is bound to.

    `call` is the runbook's `run` entry with slots filled, JSON types only; SQL values stay apart in `binds`. `shown` is the
    line a person reads, built by code from `call`, never by a model. `targets` are the catalogue objects it touches.
    """

    runbook_id: str
    runbook_version: int
    runbook_digest: str
    step_index: int
    name: str
    text: str
    purpose: str
    executor: str
    call: dict[str, Any]
    binds: dict[str, str | int | float] = Field(default_factory=dict)
    slots: dict[str, str | int] = Field(default_factory=dict)
    """The value of every slot of the step, its probe and its rollback, so that those are rendered alike later."""
    shown: str
    service: str = ""
    targets: tuple[str, ...] = ()
    environment: str
    risk: Risk
    auto: bool = False
    idempotent: bool = False
    destroys_evidence: bool = False
    timeout_seconds: float = 30.0
    is_rollback: bool = False
    vouched_by: tuple[str, ...] = ()
    """Who vouched for a value in it that no catalogue lists: none of them approves it alone, and it never runs by itself."""

    @property
    def digest(self) -> str:
        """SHA-256 over everything that would run; any change makes it another step."""
        unsaid = None if self.vouched_by else {"vouched_by"}
        return sha256(canonical(self.model_dump(mode="json", exclude=unsaid)).encode()).hexdigest()


Held = tuple[str, bool | None, str]
"""What must hold, whether it does (None: nobody has looked), and what was seen."""


class Rehearsal(Value):
    """What a dry run showed: whether it could run, what would happen, and what the preconditions read just now."""

    ok: bool
    said: str
    """What would happen, in words and numbers, bounded and redacted."""
    preconditions: tuple[Held, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """What must hold and nobody has looked at."""
        return tuple(must for must, holds, _ in self.preconditions if holds is None)

    @property
    def digest(self) -> str:
        """Bound into the approval: another rehearsal is another decision."""
        return sha256(canonical([self.ok, self.said, list(map(list, self.preconditions))]).encode()).hexdigest()


class Outcome(Value):
    """What carrying out a step came to. `output` is bounded and redacted."""

    ok: bool
    said: str
    output: str = ""


class Decision(StrEnum):
    """What policy says of a step."""

    AUTO = "auto"
    ONE = "one"
    TWO = "two"
    NEVER = "never"


class Mode(StrEnum):
    """Stands above every decision: watch silently, offer and wait, or act as policy allows."""

    OBSERVE = "observe"
    PROPOSE = "propose"
    ACT = "act"


class Stop(Value):
    """One turn of the global stop switch. While it is on, no step begins anywhere, whoever said yes."""

    on: bool = False
    by: str = ""
    reason: str = ""
    at: Time | None = None


class Verdict(Value):
    """The policy's answer for one rendered step, with the row that gave it, so that people can look it up."""

    decision: Decision
    mode: Mode
    reason: str
    origin: str = ""

    @property
    def approvals_needed(self) -> int:
        """How many different people must say yes; 0 when it runs by itself."""
        return {Decision.AUTO: 0, Decision.ONE: 1, Decision.TWO: 2, Decision.NEVER: 0}[self.decision]


class Approval(Value):
    """One person's yes to exactly one rendered step and its rehearsal. Single use, short-lived."""

    id: str
    action_id: str
    digest: str
    """`approval_digest(step, rehearsal)` of what was shown to the person."""
    approver: str
    role: str
    issued_at: Time
    expires_at: Time
    break_glass: str = ""
    """The reason when somebody overrode the number of approvers; "" for an ordinary one."""


def approval_digest(step: RenderedStep, rehearsal: Rehearsal | None) -> str:
    """What an approval binds to: the step's digest and its rehearsal's."""
    return sha256(canonical([step.digest, rehearsal.digest if rehearsal else ""]).encode()).hexdigest()
