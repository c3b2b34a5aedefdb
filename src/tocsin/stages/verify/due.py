"""What verification would do with an incident at this moment. Pure; one of the stages that `response` asks at every look.

In order: call a finished rollback done, ask for the rollback of a step that did not help, look at a step that has finished,
and, once the harm has stopped, look whether it is over.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tocsin.errors import NotFound
from tocsin.library.steps import Probe, RunbookStep
from tocsin.model.action import Risk
from tocsin.model.acts import ActionVerified
from tocsin.model.incident import Incident
from tocsin.model.move import Confirm, Happening, Move, RollBack, Tell, Verify, Wait
from tocsin.model.standing import LIVE, Action, ActionState
from tocsin.model.state import State
from tocsin.stages.verify.settings import Rules, VerifySettings

VERIFIER = "role:verifier"
ASKED = "verify_by_person"
"""Begins the code of the flag that asks a person whether a step helped."""
OFFERS = 3
"""So often a rollback is asked for when its request expires unanswered."""
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SLOWER = 10
"""Once a person has been asked about a step, it is looked at so much less often."""


def due(incident: Incident, now: datetime, rules: Rules) -> Iterator[Move]:
    """Looks, rollbacks and waits, the most urgent first. A rollback that cannot be had holds up no look."""
    if not incident.is_open:
        return
    yield from _rolled_back(incident)
    yield from _roll_back(incident, rules)
    if look := _verify(incident, now, rules) or _confirm(incident, now, rules):
        yield look


def probe_of(action: Action, rules: Rules) -> Probe | None:
    """The probe that people wrote for this step, from the very version of the runbook that ran."""
    step = _step_of(action, rules)
    return step.verify if step else None


def within_of(probe: Probe | None, settings: VerifySettings) -> timedelta:
    """How long a step may take until it has helped."""
    if probe is None:
        return timedelta(minutes=settings.within_minutes)
    return timedelta(seconds=int(probe.within[:-1]) * _SECONDS[probe.within[-1]])


def hold_of(probe: Probe | None, settings: VerifySettings) -> timedelta:
    """How long its effect must have held: shorter for a step that is given little time."""
    return min(settings.hold, within_of(probe, settings) / 2)


def calm_since(incident: Incident) -> datetime | None:
    """Since when nothing new has gone wrong, as far as the timeline tells; None while the harm has not stopped.

    The harm has stopped when a person says so, when a step has been verified, or when every alert is over by itself and
    nobody has re-opened the incident.
    """
    if any(one.state in LIVE for one in incident.actions):
        return None
    over = bool(incident.alert_ids) and set(incident.alert_ids) <= set(incident.resolved_alert_ids)
    stopped = [one.verified_at for one in incident.actions if one.state is ActionState.VERIFIED]
    if incident.state is not State.MONITORING and not (over and incident.reopened_at is None and not stopped):
        return None
    news = [report.at for report in incident.reports]
    news += [] if over else [at for at in (incident.last_alert_at,) if at]
    harm = [at for at in (incident.mitigated_at, *stopped, incident.triaged_at, incident.reopened_at) if at]
    return max((*news, *harm), default=None)


def _rolled_back(incident: Incident) -> Iterator[Move]:
    """A rollback is done when it is done: what it took back was not helping."""
    for one in incident.actions:
        if one.step.is_rollback and one.state is ActionState.DONE:
            body = ActionVerified(action_id=one.id, passed=True, said=f"Taken back. {one.said}")
            yield Tell(key=f"verify:{one.id}", events=(Happening(actor=VERIFIER, body=body),))


def _roll_back(incident: Incident, rules: Rules) -> Iterator[Move]:
    """Every step that did not help and can be taken back, the newest first."""
    for failed in reversed(incident.actions):
        if failed.state is not ActionState.DISPROVED or failed.step.is_rollback:
            continue
        step = _step_of(failed, rules)
        asked = [one for one in incident.actions if _takes_back(one, failed)]
        if step is not None and step.rollback is not None and _may_ask(asked):
            yield RollBack(key=f"rollback:{failed.id}:{len(asked)}", action_id=failed.id)


def _may_ask(asked: list[Action]) -> bool:
    """Nobody has been asked yet, or nobody has answered."""
    unanswered = not asked or (asked[-1].state is ActionState.REJECTED and asked[-1].said.startswith("expired"))
    return unanswered and len(asked) < OFFERS


def _takes_back(action: Action, failed: Action) -> bool:
    same = (action.step.runbook_id, action.step.step_index) == (failed.step.runbook_id, failed.step.step_index)
    return same and action.step.is_rollback and action.requested_at >= failed.requested_at


def _verify(incident: Incident, now: datetime, rules: Rules) -> Move | None:
    """The next look at the newest step that changed something and has finished."""
    done = [one for one in incident.actions if one.state is ActionState.DONE and one.step.risk is not Risk.READ]
    if not done or done[-1].finished_at is None:
        return None
    action, settings = done[-1], rules.settings
    first = done[-1].finished_at + hold_of(probe_of(action, rules), settings)
    if now < first:
        return Wait(until=first)
    asked = any(flag.code == f"{ASKED}:{action.id}" for flag in incident.flags)
    every = timedelta(seconds=settings.every_seconds) * (_SLOWER if asked else 1)
    turn = (now - first) // every
    key = f"verify:{action.id}:{'asked:' if asked else ''}{turn}"
    return Verify(key=key, action_id=action.id, again_at=first + (turn + 1) * every)


def _confirm(incident: Incident, now: datetime, rules: Rules) -> Move | None:
    """Looks whether it is over, from the moment on when it has been calm for long enough."""
    since = calm_since(incident)
    if since is None:
        return None
    first = since + rules.settings.calm
    if now < first:
        return Wait(until=first)
    every = timedelta(seconds=rules.settings.confirm_every_seconds)
    turn = (now - first) // every
    return Confirm(key=f"confirm:{int(since.timestamp())}:{turn}", again_at=first + (turn + 1) * every)


def _step_of(action: Action, rules: Rules) -> RunbookStep | None:
    """None when the runbook is gone, or is another version by now."""
    try:
        runbook = rules.shelf.get(action.step.runbook_id)
    except NotFound:
        return None
    same = runbook.digest == action.step.runbook_digest
    return runbook.steps[action.step.step_index] if same else None
