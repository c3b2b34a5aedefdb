"""What remediation would do with an incident at this moment. Pure; one of the stages that `response` asks at every look.

In order: bind the incident to its policy, take up what a crash cut, let expired requests go, carry out what may run, look which
values the fix still lacks, and offer its next step: mitigations before fixes, one at a time, until one has helped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from tocsin.errors import NotFound
from tocsin.guard.approval import Over, by_the_wall, check
from tocsin.guard.authorize import actor_of
from tocsin.guard.policy import InForce, in_force, judge, stricter
from tocsin.library.runbook import Runbook
from tocsin.library.runbooks import Shelf
from tocsin.library.steps import Purpose
from tocsin.model.action import Decision, RenderedStep, Risk
from tocsin.model.acts import ActionRejected
from tocsin.model.chain import canonical
from tocsin.model.identity import is_person
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Move, Offer, Perform, Survey, Tell, Wait
from tocsin.model.standing import Action, ActionState
from tocsin.stages.remediate.perform import EXPIRED, OUTDATED, taken_up_at
from tocsin.stages.remediate.permit import REMEDIATOR, tag

AGAIN_SECONDS = 15
"""A step that has to wait for something is tried again so often."""
SET_ASIDE = "set_aside:"
"""Begins the code of the flag on a step that could not be offered; it ends with what was known then."""


_ANSWERED = frozenset({ActionState.DONE, ActionState.VERIFIED})
_TOLD = ("alert", "evidence", "incident")
"""Origins that more alerts may add to."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What remediation goes by: the current policy, for incidents that have none yet, and the runbooks.

    `over` is `Means.over`: every look at an approval also starts its time by the clock that cannot be set back. `catalogue` is
    the catalogue's digest: another one may have what was missing.
    """

    current: InForce
    shelf: Shelf
    over: Over = by_the_wall
    catalogue: str = ""


def due(incident: Incident, now: datetime, rules: Rules) -> Iterator[Move]:
    """What remediation would do and what it waits for, the most urgent first. A step that is held holds up no other."""
    if not incident.is_open or incident.severity is None:
        return
    if incident.policy is None:
        body = rules.current.policy.fixed(rules.current.origin)
        yield Tell(key="policy", events=(Happening(actor="system", body=body),))
        return
    running = _running(incident, now)
    under_way = [running] if running else list(_requested(incident, now, rules))
    yield from under_way
    if survey := _survey(incident, rules):
        yield survey
    elif not under_way and (offer := _renewal(incident, rules) or _next(incident, rules)):
        yield offer


def _survey(incident: Incident, rules: Rules) -> Move | None:
    """A look at what the fix lacks, once for everything that could give it: a new catalogue, answer, alert or person's word."""
    runbook = _runbook(incident, rules)
    if runbook is None or incident.mitigated_at:
        return None
    seen = _could_give(incident, runbook, rules)
    if incident.surveyed == seen:
        return None
    return Survey(key=f"survey:{runbook.id}:{incident.surveys}", runbook_id=runbook.id, seen=seen)


def _runbook(incident: Incident, rules: Rules) -> Runbook | None:
    """The proposed one, while it is on the shelf."""
    try:
        return rules.shelf.get(incident.fix.runbook_id) if incident.fix and incident.fix.runbook_id else None
    except NotFound:
        return None


def _could_give(incident: Incident, runbook: Runbook, rules: Rules) -> str:
    """The digest of all that could fill its slots. Of many alerts every doubling is worth another look, not every one."""
    origins = [one.origin for one in runbook.parameters.values()]
    asked = {one.split(".")[1] for one in origins if one.startswith("step.")}
    answers = [one.id for one in incident.actions if one.step.name in asked and one.state in _ANSWERED]
    alerts = len(incident.alert_ids).bit_length() if any(one.startswith(_TOLD) for one in origins) else 0
    known = [runbook.digest, rules.catalogue, len(incident.vouched), answers, alerts]
    return sha256(canonical(known).encode()).hexdigest()[:12]


def _running(incident: Incident, now: datetime) -> Move | None:
    """What is under way is waited for, unless it was cut; what nobody knows the outcome of waits for a person."""
    moving = [one for one in incident.actions if one.state in (ActionState.RUNNING, ActionState.UNKNOWN)]
    for one in moving:
        if one.state is ActionState.RUNNING and one.step.executor != "manual":
            cut = taken_up_at(one, actor_of(REMEDIATOR))
            return _perform(one, now) if cut is None or now >= cut else Wait(until=cut)
    return Wait() if moving else None


def _requested(incident: Incident, now: datetime, rules: Rules) -> Iterator[Move]:
    """Every request that something can be done about, the oldest first, and the wait for the first to expire."""
    asked = [one for one in incident.actions if one.state is ActionState.REQUESTED]
    for one in asked:
        if now >= one.expires_at:
            body = ActionRejected(action_id=one.id, reason=f"{EXPIRED}: nobody decided in time")
            yield Tell(key=f"expire:{one.id}", events=(Happening(actor="system", body=body),))
            continue
        needs = stricter(judge(one.step, incident, rules.current).decision, one.verdict.decision)
        if check(one, needs, now, rules.over).enough:
            yield _perform(one, now)
    if asked:
        yield Wait(until=min(one.expires_at for one in asked))


def _perform(action: Action, now: datetime) -> Perform:
    """Under a key of its own for each quarter of a minute: a step that has to wait is looked at again."""
    turn = int(now.timestamp()) // AGAIN_SECONDS
    again = now + timedelta(seconds=AGAIN_SECONDS)
    return Perform(key=f"perform:{action.id}:{turn}", action_id=action.id, again_at=again)


def _next(incident: Incident, rules: Rules) -> Move | None:
    """The next step of the fix to offer, unless one has helped, or is waiting to be verified."""
    runbook = _runbook(incident, rules)
    if incident.mitigated_at or runbook is None:
        return None
    changing = [one for one in incident.actions if one.step.risk is not Risk.READ]
    newest = changing[-1].state if changing else None
    if newest is ActionState.DONE:
        return Wait()
    if newest is ActionState.VERIFIED and not changing[-1].step.is_rollback:
        return None
    return next(_offers(incident, runbook, rules), None)


def _renewal(incident: Incident, rules: Rules) -> Move | None:
    """What a person asked for and nobody answered, whatever runbook it is of."""
    most = in_force(incident, rules.current).policy.approval.offers
    for one in () if incident.mitigated_at else incident.actions:
        same = [other for other in incident.actions if _same(other, one)]
        if is_person(one.requested_by) and _renewable(one) and same[-1].id == one.id and len(same) < most:
            step = one.step
            return Offer(key=f"again:{one.id}", runbook_id=step.runbook_id, step_index=step.step_index, renews=one.id)
    return None


def _same(one: Action, other: Action) -> bool:
    """Requests for one step with the same values."""
    same = (one.step.runbook_id, one.step.step_index) == (other.step.runbook_id, other.step.step_index)
    return same and one.step.is_rollback == other.step.is_rollback and one.step.slots == other.step.slots


def _offers(incident: Incident, runbook: Runbook, rules: Rules) -> Iterator[Offer]:
    law = in_force(incident, rules.current).policy
    lacking = {index for one in incident.missing for index in one.steps}
    for index, step in enumerate(runbook.steps):
        if index in lacking:
            continue  # what it lacks has been said; it is offered once somebody has given it
        mine = [one for one in incident.actions if _is(one, runbook.id, index)]
        last = mine[-1] if mine else None
        if last is not None and not (_renewable(last) and len(mine) < law.approval.offers):
            continue
        if _set_aside(incident, runbook.id, index):
            if step.risk is not Risk.READ and _left_undone(incident, runbook.id, index):
                return  # mode observe: what follows depends on what this would have done
            continue
        if step.risk is Risk.READ and not (_needed(runbook, index) or _by_itself(incident, runbook, index, rules)):
            continue
        replaces = last.id if last else ""
        yield Offer(
            key=f"offer:{tag(runbook.id, index)}:{len(mine)}:{incident.surveyed}",
            runbook_id=runbook.id,
            step_index=index,
            replaces=replaces,
        )


def _is(action: Action, runbook_id: str, index: int) -> bool:
    step = action.step
    return step.runbook_id == runbook_id and step.step_index == index and not step.is_rollback


def _renewable(action: Action) -> bool:
    """Refused by the clock or by a change, and by nobody's word."""
    return action.state is ActionState.REJECTED and action.said.startswith((EXPIRED, OUTDATED))


def _set_aside(incident: Incident, runbook_id: str, index: int) -> bool:
    """It could not be offered with what is known now, or mode observe left it undone."""
    code = aside(incident, runbook_id, index)
    return any(flag.code == code for flag in incident.flags) or _left_undone(incident, runbook_id, index)


def aside(incident: Incident, runbook_id: str, index: int) -> str:
    """The code of the flag on a step that could not be offered; once more is known it is tried again."""
    return f"{SET_ASIDE}{tag(runbook_id, index)}:{incident.surveyed}"


def _left_undone(incident: Incident, runbook_id: str, index: int) -> bool:
    return any(f" {tag(runbook_id, index)} " in what for what in incident.would_have_done)


def _needed(runbook: Runbook, index: int) -> bool:
    """A later step that changes something reads its answer."""
    origin = f"step.{runbook.steps[index].name}"
    later = (step for step in runbook.steps[index + 1 :] if step.purpose is not Purpose.CHECK)
    slots = {name for step in later for name in step.slots() if name in runbook.parameters}
    return any(runbook.parameters[name].origin.startswith(origin) for name in slots)


def _by_itself(incident: Incident, runbook: Runbook, index: int, rules: Rules) -> bool:
    """A look that needs nobody's click is taken; otherwise people are not asked to approve looking."""
    step = runbook.steps[index]
    sketch = RenderedStep(
        runbook_id=runbook.id,
        runbook_version=runbook.version,
        runbook_digest="",
        step_index=index,
        name=step.name,
        text=step.text,
        purpose=step.purpose,
        executor=step.run.executor,
        call=step.run.model_dump(mode="json"),
        shown="",
        service=incident.service,
        environment=incident.environment,
        risk=step.risk,
        auto=step.auto,
    )
    return judge(sketch, incident, rules.current).decision is Decision.AUTO
