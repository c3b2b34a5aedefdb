"""The one ledger of facts that every message is written from: drafts differ in words, never in facts. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tocsin.model.acts import Seat
from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue
from tocsin.model.event import Event
from tocsin.model.ground import IncidentType, Value
from tocsin.model.incident import Incident
from tocsin.model.narrative import Estimate
from tocsin.model.plain import clock, minute, one_line, spell
from tocsin.model.state import State
from tocsin.model.triage import IMPACT_WORDS, FactKind, ImpactFact, Triage
from tocsin.model.vocabulary import WORDS, Words
from tocsin.stages.communicate import course
from tocsin.stages.communicate.course import LONG
from tocsin.stages.communicate.public import impact, impact_brief, public_name, public_names

TITLE = 120
"""Characters of an issue in one line."""
UNASSIGNED = "not assigned yet"
UNKNOWN = "unknown"
_IMPACT = IMPACT_WORDS | {FactKind.WORKAROUND: "a workaround exists", FactKind.COSMETIC: "cosmetic"}


class Facts(Value):
    """What is known at `now`, in plain strings ready for a template. Times are `HH:MM UTC`, or with the date."""

    incident_id: str
    link: str
    """Where people of ours find the incident, or ""."""
    severity: str
    type: str
    title: str
    service: str
    affected: tuple[str, ...]
    public_service: str
    public_spoken: str
    """The public name as it stands inside a sentence."""
    public_services: tuple[str, ...]
    public_impact: str
    public_impact_brief: str
    impact: str
    business: str
    """What it costs, as far as the catalogue says: revenue, importance."""
    words: Words
    commander: str
    communications_lead: str
    specialist: str
    source: str
    started: str
    now: str
    ended: str
    """When it was over, or ""."""
    duration: str
    hypothesis: str
    confidence: str
    root_cause: str
    fix_title: str
    fix_steps: tuple[str, ...]
    fix_time: str
    fix_applied: str
    """What fixed it, once it is over; "" where nobody knows."""
    actions_taken: tuple[str, ...]
    doing: str
    next_step: str
    eta: str
    """`HH:MM UTC (owner, confidence)` where a person stands behind it, else "unknown"."""
    eta_confidence: str
    notify: tuple[str, ...]
    timeline: tuple[str, ...]
    is_security: bool
    is_resolved: bool
    closed_because: str
    """Why it was no incident, or which one it is part of; "" for any other end."""
    data_accessed: str
    notify_by: str
    action_items: tuple[str, ...]
    post_mortem: str
    """When it is, or ""."""


def gather(
    incident: Incident,
    events: Sequence[Event],
    alerts: Sequence[Alert],
    catalogue: Catalogue,
    now: datetime,
    link: str = "",
) -> Facts:
    """The facts of a triaged incident. Raises ValueError when it has not been triaged: nothing true can be said yet."""
    if incident.triage is None or incident.severity is None:
        raise ValueError(f"incident {incident.id} is not triaged")
    known = _beginning(incident, alerts, catalogue) | _people(incident) | _work(incident, events)
    return Facts(**known, **_times(incident, now), **_end(incident, events), link=link)


def estimate_said(estimate: Estimate | None, now: datetime) -> str:
    """A time of recovery with who stands behind it; one that has passed is as unknown as one that nobody gave."""
    if estimate is None or estimate.at <= now:
        return UNKNOWN
    return f"{minute(estimate.at)} ({estimate.owner}, confidence {estimate.confidence})"


def affected_services(incident: Incident) -> list[str]:
    """Every service that an alert named or the blast radius reaches, the alerting ones first."""
    reached = [name for finding in incident.findings for name in _reached(finding.data.get("affected"))]
    return list(dict.fromkeys([*incident.services, *reached]))


def _beginning(incident: Incident, alerts: Sequence[Alert], catalogue: Catalogue) -> dict[str, Any]:
    """What triage knows."""
    triage = incident.triage
    if triage is None:
        raise ValueError(f"incident {incident.id} is not triaged")
    text = " ".join(f"{alert.title} {alert.description}" for alert in alerts)
    heading, spoken = public_name(incident.service, text, catalogue)
    return {
        "incident_id": incident.id,
        "severity": str(incident.severity),
        "type": str(triage.type),
        "title": one_line(incident.title, TITLE).rstrip("."),
        "service": one_line(incident.service) or "unknown service",
        "affected": tuple(one_line(name) for name in affected_services(incident)),
        "public_service": heading,
        "public_spoken": spoken,
        "public_services": public_names(incident.services, heading, catalogue),
        "public_impact": impact(triage, spoken),
        "public_impact_brief": impact_brief(triage, spoken),
        "impact": _internal_impact(triage),
        "business": _business(incident.service, catalogue),
        "words": WORDS[incident.state],
        "specialist": triage.specialist,
        "source": ", ".join(dict.fromkeys(alert.source for alert in alerts)) or "declared by hand",
        "notify": triage.notify,
        "is_security": triage.type is IncidentType.SECURITY,
    }


def _people(incident: Incident) -> dict[str, Any]:
    seats = incident.seats
    return {
        "commander": seats.get(Seat.COMMANDER, UNASSIGNED),
        "communications_lead": seats.get(Seat.COMMUNICATIONS_LEAD, UNASSIGNED),
    }


def _work(incident: Incident, events: Sequence[Event]) -> dict[str, Any]:
    """What is believed, done, and done next."""
    believed, sure = course.hypothesis(incident)
    fix = incident.fix
    return {
        "hypothesis": believed,
        "confidence": sure,
        "fix_title": fix.title if fix else "",
        "fix_steps": tuple(step.text for step in fix.steps) if fix else (),
        "fix_time": fix.estimated_time if fix else "",
        "actions_taken": course.actions_taken(incident, events),
        "doing": course.doing(incident),
        "next_step": course.next_step(incident),
        "timeline": course.milestones(events),
    }


def _times(incident: Incident, now: datetime) -> dict[str, Any]:
    """When it began and ended, and when somebody says it will; an estimate that has passed is none."""
    started = incident.started_at or incident.declared_at or now
    ended = None if incident.is_open else incident.resolved_at or incident.closed_at
    estimate, sync = incident.narrative.estimate, incident.narrative.sync
    stands = estimate is not None and estimate.at > now
    sure = estimate.confidence if estimate and stands else sync.eta_confidence if sync else "none"
    access = incident.narrative.data_access
    return {
        "started": minute(started),
        "now": clock(now),
        "ended": minute(ended) if ended else "",
        "duration": spell((ended or now) - started),
        "eta": estimate_said(estimate, now),
        "eta_confidence": sure,
        "data_accessed": one_line(access.what, LONG) if access else "",
        "notify_by": minute(access.notify_by) if access else "",
        "post_mortem": minute(incident.post_mortem_at) if incident.post_mortem_at else "",
    }


def _end(incident: Incident, events: Sequence[Event]) -> dict[str, Any]:
    """Cause and fix: as the all-clear names them, until then as the diagnosis has the cause."""
    over = course.resolution(events)
    believed = incident.diagnosis.root_cause if incident.diagnosis else ""
    return {
        "root_cause": one_line((over.cause if over else "") or believed, LONG),
        "fix_applied": one_line(over.fix, LONG) if over else "",
        "is_resolved": incident.state in (State.RESOLVED, State.REVIEWED, State.CLOSED),
        "closed_because": one_line(incident.close_reason, LONG) if incident.state is State.CLOSED else "",
        "action_items": _action_items(incident),
    }


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


def _business(service: str, catalogue: Catalogue) -> str:
    known = catalogue.find(service) if service else None
    if known is None:
        return ""
    return "revenue depends on it" if known.revenue else "business-critical" if known.tier <= 1 else ""


def _action_items(incident: Incident) -> tuple[str, ...]:
    """As the review has them, with owner and date; before there is one, what the incident itself leaves to do."""
    if incident.review.items:
        return tuple(_item(one.text, one.owner, one.due_at) for one in incident.review.items if not one.dropped)
    proposed = incident.is_open and incident.fix is not None and incident.fix.steps
    fix = (f"Confirm the proposed fix: {incident.fix.title}.",) if incident.fix and proposed else ()
    gaps = tuple(f"Close the gap in evidence: {one_line(gap)}." for gap in incident.gaps[:2])
    return (*fix, *incident.tasks, *gaps)


def _item(text: str, owner: str, due_at: datetime | None) -> str:
    due = f", due {due_at:%Y-%m-%d}" if due_at else ""
    return f"{one_line(text)} ({owner or 'no owner yet'}{due})"
