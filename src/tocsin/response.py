"""The story: one incident walked down the corridor, stage by stage. Called by `app`, the hooks and the CLI.

`respond` brings an incident as far as it can go by itself: triage, first messages beside the investigation, diagnosis, a
proposed fix, messages again. It executes nothing and sends nothing. What an incident already has is not done again, so
calling it twice, or after a restart, goes on where the timeline stops.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.errors import NotFound
from tocsin.guard.redact import Redact
from tocsin.library.runbooks import Shelf
from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue
from tocsin.model.event import (
    Body,
    Diagnosed,
    EvidenceCollected,
    FindingsReported,
    FixProposed,
    InvestigationStarted,
    Noted,
    QuestionsAnswered,
    SeverityRaised,
    Triaged,
    UpdateDrafted,
)
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.model.ground import IncidentType
from tocsin.model.incident import Incident
from tocsin.ports import Clock, Ledger, Names, Store
from tocsin.roles.contract import Brief, Investigation, Investigator, Router, Specialist
from tocsin.stages import communicate, diagnose, investigate, remediate, triage

LOOK_BACK = timedelta(minutes=60)
"""How long before the onset the windows are opened: a baseline to compare with."""
DAY = timedelta(days=1)
ALERTS_READ = 200
"""The newest alerts of a storm that triage and the messages look at."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everyone a response needs. Built once by `app`; holds no state of any incident."""

    store: Store
    clock: Clock
    names: Names
    redact: Redact
    router: Router
    investigators: tuple[Investigator, ...]
    specialists: Mapping[IncidentType, Specialist]
    sources: investigate.Sources
    shelf: Shelf
    messages: communicate.Desk
    catalogue: Catalogue
    evidence: investigate.EvidenceSettings


@dataclass(frozen=True, slots=True)
class Case:
    """One incident on the desk: its alerts and their text as evidence."""

    incident: Incident
    alerts: tuple[Alert, ...]
    evidence: tuple[Evidence, ...]


async def respond(incident_id: str, desk: Desk) -> Incident:
    """From declared to diagnosed, with a fix proposed and messages drafted. Returns the incident as it then stands.

    Raises errors.NotFound when there is no such incident. A role that fails leaves a gap on the timeline, not an exception.
    """
    case = await _open(incident_id, desk)
    incident = await _triage(case, desk)
    if not incident.is_open:
        return incident
    if incident.diagnosis is None:
        async with asyncio.TaskGroup() as together:
            together.create_task(_draft(case, desk))
            together.create_task(_find_cause(case, incident, desk))
    elif incident.severity == case.incident.severity:
        return incident  # more of the same: nothing new to tell anybody
    return await _draft(case, desk)


async def _open(incident_id: str, desk: Desk) -> Case:
    """Puts the incident's alerts on the desk, oldest first, and keeps their redacted text as evidence to quote from."""
    incident, kept = await desk.store.read(
        lambda ledger: (
            ledger.incidents.get(incident_id),
            ledger.alerts.recent(incident_id=incident_id, limit=ALERTS_READ),
        )
    )
    if incident is None:
        raise NotFound(f"There is no incident {incident_id}.", "List them with GET /api/incidents.")
    alerts = tuple(one.alert for one in reversed(kept) if one.disposition != "resolved")
    evidence = tuple(_as_evidence(alert, desk) for alert in alerts)
    new = tuple(one for one in evidence if one.id not in incident.evidence_ids)
    await desk.store.write(lambda ledger: _shelve(ledger, incident_id, new, desk.clock.now()))
    return Case(incident, alerts, evidence)


async def _triage(case: Case, desk: Desk) -> Incident:
    """Decides type and severity once; later alerts can only raise the severity."""
    now = desk.clock.now()
    changes = await desk.store.read(lambda ledger: ledger.changes.between(now - DAY, now))
    decided = await triage.triage(case.alerts, case.evidence, desk.router, desk.clock, changes=changes)
    if case.incident.triage is None:
        bodies = (Triaged(triage=decided), *triage.consequences(decided))
        return await _record(case.incident.id, desk, *(("role:router", body) for body in bodies))
    if case.incident.severity is not None and decided.severity < case.incident.severity:
        raised = SeverityRaised(severity=decided.severity, reason=decided.rule)
        return await _record(case.incident.id, desk, ("role:router", raised))
    return case.incident


async def _find_cause(case: Case, incident: Incident, desk: Desk) -> None:
    """Investigators read in parallel; what they saw and claim goes on the record in one transaction; then the conclusion."""
    brief = _brief(case, incident, desk)
    roles = tuple(one.role for one in desk.investigators)
    started = InvestigationStarted(
        specialist=brief.triage.specialist, roles=roles, window_start=brief.start, window_end=brief.end
    )
    await _record(incident.id, desk, (f"role:{brief.triage.specialist}", started))
    found = await investigate.investigate(
        brief,
        desk.investigators,
        desk.sources,
        clock=desk.clock,
        names=desk.names,
        redact=desk.redact,
        settings=desk.evidence,
    )
    await desk.store.write(lambda ledger: _keep(ledger, incident.id, found, desk.clock.now()))
    await _conclude(case, brief, found, desk)


async def _conclude(case: Case, brief: Brief, found: Investigation, desk: Desk) -> None:
    """The specialist's diagnosis, one runbook's steps or honestly none, and the four questions answered with both."""
    diagnosis = diagnose.diagnose(brief, found, desk.specialists)
    text = "\n".join(one.content for one in case.evidence)
    fix = remediate.propose(diagnosis, brief.triage, text, desk.shelf, brief.service)
    answers = diagnose.answer_questions(brief, found, diagnosis, fix)
    specialist = f"role:{diagnosis.specialist}"
    await _record(
        brief.incident_id,
        desk,
        (specialist, Diagnosed(diagnosis=diagnosis)),
        ("role:remediator", FixProposed(fix=fix)),
        (specialist, QuestionsAnswered(answers=answers)),
    )


async def _draft(case: Case, desk: Desk) -> Incident:
    """Drafts for every audience from what the timeline says now."""
    incident_id = case.incident.id
    incident, events = await desk.store.read(
        lambda ledger: (ledger.incidents.get(incident_id) or case.incident, ledger.timeline.events(incident_id))
    )
    drafts = communicate.draft(incident, events, case.alerts, desk.catalogue, desk.messages, desk.clock.now())
    return await _record(incident_id, desk, *(("role:communicator", UpdateDrafted(update=one)) for one in drafts))


def _brief(case: Case, incident: Incident, desk: Desk) -> Brief:
    """The shared context: where to look, and from an hour before the first symptom until now."""
    if incident.triage is None:
        raise ValueError(f"incident {incident.id} is not triaged")
    now = desk.clock.now()
    onset = min(incident.started_at or now, now)
    return Brief(
        incident_id=incident.id,
        alerts=case.alerts,
        alert_evidence=case.evidence,
        triage=incident.triage,
        service=incident.service,
        catalogue=desk.catalogue,
        start=onset - LOOK_BACK,
        end=now,
        onset=onset,
    )


def _as_evidence(alert: Alert, desk: Desk) -> Evidence:
    """The alert's own words, redacted, as something a finding can quote."""
    redacted = desk.redact(alert.text)
    return Evidence(
        id=f"EV-{alert.id}",
        kind=EvidenceKind.ALERT,
        source=alert.source,
        query="the alert as received",
        content=redacted.text,
        sha256=digest(redacted.text),
        collected_at=alert.received_at or desk.clock.now(),
        redactions=redacted.count,
        link=next((link.url for link in alert.links), ""),
    )


def _shelve(ledger: Ledger, incident_id: str, evidence: tuple[Evidence, ...], now: datetime) -> None:
    """Evidence and the event that tells of it, in the caller's transaction."""
    for one in evidence:
        ledger.evidence.put(incident_id, one)
        lines = one.content.count("\n") + 1
        body = EvidenceCollected(
            evidence_id=one.id,
            source=one.source,
            query=one.query,
            sha256=one.sha256,
            summary=f"{lines} lines, {one.kind}",
        )
        ledger.timeline.append(incident_id, body, actor=f"source:{one.source}", at=now)


def _keep(ledger: Ledger, incident_id: str, found: Investigation, now: datetime) -> None:
    """An investigation's evidence first, then what each role claims from it, in one transaction."""
    _shelve(ledger, incident_id, found.evidence, now)
    for report in found.reports:
        body = FindingsReported(role=report.role, findings=report.findings, failure=report.failure)
        ledger.timeline.append(incident_id, body, actor=f"role:{report.role}", at=now)
    if found.dropped:
        text = f"{found.dropped} claims were dropped because their quotes did not stand in the evidence."
        ledger.timeline.append(incident_id, Noted(text=text), actor="system", at=now)


async def _record(incident_id: str, desk: Desk, *happened: tuple[str, Body]) -> Incident:
    """Appends (actor, body) events in one transaction and returns the incident as it then stands."""

    def work(ledger: Ledger) -> Incident | None:
        for actor, body in happened:
            ledger.timeline.append(incident_id, body, actor=actor, at=desk.clock.now())
        return ledger.incidents.get(incident_id)

    incident = await desk.store.write(work)
    if incident is None:
        raise NotFound(f"There is no incident {incident_id}.", "List them with GET /api/incidents.")
    return incident
