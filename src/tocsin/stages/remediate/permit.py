"""Permission on the record: a step is asked for, rehearsed and judged; people say yes or no; a person's word ends a doubt.

Called by the loop, the API, the tool and the command line alike. Runs no step: that is `perform`. Everything said here is an
event of the incident, written in the transaction that checked whether it may be said.
"""

from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from tocsin.errors import DataError, Denied, NotFound, NotNow
from tocsin.guard import approval as approvals
from tocsin.guard.authorize import MACHINE, actor_of, authorize
from tocsin.guard.policy import InForce, in_force, judge, mode_now
from tocsin.library.runbooks import Shelf
from tocsin.model import acts
from tocsin.model.action import Decision, Mode, Outcome, Rehearsal, RenderedStep, Verdict
from tocsin.model.catalogue import Catalogue
from tocsin.model.event import Body, Noted
from tocsin.model.identity import Principal, Right, Role
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.model.standing import Action, ActionState
from tocsin.ports import Clock, Executor, Ledger, Names, Parcel, Store
from tocsin.stages.remediate.card import cards
from tocsin.stages.remediate.rehearse import Measured, rehearse
from tocsin.stages.remediate.render import (
    EVIDENCE_WAIVED,
    Given,
    render,
    render_again,
    render_preconditions,
    render_rollback,
    spoils_evidence,
)
from tocsin.stages.remediate.scope import Scope

REMEDIATOR = Principal(id="remediator", roles=frozenset({Role.RESPONDER}), via=MACHINE)
"""tocsin itself: it may ask for a step, and approves nothing."""
ALERTS_READ = 200


@dataclass(frozen=True, slots=True)
class Means:
    """What remediation works with. Built once by `app`; holds no state of any incident but who is at work in this process."""

    store: Store
    clock: Clock
    names: Names
    shelf: Shelf
    catalogue: Catalogue
    executors: Mapping[str, Executor]
    current: InForce
    """The policy of the configuration; incidents are judged by the one they were opened under."""
    environments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    over: approvals.Over = approvals.by_the_wall
    ask_in: tuple[str, ...] = ()
    """The channels in which approvers are asked."""
    at_work: set[str] = field(default_factory=set)
    measured: Measured | None = None
    """Reads a precondition's expression, where a metric system is configured."""
    clean: Callable[[str], str] = str
    """Takes secrets out of what people write."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for a step. `action` is None for a dry run and in mode observe: then nothing waits for anybody."""

    incident: Incident
    step: RenderedStep
    rehearsal: Rehearsal
    verdict: Verdict
    action: Action | None = None


async def request(
    means: Means,
    incident_id: str,
    runbook_id: str,
    step_index: int,
    *,
    by: Principal,
    given: Given | None = None,
    environment: str = "",
    key: str = "",
) -> Asked:
    """Asks for one step: rendered, rehearsed, judged, and put before people. Asking again for the same step changes nothing.

    `key` is the caller's own name for this request: under it one action is asked for, however often the request arrives.
    Raises Denied, NotFound, Unfilled. A step that policy never allows, or whose dry run fails, is rejected on the record.
    """
    scope = await open_scope(means, incident_id, by)
    step = render(means.shelf.get(runbook_id), step_index, scope, given=given, environment=environment)
    return await _ask(means, scope, step, by, key)


async def renew(means: Means, incident_id: str, action_id: str) -> Asked:
    """Asks again for a person's request that nobody answered: the values they chose, a fresh dry run, and still theirs.

    So they cannot approve it alone this time either. Raises what `request` raises.
    """
    scope = await open_scope(means, incident_id, REMEDIATOR)
    over = action_of(scope.incident, action_id)
    step = render_again(means.shelf.get(over.step.runbook_id), over.step, scope)
    return await _ask(means, scope, step, REMEDIATOR, renews=over.id)


async def roll_back(means: Means, incident_id: str, action_id: str, *, by: Principal, key: str = "") -> Asked:
    """Asks for the rollback that a runbook declares for a step that ran. Its permission is its own; all else as `request`."""
    scope = await open_scope(means, incident_id, by)
    done = action_of(scope.incident, action_id)
    if done.state in (ActionState.REQUESTED, ActionState.REJECTED, ActionState.RUNNING):
        raise NotNow(f"{action_id} is {done.state}; there is nothing to take back.", "Look at its state again.")
    back = render_rollback(means.shelf.get(done.step.runbook_id), done.step, scope)
    return await _ask(means, scope, back, by, key)


async def dry_run(
    means: Means,
    incident_id: str,
    runbook_id: str,
    step_index: int,
    *,
    by: Principal,
    given: Given | None = None,
    environment: str = "",
) -> Asked:
    """Shows what would happen, and what policy would say. Asks nobody; the timeline notes that somebody looked."""
    scope = await open_scope(means, incident_id, by)
    step = render(means.shelf.get(runbook_id), step_index, scope, given=given, environment=environment)
    verdict = judge(step, scope.incident, means.current)
    rehearsal = await _rehearsed(means, step, scope)
    text = one_line(f"dry run of {runbook_id}[{step_index}] {step.name}: {rehearsal.said}", 500)
    incident = await _append(means, incident_id, by, Noted(text=text))
    return Asked(incident, step, rehearsal, verdict)


async def approve(
    means: Means, incident_id: str, action_id: str, *, by: Principal, digest: str = "", break_glass: str = ""
) -> Incident:
    """One person's yes to an action as it was shown to them (`digest`). Raises Denied, NotNow with what to do.

    Breaking the glass is flagged on the incident beside the approval.
    """
    approval_id = means.names.new("APR")

    def work(ledger: Ledger) -> Incident:
        incident, now = incident_of(ledger, incident_id), means.clock.now()
        settings = in_force(incident, means.current).policy.approval
        given = approvals.issue(
            action_of(incident, action_id),
            by,
            approval_id=approval_id,
            now=_not_before(incident, now),
            settings=settings,
            digest=digest,
            break_glass=means.clean(break_glass),
        )
        means.over(given, now)  # its time begins to run here, by every clock
        say(ledger, incident_id, actor_of(by), now, acts.ActionApproved(action_id=action_id, approval=given))
        if break_glass:
            text = one_line(f"{by.id} broke the glass for {action_id}: {means.clean(break_glass)}", 500)
            say(ledger, incident_id, actor_of(by), now, acts.Flagged(code="break_glass", text=text))
        return incident_of(ledger, incident_id)

    return await means.store.write(work)


async def reject(means: Means, incident_id: str, action_id: str, *, by: Principal, reason: str) -> Incident:
    """A person's no. An approver, a commander, or whoever asked for it may say so. Raises Denied, NotNow."""

    def work(ledger: Ledger) -> Incident:
        incident = incident_of(ledger, incident_id)
        action = _requested(action_of(incident, action_id))
        if approvals.person(by.id) != approvals.requester(action):
            authorize(by, Right.COMMAND if by.may(Right.COMMAND) else Right.APPROVE, incident)
        body = acts.ActionRejected(action_id=action_id, reason=one_line(f"{by.id}: {means.clean(reason)}", 500))
        say(ledger, incident_id, actor_of(by), means.clock.now(), body)
        return incident_of(ledger, incident_id)

    return await means.store.write(work)


async def confirm(
    means: Means, incident_id: str, action_id: str, *, by: Principal, happened: bool, said: str
) -> Incident:
    """A person's word on a step whose outcome is unknown, or which they did by hand. Raises Denied, NotNow."""

    def work(ledger: Ledger) -> Incident:
        incident = incident_of(ledger, incident_id)
        authorize(by, Right.RESPOND, incident)
        action = action_of(incident, action_id)
        by_hand = action.state is ActionState.RUNNING and action.step.executor == "manual"
        if by.via == MACHINE or not (by_hand or action.state is ActionState.UNKNOWN):
            raise NotNow(f"{action_id} is {action.state}; nobody is asked for its outcome.", "Look at its state again.")
        outcome = Outcome(ok=happened, said=one_line(f"{by.id} says: {means.clean(said)}", 500))
        body = acts.ActionFinished(action_id=action_id, outcome=outcome)
        say(ledger, incident_id, actor_of(by), means.clock.now(), body)
        return incident_of(ledger, incident_id)

    return await means.store.write(work)


async def waive_evidence(means: Means, incident_id: str, *, by: Principal, reason: str) -> Incident:
    """Records that evidence of this security incident may be destroyed without a copy, by whose word and why."""
    authorize(by, Right.COMMAND)
    text = one_line(f"{by.id} waives keeping evidence: {means.clean(reason)}", 500)
    return await _append(means, incident_id, by, acts.Flagged(code=EVIDENCE_WAIVED, text=text))


async def open_scope(means: Means, incident_id: str, by: Principal) -> Scope:
    """The scope of an incident, for somebody who may ask for steps on it. Raises Denied, NotFound."""
    authorize(by, Right.PROPOSE)
    scope = await means.store.read(lambda ledger: scope_of(means, ledger, incident_id))
    if not scope.incident.is_open:
        raise NotNow(f"{incident_id} is {scope.incident.state}; nothing is done on it any more.", "Re-open it first.")
    return scope


def scope_of(means: Means, ledger: Ledger, incident_id: str) -> Scope:
    """The scope of an incident as this transaction sees it. Raises NotFound."""
    alerts = ledger.alerts.recent(incident_id=incident_id, limit=ALERTS_READ)
    return Scope(
        incident=incident_of(ledger, incident_id),
        catalogue=means.catalogue,
        alerts=tuple(one.alert for one in reversed(alerts)),
        evidence=tuple(ledger.evidence.of(incident_id)),
        environments=means.environments,
    )


def incident_of(ledger: Ledger, incident_id: str) -> Incident:
    """As it stands. Raises NotFound."""
    found = ledger.incidents.get(incident_id)
    if found is None:
        raise NotFound(f"There is no incident {incident_id[:80]}.", "List those you may see with `tocsin incidents`.")
    return found


def action_of(incident: Incident, action_id: str) -> Action:
    """The action of that id. Raises NotFound."""
    found = next((one for one in incident.actions if one.id == action_id), None)
    if found is None:
        raise NotFound(f"{incident.id} has no action {action_id[:80]}.", "List them with `tocsin actions`.")
    return found


def say(ledger: Ledger, incident_id: str, actor: str, at: datetime, *bodies: Body) -> None:
    """Puts events on the timeline, in this transaction."""
    for body in bodies:
        ledger.timeline.append(incident_id, body, actor=actor, at=at)


async def _ask(means: Means, scope: Scope, step: RenderedStep, by: Principal, key: str = "", renews: str = "") -> Asked:
    incident = scope.incident
    if spoils_evidence(step, incident):
        what = f"{step.name} destroys evidence of a security incident, and nobody has kept a copy."
        raise Denied(
            what,
            f"Take a snapshot first, or let the commander say: tocsin waive-evidence {incident.id} --reason ...",
            code="TCS-DENIED-EVIDENCE",
        )
    rehearsal = await _rehearsed(means, step, scope)
    action_id = _named(incident, by, key) if key else means.names.new("ACT")
    return await means.store.write(
        lambda ledger: _put(means, ledger, incident.id, action_id, step, rehearsal, by, renews)
    )


async def _rehearsed(means: Means, step: RenderedStep, scope: Scope) -> Rehearsal:
    """Its dry run, after what its runbook says must hold first."""
    first = render_preconditions(means.shelf.get(step.runbook_id), step, scope)
    mode = mode_now(scope.incident, means.current, step.service)
    return await rehearse(means.executors, step, mode, first, means.measured)


def _put(
    means: Means,
    ledger: Ledger,
    incident_id: str,
    action_id: str,
    step: RenderedStep,
    rehearsal: Rehearsal,
    by: Principal,
    renews: str,
) -> Asked:
    """The request on the timeline, judged there and then; or the same one that stands already."""
    now, actor = means.clock.now(), actor_of(by)
    incident = incident_of(ledger, incident_id)
    if incident.policy is None:
        say(ledger, incident_id, "system", now, means.current.policy.fixed(means.current.origin))
    verdict = _decided(judge(step, incident, means.current), rehearsal)
    standing = _again(incident, step, action_id) or _same(incident, step, now)
    if standing is not None:
        return Asked(incident, step, standing.rehearsal or rehearsal, standing.verdict, standing)
    if verdict.mode is Mode.OBSERVE:
        say(ledger, incident_id, actor, now, acts.WouldHaveDone(what=would_have(step, verdict)))
        return Asked(incident_of(ledger, incident_id), step, rehearsal, verdict)
    expires = now + timedelta(minutes=in_force(incident, means.current).policy.approval.minutes)
    asked = acts.ActionRequested(
        action_id=action_id, step=step, rehearsal=rehearsal, verdict=verdict, expires_at=expires, renews=renews
    )
    say(ledger, incident_id, actor, now, asked)
    refusal = _refusal(verdict, rehearsal)
    if refusal:
        say(ledger, incident_id, "system", now, acts.ActionRejected(action_id=action_id, reason=refusal))
    incident = incident_of(ledger, incident_id)
    action = action_of(incident, action_id)
    if not refusal:
        for card in cards(incident, action, means.ask_in):
            ledger.outbox.put(Parcel.of(card, incident_id, now))
    return Asked(incident, step, rehearsal, verdict, action)


def would_have(step: RenderedStep, verdict: Verdict) -> str:
    """What mode observe leaves undone, in one line that `due` can find again."""
    asking = {Decision.AUTO: "run", Decision.ONE: "ask one approver for", Decision.TWO: "ask two approvers for"}
    return f"{asking.get(verdict.decision, 'refuse')} {tag(step.runbook_id, step.step_index)} {step.name}: {step.shown}"


def tag(runbook_id: str, step_index: int) -> str:
    """A step's short name: `disk_full[2]`."""
    return f"{runbook_id}[{step_index}]"


def _decided(verdict: Verdict, rehearsal: Rehearsal) -> Verdict:
    """Where something must hold first and nobody could look, a person decides."""
    if verdict.decision is not Decision.AUTO or not rehearsal.unread:
        return verdict
    why = one_line(f"{verdict.reason}; nobody has seen to it that: {rehearsal.unread[0]}", 400)
    return verdict.model_copy(update={"decision": Decision.ONE, "reason": why})


def _refusal(verdict: Verdict, rehearsal: Rehearsal) -> str:
    if verdict.decision is Decision.NEVER:
        return f"policy never allows it: {verdict.reason}"
    return "" if rehearsal.ok else one_line(f"the dry run failed: {rehearsal.said}", 500)


def _named(incident: Incident, by: Principal, key: str) -> str:
    """The action that this person's request of that key asks for: the same name each time it arrives."""
    told = sha256("\x1f".join((incident.id, actor_of(by), key)).encode()).digest()
    return f"ACT-{b32encode(told).decode()[:16]}"


def _again(incident: Incident, step: RenderedStep, action_id: str) -> Action | None:
    """The action that this very request asked for when it came before. Raises DataError when it asked for something else."""
    known = next((one for one in incident.actions if one.id == action_id), None)
    if known is not None and known.step.digest != step.digest:
        what = "this Idempotency-Key was used for another step, or what the step touches has changed since."
        raise DataError(what, "Use a new key for a new request.", code="TCS-ACT-KEY")
    return known


def _same(incident: Incident, step: RenderedStep, now: datetime) -> Action | None:
    alive = (one for one in incident.actions if one.state is ActionState.REQUESTED and now < one.expires_at)
    return next((one for one in alive if one.step.digest == step.digest), None)


def _requested(action: Action) -> Action:
    if action.state is not ActionState.REQUESTED:
        raise NotNow(f"{action.id} is {action.state} already.", "Look at its state again.")
    return action


def _not_before(incident: Incident, now: datetime) -> datetime:
    """Time on an incident never goes back, whatever the clock on the wall says."""
    return max(now, incident.updated_at or now)


async def _append(means: Means, incident_id: str, by: Principal, body: Body) -> Incident:
    def work(ledger: Ledger) -> Incident:
        incident_of(ledger, incident_id)
        say(ledger, incident_id, actor_of(by), means.clock.now(), body)
        return incident_of(ledger, incident_id)

    return await means.store.write(work)
