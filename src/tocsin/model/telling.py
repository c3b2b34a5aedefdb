"""Events told in one plain sentence each: the wording that the report, the terminal, the API and the messages share. Pure."""

from tocsin.model.communication import Communication, UpdateDrafted
from tocsin.model.event import (
    AlertJoined,
    AlertRepeated,
    AlertResolved,
    BodyErased,
    Closed,
    Declared,
    Diagnosed,
    Event,
    EvidenceCollected,
    FindingsReported,
    FixProposed,
    InvestigationStarted,
    Noted,
    Precedent,
    PrecedentsFound,
    QuestionsAnswered,
    SeverityRaised,
    TaskOpened,
    Triaged,
)
from tocsin.model.plain import one_line
from tocsin.model.review import ReviewAct
from tocsin.model.run import RunAct
from tocsin.model.storm import StormJudged
from tocsin.model.telling_acts import tell_act
from tocsin.model.telling_words import tell_communication, tell_review, tell_run


def tell(event: Event) -> str:  # noqa: C901 - one sentence for each kind of event
    """What happened, in one sentence without its time."""
    match event.body:
        case None:
            return "the content of this event was erased"
        case Declared(title=title, reason=reason, drill=drill):
            return f"{'DRILL' if drill else 'incident'} declared: {title} ({reason})"
        case AlertJoined(title=title, reason=reason):
            return f"alert joined: {title} ({reason})"
        case AlertRepeated(count=count, reason=reason):
            return f"alert repeated, {count} times so far ({reason})"
        case AlertResolved(title=title, open_alerts=still):
            return f"alert resolved: {title} ({still} still firing)"
        case Triaged(triage=triage):
            return f"triaged as {triage.type} {triage.severity}, routed to {triage.specialist} ({triage.rule})"
        case SeverityRaised(severity=severity, reason=reason):
            return f"severity raised to {severity} ({reason})"
        case InvestigationStarted(roles=roles):
            return f"investigation started: {', '.join(roles)}"
        case EvidenceCollected(evidence_id=name, source=source, summary=summary):
            return f"evidence {name} from {source}: {summary}"
        case FindingsReported():
            return _reported(event.body)
        case Diagnosed():
            return _diagnosed(event.body)
        case QuestionsAnswered():
            return "the four triage questions are answered on the record"
        case FixProposed(fix=fix):
            return f"fix proposed: {fix.title} ({fix.why})" if fix.steps else f"no fix proposed: {fix.why}"
        case PrecedentsFound(precedents=found):
            return _remembered(found)
        case StormJudged():
            return _storm(event.body)
        case Closed(reason=reason):
            return f"incident closed: {reason}"
        case TaskOpened(text=text, owner=owner):
            return f"task for {owner or 'nobody yet'}: {text}"
        case Noted(text=text):
            return text
        case BodyErased(seq=seq, reason=reason):
            return f"the content of event {seq} was erased ({reason})"
        case UpdateDrafted(update=update):
            name = update.id or f"U{event.seq}"
            return f"{update.audience} message {name} drafted ({update.template}), waiting for review"
        case _ if isinstance(event.body, Communication):
            return tell_communication(event.body)
        case _ if isinstance(event.body, ReviewAct):
            return tell_review(event.body)
        case _ if isinstance(event.body, RunAct):
            return tell_run(event.body)
        case _:
            return tell_act(event.body)


def _reported(body: FindingsReported) -> str:
    count = len(body.findings)
    said = f"{body.role}: {count} finding{'' if count == 1 else 's'}"
    if body.findings:
        said += f", first: {body.findings[0].text}"
    if body.dropped:
        said += f" ({body.dropped} without a citation dropped)"
    return f"{said}; {body.failure}" if body.failure else said


def _storm(body: StormJudged) -> str:
    changed = f"; {body.before} was named before: {body.why}" if body.before else ""
    return f"{body.cause.text} ({body.cause.confidence:.0%}){changed}"


def _remembered(found: tuple[Precedent, ...]) -> str:
    if not found:
        return "no past incident with an approved post-mortem is like this one"
    first = found[0]
    helped = f"; what helped: {', '.join(first.lesson.helped)}" if first.lesson.helped else ""
    others = f" ({len(found) - 1} more)" if len(found) > 1 else ""
    return f"like {first.incident_id}, {first.lesson.title}: {one_line(first.lesson.root_cause, 200)}{helped}{others}"


def _diagnosed(body: Diagnosed) -> str:
    diagnosis = body.diagnosis
    partial = ", partial" if diagnosis.partial else ""
    if diagnosis.root_cause:
        return f"diagnosis by {diagnosis.specialist}: {diagnosis.root_cause} (confidence {diagnosis.confidence:.0%}{partial})"
    return f"cause unknown so far{partial}; next question: {diagnosis.next_question or 'what changed?'}"
