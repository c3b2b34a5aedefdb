"""Acts while people think: notes, hypotheses raised, ruled out and confirmed, lines of investigation opened and ended."""

from datetime import timedelta

from tocsin.errors import NotFound, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.model.acts import HypothesisConfirmed, HypothesisRaised, HypothesisRuledOut, LineEnded, LineOpened
from tocsin.model.event import Noted
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.stages.people.asks import Confirm, EndLine, Note, OpenLine, RaiseHypothesis, RuleOut


def note(attempt: Attempt, incident_id: str, ask: Note) -> Incident:
    """Words on the record, also when the incident is over: memories come back the next morning."""
    attempt.known(incident_id, Right.RESPOND)
    return attempt.record(incident_id, Noted(text=ask.text))


def raise_hypothesis(attempt: Attempt, incident_id: str, ask: RaiseHypothesis) -> Incident:
    """A person's idea of the cause, beside those of the diagnosis."""
    attempt.working(incident_id, Right.RESPOND)
    name = attempt.names.new("HYP")
    return attempt.record(incident_id, HypothesisRaised(hypothesis_id=name, text=ask.text))


def rule_out(attempt: Attempt, incident_id: str, hypothesis_id: str, ask: RuleOut) -> Incident:
    """Takes a person's idea, or a cause of the diagnosis by its code, off the table."""
    incident = attempt.working(incident_id, Right.RESPOND)
    _refuse_unknown(incident, hypothesis_id)
    return attempt.record(incident_id, HypothesisRuledOut(hypothesis_id=hypothesis_id, reason=ask.reason))


def confirm(attempt: Attempt, incident_id: str, hypothesis_id: str, ask: Confirm) -> Incident:
    """Says that an idea, or a cause of the diagnosis, is the cause. Messages may name a cause from here on."""
    incident = attempt.working(incident_id, Right.RESPOND)
    _refuse_unknown(incident, hypothesis_id)
    if incident.confirmed_cause == hypothesis_id:
        raise NotNow(f"{hypothesis_id} is confirmed already.", "Nothing to do.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, HypothesisConfirmed(hypothesis_id=hypothesis_id, shown_by=ask.shown_by))


def _refuse_unknown(incident: Incident, hypothesis_id: str) -> None:
    """Raises NotNow for a hypothesis that is off the table, NotFound for one that never lay on it."""
    on_it = _on_the_table(incident)
    if hypothesis_id in on_it:
        return
    gone = {one.id for one in incident.ideas}
    gone |= {one.cause for one in incident.diagnosis.ruled_out} if incident.diagnosis else set()
    if hypothesis_id in gone:
        raise NotNow(f"{hypothesis_id} is ruled out already.", "Nothing to do.", code="TCS-ACT-DONE")
    raise NotFound(f"there is no hypothesis {hypothesis_id[:80]!r}.", f"There are: {', '.join(on_it) or 'none'}.")


def _on_the_table(incident: Incident) -> tuple[str, ...]:
    raised = tuple(one.id for one in incident.ideas if not one.ruled_out)
    diagnosed = tuple(one.cause for one in incident.diagnosis.hypotheses) if incident.diagnosis else ()
    return (*raised, *diagnosed)


def open_line(attempt: Attempt, incident_id: str, ask: OpenLine) -> Incident:
    """One person looks into one question for a bounded time."""
    attempt.working(incident_id, Right.RESPOND)
    until = attempt.now + timedelta(minutes=ask.minutes or attempt.rules.line_minutes)
    name, owner = attempt.names.new("LIN"), attempt.person(ask.owner)
    return attempt.record(incident_id, LineOpened(line_id=name, owner=owner, question=ask.question, until=until))


def end_line(attempt: Attempt, incident_id: str, line_id: str, ask: EndLine) -> Incident:
    """What the line found, or that it found nothing, which is worth knowing too."""
    incident = attempt.working(incident_id, Right.RESPOND)
    line = next((one for one in incident.lines if one.id == line_id), None)
    if line is None:
        going = ", ".join(one.id for one in incident.lines if one.ended_at is None)
        raise NotFound(f"there is no line {line_id[:80]!r}.", f"There are: {going or 'none'}.")
    if line.ended_at:
        raise NotNow(f"{line_id} has ended already.", "Open a new line.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, LineEnded(line_id=line_id, finding=ask.finding))
