"""Outcomes: what came of a run, in the few figures by which two of them are compared. Pure."""

from pydantic import Field

from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.run import Run, StepState


class RoleCost(Value):
    """What one role's player took: who it was, what it spent, and why the built-in analyst answered instead, if it did."""

    role: str
    player: str
    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    replaced: str = ""


class Outcome(Value):
    """What a run concluded and what that took."""

    phase: str
    type: str
    severity: str
    root_cause: str
    confidence: float
    hypothesis: str
    """The code of the first hypothesis; "" when there is none."""
    runbook: str
    steps: int
    """Of the fix."""
    findings: int
    outputs: dict[str, str] = Field(default_factory=dict)
    """Of free agents, by step, in one line each."""
    roles: tuple[RoleCost, ...] = ()

    @property
    def tokens(self) -> int:
        """All roles together."""
        return sum(one.tokens for one in self.roles)

    @property
    def seconds(self) -> float:
        """All roles together."""
        return sum(one.seconds for one in self.roles)


COMPARED = ("type", "severity", "hypothesis", "root_cause", "confidence", "runbook", "steps", "findings")
"""What two outcomes agree on, or do not."""


class Replay(Value):
    """One incident played again. `again` is as it was played then, `instead` with other players, where some were named."""

    incident: str
    run: str
    playbook: str
    players: dict[str, str] = Field(default_factory=dict)
    live: bool = False
    then: Outcome
    again: Outcome
    instead: Outcome | None = None

    @property
    def agrees(self) -> dict[str, bool]:
        """Field by field, the last outcome with the one before it."""
        one, other = (self.then, self.again) if self.instead is None else (self.again, self.instead)
        return {name: getattr(one, name) == getattr(other, name) for name in COMPARED}


def outcome_of(incident: Incident, run_id: str) -> Outcome:
    """As the incident tells it. Raises StopIteration for a run that is not on it."""
    run = next(one for one in incident.runs if one.id == run_id)
    found, fix = incident.diagnosis, incident.fix
    first = found.hypotheses[0] if found and found.hypotheses else None
    verdict = _verdict(run)
    return Outcome(
        phase=run.phase,
        type=str(incident.type or ""),
        severity=str(verdict.get("severity") or incident.severity or ""),
        root_cause=found.root_cause if found else str(verdict.get("root_cause") or ""),
        confidence=found.confidence if found else float(str(verdict.get("confidence") or 0.0)),
        hypothesis=first.cause if first else "",
        runbook=(fix.runbook_id if fix else str(verdict.get("runbook") or "")) or "",
        steps=len(fix.steps) if fix else 0,
        findings=len(incident.findings),
        outputs={one.name: " ".join(str(one.output).split())[:300] for one in run.steps if _free(one)},
        roles=_roles(incident, run),
    )


def _verdict(run: Run) -> dict[str, object]:
    """What a free diagnostician concluded, in a pipeline that diagnoses by one."""
    outputs = [one.output for one in run.steps if isinstance(one.output, dict) and "root_cause" in one.output]
    return outputs[-1] if outputs and "hypotheses" not in outputs[-1] else {}


def _free(step: StepState) -> bool:
    return isinstance(step.output, str) or (
        isinstance(step.output, dict) and bool({"message", "root_cause"} & set(step.output))
    )


def _roles(incident: Incident, run: Run) -> tuple[RoleCost, ...]:
    """Those that a step named, and whoever else was asked on it."""
    rows = [one for one in incident.spendings if one.run_id in ("", run.id)]
    named = {one.role: one for one in run.steps if one.role}
    return tuple(
        RoleCost(
            role=role,
            player=_player(named.get(role), [one.model for one in rows if one.role == role]),
            tokens=sum(one.tokens for one in rows if one.role == role),
            cost=sum(one.cost for one in rows if one.role == role),
            seconds=round(sum(one.seconds for one in rows if one.role == role), 3),
            replaced=named[role].replaced if role in named else "",
        )
        for role in dict.fromkeys([*named, *(one.role for one in rows)])
    )


def _player(step: StepState | None, models: list[str]) -> str:
    if models:
        return models[0]
    return (step.model or step.player) if step else ""
