"""Starts a run that a document, a webhook or the clock asks for: an incident is declared for it, with the plan on its timeline.

Called by the API, the CLI and the rounds, inside one transaction. A run always has an incident: so it has an audit, a budget and an
escalation, like every other response.
"""

from collections.abc import Mapping
from datetime import timedelta

from tocsin.errors import NotNow
from tocsin.guard.attempt import Attempt
from tocsin.guard.authorize import authorize
from tocsin.guard.budget import overrun
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.event import Declared
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.model.plan import Concurrency
from tocsin.model.run import Phase, Run, RunFinished, RunStarted
from tocsin.playbooks.check import Checked
from tocsin.playbooks.shelf import needs_of
from tocsin.ports import KeptAlert
from tocsin.stages.playing.due import ACTOR

REASON = "a run was asked for"
MANY = 1000
MOST = 10_000
MONTH = timedelta(days=32)


def start(attempt: Attempt, checked: Checked, name: str, given: Mapping[str, str], trigger: str) -> Incident:
    """Declares the incident and begins the run. Raises Denied, DataError for inputs that are missing or not declared."""
    authorize(attempt.principal, Right.DECLARE)
    inputs = needs_of(checked, given)
    incident_id = attempt.names.new("INC")
    words = attempt.clean("\n\n".join(inputs.values()))
    alert = _words(attempt, incident_id, words or f"Run {name} of {checked.plan.name}")
    attempt.ledger.alerts.put(KeptAlert(alert, "opened", REASON, incident_id))
    declared = Declared(title=alert.title, alert_id=alert.id, reason=REASON, started_at=attempt.now)
    begun = RunStarted(
        run_id="R1",
        name=name,
        namespace=checked.namespace,
        team=checked.plan.name,
        origin=checked.plan.origin,
        digest=checked.plan.digest,
        plan=checked.plan.model_dump(mode="json"),
        inputs={key: attempt.clean(value) for key, value in inputs.items()},
        trigger=trigger,
    )
    return attempt.record(incident_id, declared, begun, *_refused(attempt, checked))


def _refused(attempt: Attempt, checked: Checked) -> tuple[RunFinished, ...]:
    """A run that would ask models on a budget that is used up and stops: it fails before a token is spent.

    The shipped playbook, which asks none, then takes the incident.
    """
    if not checked.plan.asks_models or not checked.plan.budgets:
        return ()
    known = attempt.ledger.incidents.recent(since=attempt.now - MONTH, limit=MOST)
    over = overrun(checked.plan.budgets, known, attempt.now)
    return (RunFinished(run_id="R1", phase=Phase.FAILED, said=over),) if over else ()


def fire(
    attempt: Attempt, checked: Checked, trigger: str, given: Mapping[str, str], concurrency: Concurrency
) -> Incident | None:
    """The same for a trigger, as its concurrency policy says; None where the last run goes on and a second is forbidden."""
    going = [pair for pair in runs_of(attempt, trigger) if pair[1].phase in (Phase.RUNNING, Phase.WAITING)]
    if going and concurrency is Concurrency.FORBID:
        return None
    if concurrency is Concurrency.REPLACE:
        for incident, run in going:
            body = RunFinished(run_id=run.id, phase=Phase.FAILED, said=f"replaced: {trigger} fired again")
            attempt.ledger.timeline.append(incident.id, body, actor=ACTOR, at=attempt.now)
    name = f"{trigger}-{attempt.names.new('RUN').rpartition('-')[2].lower()}"
    return start(attempt, checked, name, given, trigger)


def runs_of(attempt: Attempt, trigger: str) -> list[tuple[Incident, Run]]:
    """Every run of a trigger on an open incident."""
    found = attempt.ledger.incidents.recent(open_only=True, limit=MANY)
    return [(one, run) for one in found for run in one.runs if run.trigger == trigger]


def must_be_new(attempt: Attempt, name: str) -> None:
    """Raises NotNow when a run of that name exists: a run is an immutable record."""
    for one in attempt.ledger.incidents.recent(limit=MANY):
        if any(run.name == name for run in one.runs):
            raise NotNow(
                f"there is a run {name[:80]!r} already, on {one.id}.", "Give it another name.", code="TCS-RUN-EXISTS"
            )


def _words(attempt: Attempt, incident_id: str, words: str) -> Alert:
    return Alert(
        id=attempt.names.new("ALR"),
        source="run",
        fingerprint=incident_id,
        status=AlertStatus.FIRING,
        title=one_line(words.strip().partition("\n")[0]),
        description=words,
        received_at=attempt.now,
    )
