"""One click after the all-clear: was the cause right, did the runbook help. It feeds calibration, and the memory of what helped."""

from tocsin.errors import NotFound, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.model.diagnosis import Diagnosis
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.model.review import CauseJudged, RunbookJudged
from tocsin.stages.review.acts import over
from tocsin.stages.review.asks import JudgeCause, JudgeRunbook


def judge_cause(attempt: Attempt, incident_id: str, ask: JudgeCause) -> Incident:
    """Said of the diagnosis as it stood, with the confidence it had; the last word counts."""
    incident = over(attempt, incident_id, Right.RESPOND)
    made = incident.diagnosis
    if made is None or not made.root_cause:
        what = "the diagnosis named no cause, so it was neither right nor wrong."
        raise NotNow(what, "Write the cause into the post-mortem.", code="TCS-REVIEW-NO-CAUSE")
    if ask.digest and ask.digest != made.digest:
        raise NotNow("the diagnosis is another one by now.", "Look at it again, then judge.", code="TCS-REVIEW-STALE")
    return attempt.record(
        incident_id,
        CauseJudged(
            verdict=ask.verdict,
            specialist=made.specialist,
            cause=made.hypotheses[0].cause if made.hypotheses else "",
            confidence=made.confidence,
            by_release=made.by_release,
            analysts=_backers(incident, made),
            said=attempt.clean(ask.said),
        ),
    )


def _backers(incident: Incident, made: Diagnosis) -> tuple[str, ...]:
    """The roles whose findings spoke for the cause, in the order of the findings."""
    backing = set(made.hypotheses[0].supports) if made.hypotheses else set()
    return tuple(dict.fromkeys(one.role for one in incident.findings if one.id in backing))


def judge_runbook(attempt: Attempt, incident_id: str, runbook_id: str, ask: JudgeRunbook) -> Incident:
    """Said of a runbook that was proposed or used here; the last word counts."""
    incident = over(attempt, incident_id, Right.RESPOND)
    known = {one.step.runbook_id for one in incident.actions} | ({incident.fix.runbook_id} if incident.fix else set())
    if runbook_id not in known - {""}:
        do = f"There are: {', '.join(sorted(known - {''})) or 'none'}."
        raise NotFound(f"the runbook {runbook_id[:80]!r} was neither proposed nor used here.", do)
    return attempt.record(incident_id, RunbookJudged(runbook_id=runbook_id, helped=ask.helped))
