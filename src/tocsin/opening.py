"""The opening: the first steps of every response, each readable from the timeline and ticked with what it wrote.

Called by `response`. A step that finds itself ticked, or the incident closed, does nothing. They execute nothing and send
nothing. A role that fails leaves a gap on the timeline, not an exception.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from tocsin import opinions
from tocsin.desk import Desk, known
from tocsin.guard.seeing import first_restriction
from tocsin.model.alert import Alert
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
)
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.model.identity import is_person, name_of
from tocsin.model.incident import Incident
from tocsin.model.move import Happening
from tocsin.model.run import Phase, RunStarted
from tocsin.model.standing import weights
from tocsin.model.triage import Triage
from tocsin.ports import Ledger
from tocsin.roles.contract import Brief, Diagnostician, Investigation, Investigator, Report, Seat
from tocsin.stages import communicate, diagnose, investigate, remediate, storm, triage
from tocsin.stages.course import NEWEST

LOOK_BACK = timedelta(minutes=60)
"""How long before the onset the windows are opened: a baseline to compare with."""
DAY = timedelta(days=1)
ROUTER = "role:router"
TRIAGE = "triage"
"""The key of the first triage."""


@dataclass(frozen=True, slots=True)
class Case:
    """One incident on the desk: its alerts, oldest first, and their redacted text as evidence."""

    incident: Incident
    alerts: tuple[Alert, ...]
    evidence: tuple[Evidence, ...]


async def begin(incident_id: str, key: str, desk: Desk) -> None:
    """Takes the alerts up and triages in one transaction: until both are through, nobody is called.

    The step `triage`, which follows, then finds itself ticked. It has work where an earlier version had only taken them up.
    """
    case, now = await _case(incident_id, desk), desk.clock.now()
    bodies = await _triage(case, desk)
    new = _unshelved(case)

    def both(ledger: Ledger) -> None:
        _shelve(ledger, incident_id, new, now)
        if ledger.steps.tick(incident_id, TRIAGE):
            for body in bodies:
                ledger.timeline.append(incident_id, body, actor=ROUTER, at=desk.clock.now())

    await name_first_cause(await desk.write(incident_id, key, both), f"{key}:storm", desk)


async def take_up(incident_id: str, key: str, desk: Desk) -> None:
    """Puts the incident's alerts on the desk: their redacted text becomes evidence to quote from."""
    new = _unshelved(await _case(incident_id, desk))
    taken = await desk.write(incident_id, key, lambda ledger: _shelve(ledger, incident_id, new, desk.clock.now()))
    await name_first_cause(taken, f"{key}:storm", desk)


async def name_first_cause(incident: Incident, key: str, desk: Desk) -> None:
    """Where many services ring: at which one it most likely began, when there is something new to say of it."""
    if not storm.is_storm(incident):
        return
    kept = await desk.store.read(lambda ledger: ledger.alerts.recent(incident_id=incident.id, limit=storm.MOST))
    said = storm.judged(incident, [one.alert for one in kept], desk.catalogue)
    if said is not None:
        await _record(incident.id, key, desk, (storm.ACTOR, said))


async def decide(incident_id: str, key: str, desk: Desk) -> None:
    """Type and severity, once; later alerts can only raise the severity."""
    bodies = await _triage(await _case(incident_id, desk), desk)
    await _record(incident_id, key, desk, *((ROUTER, body) for body in bodies))


async def _triage(case: Case, desk: Desk) -> tuple[Body, ...]:
    """What the router decides, with what follows from it; nothing where it changes nothing."""
    now = desk.clock.now()
    changes = await desk.store.read(lambda ledger: ledger.changes.between(now - DAY, now))
    decided = await triage.triage(case.alerts, case.evidence, desk.router, desk.clock, changes=changes)
    if case.incident.triage is None:
        decided = await opinions.second_opinion(case.incident.id, decided, case.evidence, desk)
        restriction = await _restriction(case.incident.id, decided, desk)
        return (Triaged(triage=decided), *restriction, *triage.consequences(decided))
    if case.incident.severity is not None and decided.severity < case.incident.severity:
        return (SeverityRaised(severity=decided.severity, reason=decided.rule),)
    return ()


async def _restriction(incident_id: str, decided: Triage, desk: Desk) -> tuple[Body, ...]:
    """Who may see it from now on; whoever has done something on it already stays inside."""
    events = await desk.store.read(lambda ledger: ledger.timeline.events(incident_id))
    there = {name_of(one.actor) for one in events if is_person(one.actor)}
    body = first_restriction(decided.type, tuple(there), desk.rules.security)
    return (body,) if body else ()


async def plan(incident_id: str, key: str, desk: Desk, trigger: str = "incident") -> None:
    """Chooses the playbook and puts it whole on the timeline: what happens to the file later changes nothing here."""
    case = await _case(incident_id, desk)
    if case.incident.runs and trigger == "incident":
        return  # it was declared by a run of its own
    applied = await desk.store.read(lambda ledger: ledger.documents.all("playbook"))
    chosen = desk.playbooks.of((one.name, one.text) for one in applied).choose(
        triaged(case.incident).type,
        case.incident.severity or triaged(case.incident).severity,
        case.incident.services,
        {name: value for alert in case.alerts for name, value in alert.labels.items()},
        shipped=trigger != "incident" and _failed(case.incident),
    )
    text = "\n\n".join(one.content for one in case.evidence)
    body = RunStarted(
        run_id=f"R{len(case.incident.runs) + 1}",
        namespace=chosen.namespace,
        team=chosen.plan.name,
        origin=chosen.plan.origin,
        digest=chosen.plan.digest,
        plan=chosen.plan.model_dump(mode="json"),
        inputs={**chosen.defaults, "alert": text},
        trigger=trigger,
    )
    await _record(incident_id, key, desk, ("role:coordinator", body))


def _failed(incident: Incident) -> bool:
    return bool(incident.runs) and incident.runs[-1].phase is Phase.FAILED


async def look_into(
    incident_id: str, key: str, desk: Desk, investigators: Sequence[Investigator] | None = None
) -> None:
    """Investigators read in parallel; what they saw and claim goes on the record in one transaction."""
    case = await _case(incident_id, desk)
    sent = tuple(desk.cast.investigators() if investigators is None else investigators)
    await _record(incident_id, f"{key}:started", desk, _setting_out(case.incident, desk, sent))
    brief, _ = await _so_far(case, desk)
    found = await investigate.investigate(
        brief,
        sent,
        desk.sources,
        clock=desk.clock,
        names=desk.names,
        redact=desk.redact,
        settings=desk.evidence,
    )
    await desk.write(incident_id, key, lambda ledger: _keep(ledger, incident_id, found, desk.clock.now()))


async def conclude(incident_id: str, key: str, desk: Desk, specialist: Diagnostician | None = None) -> None:
    """The specialist's diagnosis, and the four questions answered with it."""
    case = await _case(incident_id, desk)
    brief, found = await _so_far(case, desk)
    judged = await desk.store.read(lambda ledger: ledger.incidents.recent(limit=desk.diagnosis.learn_from))
    sure = desk.diagnosis.certainty(judged)
    mind = specialist or desk.cast.specialist(brief.triage.type)
    diagnosis = await diagnose.diagnose(brief, found, mind, sure, weights(case.incident.doubts))
    answers = diagnose.answer_questions(brief, found, diagnosis)
    actor = f"role:{diagnosis.specialist}"
    await _record(
        incident_id, key, desk, (actor, Diagnosed(diagnosis=diagnosis)), (actor, QuestionsAnswered(answers=answers))
    )


async def propose(incident_id: str, key: str, desk: Desk) -> None:
    """One runbook's steps or honestly none, and the four questions answered with them."""
    case = await _case(incident_id, desk)
    diagnosis = case.incident.diagnosis
    if diagnosis is None:
        return
    brief, found = await _so_far(case, desk)
    text = "\n".join(one.content for one in case.evidence)
    fix = remediate.propose(diagnosis, brief.triage, text, desk.shelf, brief.service)
    answers = diagnose.answer_questions(brief, found, diagnosis, fix)
    said: tuple[Body, ...] = () if answers == case.incident.answers else (QuestionsAnswered(answers=answers),)
    actor = f"role:{diagnosis.specialist}"
    proposed = ("role:remediator", FixProposed(fix=fix))
    await _record(incident_id, key, desk, proposed, *((actor, body) for body in said))


async def draft(incident_id: str, key: str, desk: Desk, seat: Seat | None = None) -> None:
    """Drafts from what the timeline says now, for every audience that has none which knows it.

    `seat`: whoever else plays the communicator words those that outsiders read, within the rules and the facts.
    """
    case = await _case(incident_id, desk)
    events = await desk.store.read(lambda ledger: ledger.timeline.events(incident_id))
    stand = communicate.Stand(actor=communicate.COMMUNICATOR, at=desk.clock.now())
    audiences = communicate.unsaid(case.incident)
    drafts = communicate.draft(case.incident, events, case.alerts, desk.messages, stand.at, audiences)
    drafts = await opinions.worded(case.incident, drafts, desk, seat, stand.at)
    await desk.write(
        incident_id, key, lambda ledger: communicate.put_drafts(ledger, incident_id, drafts, desk.messages, stand)
    )


async def reread(incident_id: str, key: str, desk: Desk) -> None:
    """Alerts that joined later: on the desk with them; when they make it worse, everybody is told anew."""
    before = (await desk.incident(incident_id)).severity
    await take_up(incident_id, f"{key}:take_up", desk)
    await decide(incident_id, f"{key}:triage", desk)
    if (await desk.incident(incident_id)).severity != before:
        await draft(incident_id, f"{key}:draft", desk)


async def rethink(incident_id: str, key: str, reason: str, desk: Desk) -> None:
    """The diagnosis did not hold, or the plan did not: why, and the playbook once more from its beginning."""
    note = Noted(text=f"The diagnosis is open again: {reason}")
    await _record(incident_id, f"{key}:why", desk, ("system", note))
    await plan(incident_id, f"{key}:plan", desk, trigger=reason[:200])


async def _case(incident_id: str, desk: Desk) -> Case:
    incident, kept = await desk.store.read(
        lambda ledger: (
            ledger.incidents.get(incident_id),
            ledger.alerts.recent(incident_id=incident_id, limit=NEWEST),
        )
    )
    alerts = tuple(one.alert for one in reversed(kept) if one.disposition != "resolved")
    return Case(known(incident_id, incident), alerts, tuple(_as_evidence(alert, desk) for alert in alerts))


def _unshelved(case: Case) -> tuple[Evidence, ...]:
    """The alerts' words that are not evidence yet."""
    return tuple(one for one in case.evidence if one.id not in case.incident.evidence_ids)


def _setting_out(incident: Incident, desk: Desk, sent: Sequence[Investigator]) -> tuple[str, Body]:
    """Where to look: from an hour before the first symptom until now."""
    specialist, now = triaged(incident).specialist, desk.clock.now()
    onset = min(incident.started_at or now, now)
    roles = tuple(one.role for one in sent)
    body = InvestigationStarted(specialist=specialist, roles=roles, window_start=onset - LOOK_BACK, window_end=now)
    return f"role:{specialist}", body


async def _so_far(case: Case, desk: Desk) -> tuple[Brief, Investigation]:
    """The shared context of the newest investigation, and what it has reported, both as the timeline has them."""
    events = await desk.store.read(lambda ledger: ledger.timeline.events(case.incident.id))
    began = next(one for one in reversed(events) if isinstance(one.body, InvestigationStarted))
    started = cast(InvestigationStarted, began.body)
    brief = Brief(
        incident_id=case.incident.id,
        alerts=case.alerts,
        alert_evidence=case.evidence,
        triage=triaged(case.incident),
        service=case.incident.service,
        catalogue=desk.catalogue,
        start=started.window_start,
        end=started.window_end,
        onset=started.window_start + LOOK_BACK,
    )
    said = [one.body for one in events[began.seq :] if isinstance(one.body, FindingsReported)]
    reports = tuple(Report(one.role, one.findings, one.failure) for one in said)
    return brief, Investigation(reports=reports, partial=any(one.failure for one in reports))


def triaged(incident: Incident) -> Triage:
    """What triage decided. Raises ValueError when it has not yet."""
    if incident.triage is None:
        raise ValueError(f"incident {incident.id} is not triaged")
    return incident.triage


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
        link=alert.page,
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


async def _record(incident_id: str, key: str, desk: Desk, *happened: tuple[str, Body]) -> Incident:
    """Appends (actor, body) events in the transaction that ticks `key`; the incident as it then stands."""
    return await desk.recorder(incident_id)(key, *(Happening(actor=actor, body=body) for actor, body in happened))
