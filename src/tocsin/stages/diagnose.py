"""Diagnosis: the incident's specialist reasons over the investigation, and the four triage questions are answered on the record.

Called by `response` after investigate. Pure and bounded, so it holds any deadline: it waits for nothing, asks no source,
and answers from whatever the investigation brought, marked as partial when that was cut short.
"""

from collections.abc import Iterable, Mapping

from pydantic import Field

from tocsin.model.action import Fix
from tocsin.model.diagnosis import Diagnosis
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.ground import Share, Value
from tocsin.model.incident import Incident
from tocsin.model.triage import HYPOTHESIS, NEXT_ACTION, WHAT_CHANGED, WHAT_WE_KNOW, Answer, FactKind, ImpactFact
from tocsin.roles.analysts import certainty
from tocsin.roles.analysts.certainty import Certainty
from tocsin.roles.contract import Brief, Diagnostician, Investigation

SYMPTOMS = 3
CHANGES = 3
NAMED = 5
"""Services named before the rest is only counted."""
DAY_MINUTES = 24 * 60
_SYMPTOM_KINDS = frozenset(FindingKind) - {
    FindingKind.CHANGE,
    FindingKind.DEPENDENCY,
    FindingKind.BLAST_RADIUS,
    FindingKind.SUSPECT,
}


class DiagnosisSettings(Value):
    """Section `diagnosis`: from where on a cause is named, and whether this house's verdicts move how sure one is."""

    floor: Share = certainty.FLOOR
    """Below this probability the cause is unknown, and the next question is asked instead."""
    learn_from: int = Field(default=500, ge=0)
    """The verdicts on so many incidents, the newest, move the confidence of the analysts they judge; 0: never."""

    def certainty(self, incidents: Iterable[Incident]) -> Certainty:
        """How sure one may be in this house, by what people said of its diagnoses."""
        return Certainty(certainty.shipped().taught(certainty.lessons(incidents)), self.floor)


async def diagnose(
    brief: Brief,
    investigation: Investigation,
    specialist: Diagnostician,
    sure: Certainty | None = None,
    doubts: Mapping[str, float] | None = None,
) -> Diagnosis:
    """What the specialist concludes from the reports, as sure as such conclusions have been right.

    `doubts`: what is left of the weight of causes whose fix did not help.
    Marked as partial when the investigation was cut short, whatever the specialist itself says of its reports.
    """
    weighed = await specialist.diagnose(brief, investigation.reports)
    diagnosis = (sure or Certainty()).of(weighed, investigation.reports, doubts)
    return diagnosis.model_copy(update={"partial": diagnosis.partial or investigation.partial})


def root_cause_sentence(diagnosis: Diagnosis) -> str:
    """The working hypothesis for people: the cause and how sure, or that it is unknown and what is believed meanwhile."""
    if diagnosis.root_cause:
        return f"{diagnosis.root_cause} Confidence {diagnosis.confidence:.0%}."
    if diagnosis.hypotheses:
        leading = diagnosis.hypotheses[0]
        return f"The root cause is not known. Leading idea ({leading.confidence:.0%}): {leading.text}"
    return "The root cause is not known, and no hypothesis is supported by the evidence so far."


def answer_questions(
    brief: Brief, investigation: Investigation, diagnosis: Diagnosis, fix: Fix | None = None
) -> tuple[Answer, ...]:
    """The four triage questions, answered from findings; `fix` gives the next action when a runbook was found."""
    findings = [finding for report in investigation.reports for finding in report.findings]
    return (
        Answer(question=WHAT_WE_KNOW, answer=_known(brief, findings, diagnosis)),
        Answer(question=WHAT_CHANGED, answer=_changed(investigation, findings)),
        Answer(question=HYPOTHESIS, answer=root_cause_sentence(diagnosis)),
        Answer(question=NEXT_ACTION, answer=_next_action(diagnosis, fix)),
    )


def _known(brief: Brief, findings: list[Finding], diagnosis: Diagnosis) -> str:
    symptoms = _symptoms(findings, diagnosis) or [alert.title for alert in brief.alerts[:SYMPTOMS]]
    parts = [
        f"Symptoms: {_listed(symptoms)}",
        f"Affected: {_listed(_affected(brief, findings))}",
        f"Error rates: {_listed(_rates(brief, findings)) or 'not stated'}",
        f"Blast radius: {_radius(findings)}",
    ]
    return ". ".join(part.rstrip(".") for part in parts) + "."


def _symptoms(findings: list[Finding], diagnosis: Diagnosis) -> list[str]:
    """What supports the leading hypothesis first, then whatever else was seen, the surest first."""
    leading = diagnosis.hypotheses[0].supports if diagnosis.hypotheses else ()
    seen = [finding for finding in findings if finding.kind in _SYMPTOM_KINDS]
    seen.sort(key=lambda finding: (finding.id not in leading, -finding.confidence))
    return list(dict.fromkeys(finding.text.rstrip(".") for finding in seen))[:SYMPTOMS]


def _affected(brief: Brief, findings: list[Finding]) -> list[str]:
    """The service that alerted, and those whose own measurements moved."""
    moved = [finding.service for finding in findings if finding.kind == FindingKind.METRIC_ANOMALY]
    named = [
        name for name in dict.fromkeys([brief.service, *(alert.service for alert in brief.alerts), *moved]) if name
    ]
    return _few(named) or ["no service is named"]


def _rates(brief: Brief, findings: list[Finding]) -> list[str]:
    measured = [finding.text.rstrip(".") for finding in findings if finding.data.get("signal") == "errors"][:2]
    return measured or [_share(fact) for fact in brief.triage.facts if fact.kind == FactKind.REQUESTS_FAILING]


def _share(fact: ImpactFact) -> str:
    known = isinstance(fact.value, float | int) and not isinstance(fact.value, bool)
    return f"{fact.value:.0%} of requests fail" if known else "requests fail"


def _radius(findings: list[Finding]) -> str:
    radius = next((finding for finding in findings if finding.kind == FindingKind.BLAST_RADIUS), None)
    return radius.text if radius else "not known, no topology was seen"


def _changed(investigation: Investigation, findings: list[Finding]) -> str:
    """Changes of the last 24 hours, the most suspect first; "none" only where somebody looked."""
    changes = [finding for finding in findings if finding.kind == FindingKind.CHANGE and _recent(finding)]
    if changes:
        rest = len(changes) - CHANGES
        more = f" And {rest} more." if rest > 0 else ""
        return "; ".join(finding.text.rstrip(".") for finding in changes[:CHANGES]) + "." + more
    failure = next(
        (report.failure for report in investigation.reports if report.role == "change-analyst"), "nobody looked"
    )
    return f"Not known: {failure.rstrip('.')}." if failure else "No change is recorded in the last 24 hours."


def _recent(change: Finding) -> bool:
    minutes = change.data.get("minutes_before_onset")
    return not isinstance(minutes, int | float) or minutes <= DAY_MINUTES


def _next_action(diagnosis: Diagnosis, fix: Fix | None) -> str:
    """One action: the first step of the fix once a cause is named, otherwise what would settle the cause."""
    if fix is not None and fix.steps and diagnosis.root_cause:
        return f"{fix.steps[0].text} (step 0 of runbook {fix.runbook_id})"
    if diagnosis.next_question:
        return f"Find out: {diagnosis.next_question}"
    if diagnosis.root_cause:
        named = diagnosis.hypotheses[0].cause.replace("_", " ")
        return f"Choose the mitigation for {named} and name the person who carries it out."
    return "Name a person who looks at the service and reports within 10 minutes."


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= NAMED else [*names[:NAMED], f"{len(names) - NAMED} more"]


def _listed(items: Iterable[str]) -> str:
    return "; ".join(items)
