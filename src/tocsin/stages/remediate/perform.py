"""Carrying out: the only module that lets an Executor change anything. Called by the loop, and by `tool` and the command line.

Everything is checked again in the one transaction that writes ActionStarted: the switch, the mode, the policy, the limits, the
time, the step's bytes, its rehearsal, its approvals and who gave them. Then the step runs, once, with its key. When the
process is cut in between, a step that may run twice runs again with the same key; of any other a person says what is true.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.errors import Denied, OutcomeUnknown, SourceError, TocsinError, WaitsForPerson
from tocsin.guard.approval import check
from tocsin.guard.authorize import actor_of
from tocsin.guard.limits import HOUR, held_back
from tocsin.guard.policy import in_force, judge, mode_now, stricter
from tocsin.model import acts
from tocsin.model.action import Decision, Mode, Outcome, RenderedStep, Risk
from tocsin.model.event import Body
from tocsin.model.identity import Principal
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.model.standing import Action, ActionState
from tocsin.ports import Ledger
from tocsin.stages.remediate.asking import by_hand, unknown
from tocsin.stages.remediate.permit import (
    REMEDIATOR,
    Means,
    action_of,
    incident_of,
    say,
    scope_of,
    would_have,
)
from tocsin.stages.remediate.render import render_again, spoils_evidence

EXPIRED = "expired"
OUTDATED = "outdated"
"""How the clock's and the machine's own refusals begin: a step refused so is offered again, with a fresh dry run."""
GRACE = timedelta(seconds=5)
"""After a step's own time is up its executor has so long to say so."""
_MANY = 1000


@dataclass(frozen=True, slots=True)
class _Begun:
    step: RenderedStep
    key: str
    digest: str


async def perform(
    means: Means,
    incident_id: str,
    action_id: str,
    *,
    by: Principal = REMEDIATOR,
    fence: Callable[[], Awaitable[object]] | None = None,
) -> Incident:
    """Carries out an action that has what policy asks for, or says on the record why not. The incident as it then stands.

    An action that must wait (the switch is on, another step is in flight) stays as it is. `fence` is called just before the
    step runs and raises when this worker is no longer in charge. Raises Denied for a yes that is missing, NotFound.
    """
    if action_id in means.at_work:
        return await means.store.read(lambda ledger: incident_of(ledger, incident_id))
    means.at_work.add(action_id)
    try:
        begun = await means.store.write(lambda ledger: _begin(means, ledger, incident_id, action_id, actor_of(by)))
        if begun is None:
            return await means.store.read(lambda ledger: incident_of(ledger, incident_id))
        if fence is not None:
            await fence()
        came = await _run(means, action_id, begun)
        return await means.store.write(
            lambda ledger: _finish(means, ledger, incident_id, action_id, actor_of(by), came)
        )
    finally:
        means.at_work.discard(action_id)


def taken_up_at(action: Action, by: str) -> datetime | None:
    """When a RUNNING action counts as cut: at once for whoever began it, for others when its time is over by all means."""
    if action.started_at is None or action.started_by == by:
        return action.started_at
    return action.started_at + timedelta(seconds=action.step.timeout_seconds) + 2 * GRACE


def _begin(means: Means, ledger: Ledger, incident_id: str, action_id: str, actor: str) -> _Begun | None:
    """All checks and the start, in one transaction. None when nothing is to run now."""
    incident, now = incident_of(ledger, incident_id), means.clock.now()
    now = max(now, incident.updated_at or now)
    action = action_of(incident, action_id)
    if action.state is ActionState.RUNNING:
        return _take_up(means, ledger, incident, action, actor, now)
    if action.state is not ActionState.REQUESTED or not incident.is_open:
        return None
    if why := _refused(means, ledger, incident, action, now):
        say(ledger, incident_id, "system", now, *_no(means, incident, action, why))
        return None
    standing = _approved(means, incident, action, now)
    if why := _held(means, ledger, incident, action, now):
        _wait(ledger, incident, action, why, now)
        return None
    key = f"{incident_id}/{action_id}/{action.step.digest[:16]}"
    say(ledger, incident_id, actor, now, acts.ActionStarted(action_id=action_id, key=key, approvals=standing))
    if action.step.executor == "manual":
        say(ledger, incident_id, actor, now, by_hand(incident, action))
    return _begun(action, key)


def _take_up(
    means: Means, ledger: Ledger, incident: Incident, action: Action, actor: str, now: datetime
) -> _Begun | None:
    """A step found running: cut by a crash, or still somebody else's. Run again only as long as it might begin now."""
    cut = taken_up_at(action, actor)
    if action.step.executor == "manual" or cut is None or now < cut:
        return None
    if ledger.stops.now().on:
        return None
    twice = action.step.idempotent or action.step.risk is Risk.READ
    standing = check(action, _needs(means, incident, action), now, means.over)
    if twice and standing.enough and not _refused(means, ledger, incident, action, now):
        return _begun(action, action.key)
    why = "The service was cut off while this step ran. It may or may not have happened."
    say(ledger, incident.id, "system", now, *unknown(incident, action, why))
    return None


def _begun(action: Action, key: str) -> _Begun:
    return _Begun(action.step.model_copy(deep=True), key, action.step.digest)


def _refused(means: Means, ledger: Ledger, incident: Incident, action: Action, now: datetime) -> str:
    """Why this action will never run as it stands, or ""."""
    if _mode(means, incident, action) is Mode.OBSERVE:
        return "mode observe"
    if now >= action.expires_at:
        return f"{EXPIRED}: nobody decided in time"
    if _needs(means, incident, action) is Decision.NEVER:
        return "policy never allows it"
    if action.rehearsal is None or not action.rehearsal.ok:
        return f"{OUTDATED}: there is no dry run that succeeded"
    if action.step.executor not in means.executors:
        return f"no executor {action.step.executor} is configured"
    if spoils_evidence(action.step, incident):
        return "it would destroy evidence that nobody has kept"
    return _changed(means, ledger, action, incident)


def _changed(means: Means, ledger: Ledger, action: Action, incident: Incident) -> str:
    """Whether the runbook, the catalogue or the scope have moved since people looked."""
    try:
        again = render_again(means.shelf.get(action.step.runbook_id), action.step, scope_of(means, ledger, incident.id))
    except TocsinError as failure:
        return one_line(f"{OUTDATED}: it cannot be rendered any more: {failure.what}", 400)
    return "" if again.digest == action.step.digest else f"{OUTDATED}: the runbook or what it touches has changed"


def _approved(means: Means, incident: Incident, action: Action, now: datetime) -> tuple[str, ...]:
    """The ids of the approvals that carry it. Raises Denied when they are too few."""
    standing = check(action, _needs(means, incident, action), now, means.over)
    if not standing.enough:
        missing = standing.needed - len(standing.valid)
        what = f"{action.id} needs {missing} more approval{'s' if missing > 1 else ''}. {'; '.join(standing.refused)}".strip()
        raise Denied(what, "Let somebody with the role approver say yes.", code="TCS-DENIED-APPROVAL")
    return tuple(one.id for one in standing.valid)


def _held(means: Means, ledger: Ledger, incident: Incident, action: Action, now: datetime) -> str:
    """Why it has to wait, or ""."""
    stop = ledger.stops.now()
    if stop.on:
        return f"{stop.by} stopped all actions: {stop.reason}"
    limits = in_force(incident, means.current).policy.limits
    return held_back(action.step, incident, _others(ledger, now), limits, now)


def _others(ledger: Ledger, now: datetime) -> list[Incident]:
    """Every incident whose actions may count: open, or changed within the hour."""
    found = (
        *ledger.incidents.recent(open_only=True, limit=_MANY),
        *ledger.incidents.recent(since=now - HOUR, limit=_MANY),
    )
    return list({one.id: one for one in found if one.actions}.values())


def _needs(means: Means, incident: Incident, action: Action) -> Decision:
    """As it is judged now, or as it was when it was asked for: whichever asks for more."""
    return stricter(judge(action.step, incident, means.current).decision, action.verdict.decision)


def _mode(means: Means, incident: Incident, action: Action) -> Mode:
    return mode_now(incident, means.current, action.step.service)


def _no(means: Means, incident: Incident, action: Action, why: str) -> tuple[Body, ...]:
    rejected = acts.ActionRejected(action_id=action.id, reason=why)
    if _mode(means, incident, action) is not Mode.OBSERVE:
        return (rejected,)
    return acts.WouldHaveDone(what=would_have(action.step, action.verdict)), rejected


def _wait(ledger: Ledger, incident: Incident, action: Action, why: str, now: datetime) -> None:
    """Says once why an action waits."""
    text = one_line(f"{action.id} waits: {why}", 500)
    if all(flag.text != text for flag in incident.flags):
        say(ledger, incident.id, "system", now, acts.Flagged(code="action_held", text=text))


async def _run(means: Means, action_id: str, begun: _Begun) -> acts.ActionFinished | acts.ActionUnknown | None:
    """What came of it, whatever happens: a failure that nobody foresaw leaves a question, and never silence.

    None while a person does it: they were asked in the transaction that began it.
    """
    step, executor = begun.step, means.executors[begun.step.executor]
    if step.digest != begun.digest:
        return _ended(action_id, ok=False, said="The step was altered in memory and was not run.")
    try:
        async with asyncio.timeout(step.timeout_seconds + GRACE.total_seconds()):
            outcome = await executor.run(step, begun.key)
    except WaitsForPerson:
        return None
    except SourceError as failure:
        return _ended(action_id, ok=False, said=str(failure))
    except OutcomeUnknown as doubt:
        return acts.ActionUnknown(action_id=action_id, why=one_line(str(doubt), 500))
    except TimeoutError:
        return _after_a_cut(action_id, step, "its executor did not answer in time")
    except Exception as failure:  # noqa: BLE001 - it is put on record, and a person is asked
        return _after_a_cut(action_id, step, f"its executor failed ({type(failure).__name__})")
    return acts.ActionFinished(action_id=action_id, outcome=outcome)


def _after_a_cut(action_id: str, step: RenderedStep, why: str) -> acts.ActionFinished | acts.ActionUnknown:
    """Reading twice harms nobody; of anything else only the target knows."""
    if step.risk is Risk.READ:
        return _ended(action_id, ok=False, said=f"It reads only, and {why}.")
    return acts.ActionUnknown(action_id=action_id, why=f"It began, and {why}. Look at the target.")


def _ended(action_id: str, *, ok: bool, said: str) -> acts.ActionFinished:
    return acts.ActionFinished(action_id=action_id, outcome=Outcome(ok=ok, said=one_line(said, 1000)))


def _finish(
    means: Means,
    ledger: Ledger,
    incident_id: str,
    action_id: str,
    actor: str,
    came: acts.ActionFinished | acts.ActionUnknown | None,
) -> Incident:
    incident, now = incident_of(ledger, incident_id), means.clock.now()
    action = action_of(incident, action_id)
    if came is None or action.state is not ActionState.RUNNING:
        return incident  # a person does it, or a person or another worker has said what became of it
    bodies: tuple[Body, ...] = (came,)
    if isinstance(came, acts.ActionUnknown):
        bodies = unknown(incident, action, came.why)
    say(ledger, incident_id, actor, now, *bodies)
    return incident_of(ledger, incident_id)
