"""The shield: what the record answers, so that the commander need not: "any update?", and the sync in three fields. Pure."""

from tocsin.model.communication import Confidence
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.plain import clock, minute, one_line
from tocsin.model.update import Audience
from tocsin.stages.communicate import tone
from tocsin.stages.communicate.course import LONG
from tocsin.stages.communicate.draft import Writer


class SyncFields(Value):
    """What is broken, what we know, how sure an estimate would be: answerable in thirty seconds."""

    broken: str
    known: str
    eta_confidence: Confidence


def answer(incident: Incident, writer: Writer | None) -> str:
    """News of an incident in a few lines: where it stands, what is known, when the next word comes."""
    if writer is None:
        return f"{incident.id} was declared at {_at(incident)} and is being triaged; severity and impact come within minutes."
    facts = tone.applied(writer.facts, incident.narrative.tone, Audience.INTERNAL)
    believed = f"Working hypothesis: {facts.hypothesis}" if facts.hypothesis else ""
    lines = (
        f"{facts.severity} {facts.service}: {facts.title}. Status {facts.words.status} as of {facts.now}.",
        f"Impact: {facts.impact}. Since {facts.started}, {facts.duration}.",
        f"{believed}{f' (confidence {facts.confidence})' if believed and facts.confidence else ''}",
        f"{facts.doing} ETA: {facts.eta}.",
        _heard(incident),
    )
    return "\n".join(line for line in lines if line)


def sync_of(incident: Incident, writer: Writer | None) -> SyncFields:
    """The three fields as the record has them, for the commander to confirm or correct."""
    if writer is None:
        return SyncFields(broken=one_line(incident.title, LONG), known="not triaged yet", eta_confidence="none")
    facts = writer.facts
    done = f"; done: {facts.actions_taken[-1]}" if facts.actions_taken else ""
    sure: Confidence = incident.narrative.estimate.confidence if incident.narrative.estimate else "none"
    return SyncFields(
        broken=f"{facts.service}: {facts.impact}",
        known=one_line(f"{facts.words.status}; hypothesis: {facts.hypothesis}{done}; next: {facts.next_step}", LONG),
        eta_confidence=sure,
    )


def _heard(incident: Incident) -> str:
    """When the organisation heard last, and when it hears next."""
    published = [one for one in incident.narrative.published if not one.retracted]
    last = f"Last update {clock(published[-1].at)}." if published else "No update is out yet."
    promised = [one.next_update_at for one in published if one.next_update_at and one.next_update_at > published[-1].at]
    following = f" Next update by {minute(min(promised))}." if promised and incident.is_open else ""
    return f"{last}{following}"


def _at(incident: Incident) -> str:
    return minute(incident.declared_at) if incident.declared_at else "an unknown time"
