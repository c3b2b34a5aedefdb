"""Reminders: who is told of a message that is due and not out, and when it is written down as missed. Pure.

First whoever reviews it, before it is due; at its time the commander; then the next level on call. Each is told once for each
promise, by name of the promise, so that a restart repeats nobody.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from tocsin.model.acts import Flagged, Seat
from tocsin.model.cadence import Cadence
from tocsin.model.communication import UpdateMissed, UpdateReminded
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Move, Tell, Wait
from tocsin.model.plain import clock as spoken
from tocsin.model.plain import one_line
from tocsin.model.rota import OnCall
from tocsin.model.update import Audience
from tocsin.stages.cadence.clock import newest, stamp
from tocsin.stages.cadence.deadline import deadline, first_notice, since_urgent
from tocsin.stages.cadence.letters import into_rooms, page, unpage

ACTOR = "role:communicator"
MISSED = "update_missed"
LEVELS = 3
WORDS = {
    Audience.CHANNEL: "the incident's channel",
    Audience.INTERNAL: "the organisation",
    Audience.EXTERNAL: "customers",
    Audience.EXECUTIVE: "leadership",
    Audience.SUPPORT: "support and account teams",
    Audience.SECURITY: "the security team",
}


class Rung(NamedTuple):
    """One level of escalation: when, and who is told."""

    level: int
    at: datetime
    target: str


def due(incident: Incident, audience: Audience, now: datetime, rules: Cadence, oncall: OnCall) -> Move | None:
    """Whoever must be told now that the audience's message is due; else when to look again."""
    at = deadline(incident, audience, rules)
    if at is None:
        return None
    told = _told(incident, audience, at)
    for rung in _ladder(incident, audience, rules, oncall, at):
        if rung.level not in told:
            return Wait(until=rung.at) if now < rung.at else _remind(incident, audience, at, rung, rules, oncall, now)
    return None


def lost(incident: Incident, audience: Audience, now: datetime, rules: Cadence) -> Move | None:
    """A promise that passed is a miss, however it came to that: nobody reviewed, or nobody was there to publish."""
    at = deadline(incident, audience, rules)
    if at is None or (not rules.alone(incident, audience) and len(_told(incident, audience, at)) < LEVELS):
        return None
    end = at + timedelta(minutes=rules.reminders.missed_minutes)
    return Wait(until=end) if now < end else _missed(audience, at)


def calm(incident: Incident, audience: Audience) -> Move | None:
    """Those who were called because of a message are told when it is out."""
    called = [one for one in incident.narrative.reminders if one.audience is audience and one.level > 0]
    last = incident.narrative.last(audience)
    out = last and called and last.at >= called[-1].at
    if not called or not (out or not incident.is_attended):
        return None
    key = f"calm:{audience}:{stamp(called[-1].due_at)}"
    return Tell(key=key, events=(), letters=(unpage(incident, key, audience),))


def _told(incident: Incident, audience: Audience, at: datetime) -> frozenset[int]:
    """The levels that were told of that promise."""
    said = incident.narrative.reminders
    return frozenset(one.level for one in said if one.audience is audience and one.due_at == at)


def _ladder(incident: Incident, audience: Audience, rules: Cadence, oncall: OnCall, at: datetime) -> Iterator[Rung]:
    """Reviewer, commander, next level on call."""
    reviewer, commander = _reviewer(incident, rules, oncall), incident.seats.get(Seat.COMMANDER, "oncall:primary")
    above = "oncall:2" if len(oncall.levels(incident.service)) > 1 else "oncall:all"
    yield Rung(0, _first_word(incident, audience, rules, at), reviewer)
    yield Rung(1, at, commander)
    yield Rung(2, at + timedelta(minutes=rules.reminders.next_minutes), above)


def _first_word(incident: Incident, audience: Audience, rules: Cadence, at: datetime) -> datetime:
    """Some minutes before; of a first notice already at the target that people set themselves.

    What goes out by itself has no reviewer: it is spoken of when its time has come and it is not out.
    """
    if rules.alone(incident, audience):
        return at
    before = at - timedelta(minutes=min(rules.reminders.before_minutes, rules.lead_minutes))
    since = since_urgent(incident, audience, rules)
    if since is None or at != first_notice(incident, audience, rules):
        return before
    return min(before, since + timedelta(minutes=rules.target_minutes))


def _reviewer(incident: Incident, rules: Cadence, oncall: OnCall) -> str:
    """The communications lead; while nobody is, whoever could be, else the commander, else the primary on call."""
    held = incident.seats.get(Seat.COMMUNICATIONS_LEAD)
    listed = f"role:{rules.role}" if oncall.directory.get(rules.role) else ""
    return held or listed or incident.seats.get(Seat.COMMANDER, "oncall:primary")


def _remind(
    incident: Incident, audience: Audience, at: datetime, rung: Rung, rules: Cadence, oncall: OnCall, now: datetime
) -> Move:
    key = f"remind:{audience}:{stamp(at)}:{rung.level}"
    said = UpdateReminded(audience=audience, due_at=at, level=rung.level, target=rung.target)
    draft = newest(incident, audience)
    name = draft.update.id if draft else ""
    where = f"Draft {name} waits for review." if name else "No draft lies ready."
    text = f"{incident.id}: the update for {WORDS[audience]} is due {spoken(at)}. {where}"
    rooms = into_rooms(incident, rules, key, "Update due", f"{text} {rung.target}: it is yours.", name)
    people = oncall.who(rung.target, now, incident.service)
    calls = (page(incident, key, audience, rung.target, people, text),) if rung.level or not rooms else ()
    return Tell(key=key, events=(Happening(actor=ACTOR, body=said),), letters=(*calls, *rooms))


def _missed(audience: Audience, at: datetime) -> Move:
    text = one_line(f"The update for {WORDS[audience]} due {spoken(at)} did not go out. Nobody published it.", 300)
    events = (UpdateMissed(audience=audience, due_at=at), Flagged(code=f"{MISSED}:{audience}", text=text))
    return Tell(key=f"missed:{audience}:{stamp(at)}", events=tuple(Happening(actor=ACTOR, body=one) for one in events))
