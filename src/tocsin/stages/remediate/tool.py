"""`execute_runbook`: the tool as its readers know it. The same path as everybody's: it asks, and runs only what may run.

Served by REST and MCP. `approvedBy` never creates an approval: it names the person whose recorded, unexpired approval of this
exact step is to be used. Whoever calls is an authenticated Principal and needs the right to ask.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from tocsin.errors import DataError, NotFound
from tocsin.guard.approval import check, person
from tocsin.guard.authorize import authorize
from tocsin.guard.policy import stricter
from tocsin.model.action import Decision, approval_digest
from tocsin.model.identity import Principal, Right
from tocsin.model.incident import Incident
from tocsin.model.standing import Action, ActionState
from tocsin.ports import Ledger
from tocsin.stages.remediate.permit import Asked, Means, action_of, dry_run, request
from tocsin.stages.remediate.render import Given

APPROVAL_REQUIRED = "APPROVAL_REQUIRED"
CarryOut = Callable[[str, str], Awaitable[Incident]]
"""Has an action of an incident carried out, here or by the loop, and answers with the incident afterwards."""
_MANY = 1000


async def execute_runbook(
    means: Means,
    principal: Principal,
    carry_out: CarryOut,
    *,
    runbookId: str,
    stepIndex: int,
    targetEnvironment: Literal["production", "staging"],
    dryRun: bool = True,
    approvedBy: str = "",
    incidentId: str = "",
    parameters: Given | None = None,
    key: str = "",
) -> dict[str, Any]:
    """Shows a step, or asks for it and runs it when it may run.

    `stepIndex` counts from 0. Without `incidentId` the one open incident whose fix is this runbook is meant. `parameters` are
    values that a person chose; `key` is the caller's own name for this call, under which it happens once. `status` of the
    answer: DRY_RUN, APPROVAL_REQUIRED (with the step's hash and a link), OBSERVED, REFUSED, WAITING, RUNNING, DONE, FAILED or
    UNKNOWN. Raises Denied, NotFound, Unfilled, DataError.
    """
    authorize(principal, Right.PROPOSE)
    incident_id = incidentId or await means.store.read(lambda ledger: _the_one(ledger, runbookId))
    asking: dict[str, Any] = {"by": principal, "given": parameters, "environment": targetEnvironment}
    if dryRun:
        return _answer("DRY_RUN", await dry_run(means, incident_id, runbookId, stepIndex, **asking))
    asked = await request(means, incident_id, runbookId, stepIndex, **asking, key=key)
    if asked.action is None:
        return _answer("OBSERVED", asked)
    if asked.action.state is not ActionState.REQUESTED:  # refused, or the same call came before
        return _came(asked, asked.incident, asked.action)
    if missing := _missing(means, asked, asked.action, approvedBy):
        return _answer(APPROVAL_REQUIRED, asked) | {"reason": missing}
    incident = await carry_out(incident_id, asked.action.id)
    return _came(asked, incident, action_of(incident, asked.action.id))


def _the_one(ledger: Ledger, runbook_id: str) -> str:
    """The open incident that this runbook was proposed for. Raises NotFound, DataError when there are several."""
    found = [
        one.id
        for one in ledger.incidents.recent(open_only=True, limit=_MANY)
        if one.fix is not None and one.fix.runbook_id == runbook_id
    ]
    if not found:
        raise NotFound(
            f"No open incident has the runbook {runbook_id[:80]!r} as its fix.", "Say which: give `incidentId`."
        )
    if len(found) > 1:
        what = f"{len(found)} open incidents have this runbook as their fix: {', '.join(found[:5])}."
        raise DataError(what, "Say which: give `incidentId`.", code="TCS-ACTION-WHICH")
    return found[0]


def _missing(means: Means, asked: Asked, action: Action, approved_by: str) -> str:
    """Which yes is missing, or ""."""
    decision = stricter(asked.verdict.decision, action.verdict.decision)
    if approved_by:
        given = [one for one in action.approvals if person(one.approver) == person(approved_by)]
        if not given:
            return f"{approved_by[:80]} has given no approval of this step; naming somebody is not an approval"
    elif decision is not Decision.AUTO:
        return "this step needs a recorded approval; name its approver in approvedBy"
    now = max(means.clock.now(), asked.incident.updated_at or means.clock.now())
    standing = check(action, decision, now, means.over)
    if approved_by and all(person(one.approver) != person(approved_by) for one in standing.valid):
        return "; ".join(standing.refused) or f"the approval of {approved_by[:80]} does not count any more"
    return "" if standing.enough else f"{standing.needed - len(standing.valid)} more approval needed"


def _answer(status: str, asked: Asked) -> dict[str, Any]:
    """What every answer holds; `approvalHash` is what an approval binds to."""
    step, action = asked.step, asked.action
    return {
        "status": status,
        "incidentId": asked.incident.id,
        "runbookId": step.runbook_id,
        "stepIndex": step.step_index,
        "targetEnvironment": step.environment,
        "step": step.text,
        "command": step.shown,
        "targets": list(step.targets),
        "risk": step.risk,
        "stepHash": step.digest,
        "approvalHash": approval_digest(step, action.rehearsal if action else asked.rehearsal),
        "dryRun": {"ok": asked.rehearsal.ok, "said": asked.rehearsal.said},
        "policy": {"decision": asked.verdict.decision, "mode": asked.verdict.mode, "reason": asked.verdict.reason},
        **(
            {"actionId": action.id, "link": f"/api/incidents/{asked.incident.id}/actions/{action.id}"} if action else {}
        ),
        **({"reason": action.said} if action and action.said else {}),
    }


def _came(asked: Asked, incident: Incident, action: Action) -> dict[str, Any]:
    words = {
        ActionState.REQUESTED: "WAITING",
        ActionState.REJECTED: "REFUSED",
        ActionState.RUNNING: "RUNNING",
        ActionState.FAILED: "FAILED",
        ActionState.UNKNOWN: "UNKNOWN",
    }
    told = {"output": action.outcome.output, "said": action.outcome.said} if action.outcome else {"said": action.said}
    held = next((flag.text for flag in reversed(incident.flags) if flag.text.startswith(f"{action.id} waits")), "")
    waiting = {"reason": held} if action.state is ActionState.REQUESTED and held else {}
    return _answer(words.get(action.state, "DONE"), asked) | told | waiting
