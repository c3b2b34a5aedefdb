"""Which steps of the playbook are due. Pure; the run is a fold, so a restart goes on where it was."""

from datetime import datetime, timedelta
from typing import Any

from tocsin.model.context import context_of
from tocsin.model.ground import rfc3339
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Move, Play, Rethink, Tell, Wait
from tocsin.model.plan import Plan, Step
from tocsin.model.run import Phase, Run, RunFinished
from tocsin.playbooks import templates

ACTOR = "role:coordinator"
EXCEEDED = "BudgetExceeded"
"""How a run says that its budget was used up before it began."""


def due(incident: Incident, now: datetime) -> Move | None:
    """The steps that are ready, side by side; the end of the run when all are through; else when to look again."""
    run = current(incident)
    if run is None or not incident.is_open:
        return _another(incident)
    plan = plan_of(run)
    until = None if plan.timeout_seconds is None else run.started_at + timedelta(seconds=plan.timeout_seconds)
    failed = next((one for one in run.steps if one.phase is Phase.FAILED), None)
    if failed is not None:
        return _over(run, Phase.FAILED, f"step {failed.name} failed: {failed.said}")
    if until is not None and now >= until:
        return _over(run, Phase.FAILED, f"not through after {plan.timeout_seconds:g} seconds")
    ready = tuple(one.name for one in plan.ready(run.over) if not _waits(run, one))
    if ready:
        return Play(key=f"play:{run.id}:{'+'.join(ready)}", run_id=run.id, steps=ready)
    if len(run.over) == len(plan.steps):
        return _over(run, Phase.SUCCEEDED, "", _output(incident, run, plan))
    return Wait(until=until)


def current(incident: Incident) -> Run | None:
    """The run that goes on, or None."""
    return next((one for one in reversed(incident.runs) if one.phase is Phase.RUNNING), None)


def plan_of(run: Run) -> Plan:
    """The plan as it was when the run began."""
    return Plan.model_validate(run.plan)


def scope_of(incident: Incident, run: Run) -> dict[str, Any]:
    """What templates and conditions of a step may name."""
    return {
        "input": run.inputs,
        "steps": {one.name: {"output": one.output, "phase": str(one.phase)} for one in run.steps},
        "context": context_of(incident),
        "incident": {
            "id": incident.id,
            "title": incident.title,
            "service": incident.service,
            "severity": str(incident.severity or ""),
            "type": str(incident.type or ""),
            "started": rfc3339(incident.started_at) if incident.started_at else "",
        },
    }


def _waits(run: Run, step: Step) -> bool:
    """A person has been asked and has not answered."""
    state = run.step(step.name)
    return step.gate is not None and state.phase is Phase.WAITING and state.passed is None


def _over(run: Run, phase: Phase, said: str, output: object = None) -> Tell:
    body = RunFinished(run_id=run.id, phase=phase, output=output, said=said)
    return Tell(key=f"{run.id}:over", events=(Happening(actor=ACTOR, body=body),))


def _output(incident: Incident, run: Run, plan: Plan) -> object:
    if plan.output:
        return templates.render(plan.output, scope_of(incident, run))
    return run.step(plan.steps[-1].name).output


def _another(incident: Incident) -> Move | None:
    """A plan of the team's own that failed before anybody knew a cause: the shipped one takes its place, once."""
    if not incident.runs or not incident.is_open or incident.diagnosis is not None:
        return None
    newest = incident.runs[-1]
    by_a_person = any(one.passed is False for one in newest.steps)
    asked_for = newest.trigger != "incident" and not newest.said.startswith(EXCEEDED)
    ours = newest.origin.startswith("shipped/") or asked_for
    if newest.phase is not Phase.FAILED or ours or by_a_person:
        return None
    return Rethink(key=f"{newest.id}:instead", reason=f"playbook {newest.team} failed: {newest.said}")
