"""The incident report: exactly the JSON of the contract, no field more, no field less. A fold of the incident; pure.

Read by the CLI, the API and the grading suite. The published schema is `docs/incident-report.schema.json`.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from tocsin.model.event import Event
from tocsin.model.evidence import Finding
from tocsin.model.ground import IncidentType, RiskLevel, Severity, Share, Time, rfc3339
from tocsin.model.incident import Incident
from tocsin.model.telling import tell
from tocsin.model.update import Audience

Instant = Annotated[Time, PlainSerializer(rfc3339, return_type=str)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class ReportEvidence(_Part):
    """A quoted span of stored evidence."""

    id: str
    quote: str


class ReportFinding(_Part):
    """One claim and what proves it."""

    text: str
    confidence: Share
    evidence: tuple[ReportEvidence, ...]


class ReportDiagnosis(_Part):
    """Who diagnosed, from what, how sure."""

    specialist: str
    findings: tuple[ReportFinding, ...]
    confidence: Share


class ReportStep(_Part):
    """One step of the proposed fix."""

    stepIndex: int = Field(ge=0)
    runbookId: str
    text: str
    riskLevel: RiskLevel


class ReportFix(_Part):
    """The proposed fix; no steps when no runbook fits."""

    steps: tuple[ReportStep, ...]
    estimatedTime: str
    riskLevel: RiskLevel


class ReportUpdate(_Part):
    """The drafts for the public page and for the internal channel."""

    external: str
    internal: str


class ReportLine(_Part):
    """One line of the timeline."""

    timestamp: Instant
    event: str


class Report(_Part):
    """The whole report. `rootCause` is "" while the cause is unknown; times are RFC 3339 in UTC."""

    incidentId: str
    severity: Severity
    type: IncidentType
    rootCause: str
    diagnosis: ReportDiagnosis
    proposedFix: ReportFix
    statusUpdate: ReportUpdate
    timeline: tuple[ReportLine, ...]


def report_of(incident: Incident, events: list[Event], *, types: int = 5) -> Report:
    """The report of a triaged incident; `types=4` folds infrastructure into the nearest of the four.

    Raises ValueError when the incident has not been triaged.
    """
    if incident.triage is None or incident.severity is None:
        raise ValueError(f"incident {incident.id} is not triaged")
    diagnosis, fix = incident.diagnosis, incident.fix
    return Report(
        incidentId=incident.id,
        severity=incident.severity,
        type=incident.triage.nearest_of_four if types == 4 else incident.triage.type,
        rootCause=diagnosis.root_cause if diagnosis else "",
        diagnosis=ReportDiagnosis(
            specialist=incident.triage.specialist,
            findings=tuple(_finding(finding) for finding in incident.findings),
            confidence=diagnosis.confidence if diagnosis else 0.0,
        ),
        proposedFix=ReportFix(
            steps=tuple(
                ReportStep(stepIndex=step.step_index, runbookId=step.runbook_id, text=step.text, riskLevel=step.risk)
                for step in (fix.steps if fix else ())
            ),
            estimatedTime=fix.estimated_time if fix else "",
            riskLevel=fix.risk if fix else RiskLevel.LOW,
        ),
        statusUpdate=ReportUpdate(
            external=_latest(incident, Audience.EXTERNAL), internal=_latest(incident, Audience.INTERNAL)
        ),
        timeline=tuple(
            ReportLine(timestamp=event.at, event=tell(event))
            for event in events
            if event.body is None or event.body.kind != "evidence_collected"  # the findings cite it anyway
        ),
    )


def json_schema() -> dict[str, Any]:
    """The published JSON Schema of the report."""
    schema = Report.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "tocsin incident report"}


def _finding(finding: Finding) -> ReportFinding:
    quotes = tuple(ReportEvidence(id=quote.evidence_id, quote=quote.text) for quote in finding.quotes)
    return ReportFinding(text=finding.text, confidence=round(finding.confidence, 3), evidence=quotes)


def _latest(incident: Incident, audience: Audience) -> str:
    return next((update.text for update in reversed(incident.updates) if update.audience is audience), "")
