"""What verification would do with an incident at this moment. Pure; one of the stages that `response` asks at every look.

In order: call a finished rollback done, ask for the rollback of a step that did not help, look at a step that has finished,
and, once the harm has stopped, look whether it is over.
"""

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


def due(incident: Incident, now: datetime, rules: Rules) -> Move | None:
    """The most urgent look, a wait, or None."""
    if not incident.is_open:
        return None
    return (
        _rolled_back(incident)
        or _roll_back(incident, rules)
        or _verify(incident, now, rules)
        or _confirm(incident, now, rules)
    )


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


def _rolled_back(incident: Incident) -> Move | None:
    """A rollback is done when it is done: what it took back was not helping."""
    for one in incident.actions:
        if one.step.is_rollback and one.state is ActionState.DONE:
            body = ActionVerified(action_id=one.id, passed=True, said=f"Taken back. {one.said}")
            return Tell(key=f"verify:{one.id}", events=(Happening(actor=VERIFIER, body=body),))
    return None


def _roll_back(incident: Incident, rules: Rules) -> Move | None:
    """The newest step that did not help, and can be taken back."""
    failed = [one for one in incident.actions if one.state is ActionState.DISPROVED and not one.step.is_rollback]
    step = _step_of(failed[-1], rules) if failed else None
    if step is None or step.rollback is None:
        return None
    asked = [one for one in incident.actions if _takes_back(one, failed[-1])]
    if asked and not (asked[-1].state is ActionState.REJECTED and asked[-1].said.startswith("expired")):
        return None
    if len(asked) >= OFFERS:
        return None
    return RollBack(key=f"rollback:{failed[-1].id}:{len(asked)}", action_id=failed[-1].id)


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
