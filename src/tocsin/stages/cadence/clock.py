"""The clock of one audience: when a message is to be written for it, and when one goes out by itself. Pure."""

from datetime import datetime, timedelta

from tocsin.model.cadence import Cadence
from tocsin.model.incident import Incident
from tocsin.model.move import Draft, Move, Publish, Wait
from tocsin.model.narrative import Draft as Written
from tocsin.model.state import State
from tocsin.model.update import Audience
from tocsin.stages.cadence.deadline import deadline


def due(incident: Incident, audience: Audience, now: datetime, rules: Cadence) -> Move | None:
    """A draft to be made, one to be let go, or when to look again."""
    if incident.ended_at:
        return _last_word(incident, audience, rules, incident.ended_at)
    if not rules.serves(incident, audience):
        return None
    at, ahead = deadline(incident, audience, rules), _lead(incident, audience, rules)
    lead = at - ahead if at else None
    written = newest(incident, audience)
    if written and ((until := _stands_until(written, incident, lead, ahead)) is None or now < until):
        return _let_go(written, incident, audience, rules) or Wait(until=until)
    if lead and now >= lead:
        return _draft(incident, audience, at, f"{stamp(at)}", no_change=not _changed(incident, audience))
    if _changed(incident, audience):
        return _on_change(incident, audience, now, rules, at, lead)
    return Wait(until=lead) if lead else None


def newest(incident: Incident, audience: Audience) -> Written | None:
    """The latest message written for that audience since the incident began, and not out yet."""
    begun = incident.begun_at
    lying = [
        one
        for one in incident.narrative.drafts
        if one.update.audience is audience and not one.update.corrects and (begun is None or one.drafted_at >= begun)
    ]
    return max(lying, key=lambda one: one.drafted_at, default=None)


def stamp(at: datetime | None) -> int:
    """A time as part of a key."""
    return int(at.timestamp()) if at else 0


def _lead(incident: Incident, audience: Audience, rules: Cadence) -> timedelta:
    """How long before it is due a message is written; of a quick rhythm half the time."""
    minutes = rules.by_itself_lead_minutes if rules.alone(incident, audience) else rules.lead_minutes
    return min(timedelta(minutes=minutes), rules.interval(incident, audience) / 2)


def _stands_until(written: Written, incident: Incident, lead: datetime | None, ahead: timedelta) -> datetime | None:
    """Until when what is written is still what should go out; None: until something changes.

    What a person has touched is theirs until its own promise is past. Anything else is written anew when it is no longer true,
    when its promise comes near, and so that it is fresh when it is due.
    """
    update = written.update
    if written.edited_by or written.approved_by:
        return update.next_update_at
    if update.facts_seq < incident.facts_seq:
        return written.drafted_at
    promise = [update.next_update_at - ahead] if update.next_update_at else []
    turn = [lead] if lead and written.drafted_at < lead else []
    return min(promise + turn, default=None)


def _changed(incident: Incident, audience: Audience) -> bool:
    """Has anything changed that this audience has not been told?"""
    last = incident.narrative.last(audience)
    begun = incident.begun_at
    return last is None or (begun is not None and last.at < begun) or incident.facts_seq > last.facts_seq


def _on_change(
    incident: Incident, audience: Audience, now: datetime, rules: Cadence, at: datetime | None, lead: datetime | None
) -> Move:
    """News is written down at once, and while it keeps changing no more often than people can read."""
    written, last = newest(incident, audience), incident.narrative.last(audience)
    said = [one for one in (written and written.drafted_at, last and last.at) if one]
    calm = max(said) + timedelta(seconds=rules.settle_seconds) if said else now
    if now < calm:
        return Wait(until=min(calm, lead) if lead else calm)
    return _draft(incident, audience, at, f"news:{written.update.id if written else ''}", again_at=lead)


def _draft(
    incident: Incident,
    audience: Audience,
    at: datetime | None,
    why: str,
    *,
    no_change: bool = False,
    again_at: datetime | None = None,
) -> Draft:
    key = f"draft:{audience}:{incident.facts_seq}:{why}"
    return Draft(key=key, audiences=(audience,), due_at=at, no_change=no_change, again_at=again_at)


def _let_go(written: Written, incident: Incident, audience: Audience, rules: Cadence) -> Move | None:
    """An audience inside the house need not wait for a reviewer, where the policy says so."""
    if not rules.alone(incident, audience):
        return None
    return Publish(key=f"publish:{written.update.id}", update_id=written.update.id)


def _last_word(incident: Incident, audience: Audience, rules: Cadence, ended: datetime) -> Move | None:
    """Whoever heard of it hears the end; leadership gets the summary of a resolved incident in any case."""
    summary = audience is Audience.EXECUTIVE and incident.state is State.RESOLVED
    wanted = audience in incident.unended or (summary and rules.minutes(incident, audience) is not None)
    if not wanted:
        return None
    written = newest(incident, audience)
    if written and written.drafted_at >= ended:
        return _let_go(written, incident, audience, rules)
    last = incident.narrative.last(audience)
    if last and last.at >= ended and not last.next_update_at:
        return None
    return _draft(incident, audience, deadline(incident, audience, rules), f"end:{stamp(ended)}")
