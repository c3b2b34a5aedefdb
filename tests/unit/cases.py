"""Hand-made incidents for tests of what comes after triage."""

from datetime import UTC, datetime, timedelta

from tocsin.model.action import Fix, Step
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.diagnosis import Diagnosis, Hypothesis
from tocsin.model.event import Body, Declared, Diagnosed, Event, FixProposed, Triaged
from tocsin.model.evidence import Quote
from tocsin.model.ground import IncidentType, RiskLevel, Severity
from tocsin.model.incident import Incident, fold
from tocsin.model.triage import FactKind, ImpactFact, Triage

START = datetime(2026, 3, 4, 2, 41, tzinfo=UTC)
CATALOGUE = Catalogue(
    services=(
        Service(name="ledger-api", public_name="Transfers", tier=0, revenue=True, depends_on=("ledger-db",)),
        Service(name="ledger-db"),
    )
)
ALERT = Alert(
    id="ALERT-1",
    source="alertmanager",
    fingerprint="f1",
    status=AlertStatus.FIRING,
    title="ledger-api error rate is high",
    description="30% of requests return 500",
    service="ledger-api",
    starts_at=START,
    received_at=START,
)


def triage(**changes) -> Triage:
    """A plausible triage, with these fields changed."""
    share = ImpactFact(
        kind=FactKind.REQUESTS_FAILING,
        value=0.3,
        origin="alert",
        quote=Quote(evidence_id="EV-1", text="30% of requests return 500"),
    )
    made = {
        "type": IncidentType.DATABASE,
        "type_confidence": 0.9,
        "severity": Severity.SEV1,
        "rule": "a tier-0 revenue service fails 25% or more of its requests",
        "facts": (share,),
        "specialist": "database-specialist",
        "notify": ("oncall:all",),
    }
    return Triage(**{**made, **changes})


def hypothesis(text: str = "Connection pool of ledger-db is exhausted", confidence: float = 0.7) -> Hypothesis:
    """One hypothesis."""
    return Hypothesis(cause="connection_pool_exhaustion", text=text, service="ledger-db", confidence=confidence)


def diagnosis(**changes) -> Diagnosis:
    """A diagnosis that knows the cause, with these fields changed."""
    made = {
        "specialist": "database-specialist",
        "root_cause": hypothesis().text,
        "confidence": 0.7,
        "hypotheses": (hypothesis(),),
    }
    return Diagnosis(**{**made, **changes})


def fix() -> Fix:
    """A two-step fix."""
    steps = (
        Step(step_index=0, runbook_id="db_kill_connections", text="Count the open connections", risk=RiskLevel.LOW),
        Step(step_index=1, runbook_id="db_kill_connections", text="End long-running queries", risk=RiskLevel.MEDIUM),
    )
    return Fix(
        runbook_id="db_kill_connections",
        title="Connection pool exhaustion",
        steps=steps,
        estimated_time="10 minutes",
        risk=RiskLevel.MEDIUM,
        match=0.9,
        why="its cause matches",
    )


def history(*bodies: Body) -> list[Event]:
    """These bodies as events a minute apart, after the declaration."""
    declared = Declared(
        title=ALERT.title,
        service=ALERT.service,
        environment="production",
        alert_id=ALERT.id,
        reason="first alert",
        started_at=START,
    )
    return [
        Event(incident_id="INC-1", seq=number, at=START + timedelta(minutes=number), actor="system", body=body)
        for number, body in enumerate((declared, *bodies), 1)
    ]


def diagnosed() -> tuple[Incident, list[Event]]:
    """An incident with a diagnosis and a fix, and the events it is made of."""
    events = history(Triaged(triage=triage()), Diagnosed(diagnosis=diagnosis()), FixProposed(fix=fix()))
    return fold("INC-1", events), events
