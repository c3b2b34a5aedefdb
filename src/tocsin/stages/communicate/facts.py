"""The one ledger of facts that every message is written from: drafts differ in words, never in facts. Pure."""

from datetime import datetime, timedelta

from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue
from tocsin.model.event import AlertResolved, Closed, Declared, Diagnosed, Event, FixProposed, SeverityRaised, Triaged
from tocsin.model.ground import Severity, Value
from tocsin.model.incident import Incident, State
from tocsin.model.plain import clock, minute, one_line, spell
from tocsin.model.triage import IMPACT_WORDS, FactKind, ImpactFact, Triage
from tocsin.model.vocabulary import WORDS, Words
from tocsin.stages.communicate.public import impact, impact_brief, public_name


class Facts(Value):
    """What is known at `now`, in plain strings ready for a template. Times are `HH:MM UTC` or with the date."""

    incident_id: str
    severity: str
    type: str
    title: str
    service: str
    affected: tuple[str, ...]
    public_service: str
    public_spoken: str
    """The public name as it stands inside a sentence."""
    public_impact: str
    public_impact_brief: str
    impact: str
    words: Words
    commander: str
    specialist: str
    source: str
    started: str
    now: str
    duration: str
    interval_minutes: int
    next_update: str
    hypothesis: str
    confidence: str
    root_cause: str
    fix_title: str
    fix_steps: tuple[str, ...]
    fix_time: str
    next_step: str
    notify: tuple[str, ...]
    timeline: tuple[str, ...]
    is_security: bool
    is_resolved: bool
    action_items: tuple[str, ...]


LONG = 600
"""Characters of a sentence that must not be cut in the middle of its point."""
_IMPACT = IMPACT_WORDS | {FactKind.WORKAROUND: "a workaround exists", FactKind.COSMETIC: "cosmetic"}
CADENCE_MINUTES = {Severity.SEV1: 30, Severity.SEV2: 30, Severity.SEV3: 60, Severity.SEV4: 60}
"""How often the public page is promised an update, by severity (minutes)."""


def gather(
    incident: Incident, events: list[Event], alerts: tuple[Alert, ...], catalogue: Catalogue, now: datetime
) -> Facts:
    """The facts of a triaged incident. Raises ValueError when it has not been triaged: nothing true can be said yet."""
    triage = incident.triage
    if triage is None or incident.severity is None:
        raise ValueError(f"incident {incident.id} is not triaged")
    text = " ".join(f"{alert.title} {alert.description}" for alert in alerts)
    heading, spoken = public_name(incident.service, text, catalogue)
    started = incident.started_at or incident.declared_at or now
    interval = CADENCE_MINUTES[incident.severity]
    diagnosis, fix = incident.diagnosis, incident.fix
    return Facts(
        incident_id=incident.id,
        severity=str(incident.severity),
        type=str(triage.type),
        title=one_line(incident.title),
        service=one_line(incident.service) or "unknown service",
        affected=tuple(one_line(name) for name in affected_services(incident)),
        public_service=heading,
        public_spoken=spoken,
        public_impact=impact(triage, spoken),
        public_impact_brief=impact_brief(triage, spoken),
        impact=_internal_impact(triage),
        words=WORDS[incident.state],
        commander="not assigned yet",
        specialist=triage.specialist,
        source=_sources(alerts),
        started=minute(started),
        now=clock(now),
        duration=spell(now - started),
        interval_minutes=interval,
        next_update=minute(now + timedelta(minutes=interval)),
        hypothesis=_hypothesis(incident),
        confidence=f"{diagnosis.confidence:.0%}" if diagnosis else "",
        root_cause=one_line(diagnosis.root_cause, LONG) if diagnosis else "",
        fix_title=fix.title if fix else "",
        fix_steps=tuple(step.text for step in fix.steps) if fix else (),
        fix_time=fix.estimated_time if fix else "",
        next_step=_next_step(incident),
        notify=triage.notify,
        timeline=tuple(_milestones(events)),
        is_security=triage.type == "security",
        is_resolved=incident.state in (State.RESOLVED, State.REVIEWED),
        action_items=_action_items(incident),
    )


def affected_services(incident: Incident) -> list[str]:
    """Every service that an alert named or the blast radius reaches, the alerting ones first."""
    reached = [name for finding in incident.findings for name in _reached(finding.data.get("affected"))]
    return list(dict.fromkeys([*incident.services, *reached]))


def _reached(affected: object) -> list[str]:
    """Service names out of a blast-radius list, whose rows are names or {service, depth}."""
    if isinstance(affected, dict):
        return [str(name) for name in affected]
    if not isinstance(affected, list):
        return []
    return [str(row.get("service", "")) if isinstance(row, dict) else str(row) for row in affected if row]


def _internal_impact(triage: Triage) -> str:
    """The impact facts in words, the strongest first; what was only assumed is not said."""
    said = [_IMPACT[fact.kind].format(fact.value) for fact in triage.facts if fact.kind in _IMPACT and _stated(fact)]
    return ", ".join(sorted(set(said), key=said.index)) or "not measured yet"


def _stated(fact: ImpactFact) -> bool:
    return fact.value is not False and fact.origin != "default"


def _hypothesis(incident: Incident) -> str:
    if incident.diagnosis and incident.diagnosis.hypotheses:
        return one_line(incident.diagnosis.hypotheses[0].text, LONG)
    return "none yet"


def _next_step(incident: Incident) -> str:
    if incident.fix and incident.fix.steps:
        return f"decide on the proposed fix: {incident.fix.title}"
    if incident.diagnosis and incident.diagnosis.next_question:
        return one_line(incident.diagnosis.next_question)
    return f"{incident.triage.specialist if incident.triage else 'the specialist'} investigates"


def _sources(alerts: tuple[Alert, ...]) -> str:
    return ", ".join(dict.fromkeys(alert.source for alert in alerts)) or "declared by hand"


def _milestones(events: list[Event]) -> list[str]:
    """`HH:MM UTC - what happened`, for the turning points only."""
    return [f"{clock(event.at)} - {one_line(said)}" for event in events if (said := _milestone(event))]


def _milestone(event: Event) -> str:
    match event.body:
        case Declared():
            return "alert received, incident declared"
        case Triaged(triage=triage):
            return f"triaged as {triage.type} {triage.severity}, routed to {triage.specialist}"
        case SeverityRaised(severity=severity):
            return f"severity raised to {severity}"
        case AlertResolved(open_alerts=still):
            return f"an alert resolved, {still} still firing"
        case Diagnosed(diagnosis=diagnosis) if diagnosis.root_cause:
            return f"cause proposed with {diagnosis.confidence:.0%} confidence"
        case Diagnosed():
            return "cause not found yet"
        case FixProposed(fix=fix) if fix.steps:
            return f"fix proposed: {fix.title}"
        case Closed(reason=reason):
            return f"closed: {reason}"
        case _:
            return ""


def _action_items(incident: Incident) -> tuple[str, ...]:
    fix = (f"Confirm the proposed fix: {incident.fix.title}.",) if incident.fix and incident.fix.steps else ()
    gaps = tuple(f"Close the gap in evidence: {one_line(gap)}." for gap in incident.gaps[:2])
    return (*fix, *incident.tasks, *gaps)
