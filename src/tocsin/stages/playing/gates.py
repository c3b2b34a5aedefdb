"""A person's answer at a gate of a playbook: one act, authorised by the role the gate names. Called by API and CLI."""

from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from tocsin.errors import NotFound, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.model.ground import Value
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.model.run import GateAnswered, Phase, StepFinished
from tocsin.stages.playing.due import current, plan_of

RIGHTS = {
    "commander": Right.COMMAND,
    "approver": Right.APPROVE,
    "communicator": Right.COMMUNICATE,
    "responder": Right.RESPOND,
}
"""Whose word a gate takes; a role that is not named here is the commander's to answer."""


class AnswerGate(Value):
    """Whether the run goes on past a gate, and why."""

    passed: StrictBool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = Field(default="")


def answer_gate(attempt: Attempt, incident_id: str, step_name: str, ask: AnswerGate) -> Incident:
    """Lets a step that waits go on, or ends the run there. Raises NotFound, NotNow, Denied."""
    incident = attempt.known(incident_id, Right.READ)
    run = current(incident)
    if run is None:
        raise NotNow("no playbook waits on this incident.", "See its runs with `tocsin show`.", code="TCS-GATE-NONE")
    step = next((one for one in plan_of(run).steps if one.name == step_name), None)
    if step is None or step.gate is None:
        raise NotFound(f"the playbook has no gate {step_name[:80]!r}.", "See its runs with `tocsin show`.")
    attempt.working(incident_id, RIGHTS.get(step.gate.role, Right.COMMAND))
    if run.step(step_name).phase is not Phase.WAITING:
        raise NotNow(f"{step_name} does not wait for anybody.", "Nothing to do.", code="TCS-GATE-NOW")
    answered = GateAnswered(run_id=run.id, step=step_name, passed=ask.passed, reason=ask.reason)
    if ask.passed:
        return attempt.record(incident_id, answered)
    stopped = StepFinished(run_id=run.id, step=step_name, phase=Phase.FAILED, said=f"stopped by a person: {ask.reason}")
    return attempt.record(incident_id, answered, stopped)
