"""Until when an audience must have heard: the promise it was given, a first notice, or the last word. Pure."""

from datetime import datetime, timedelta
from itertools import takewhile

from tocsin.model.cadence import Cadence
from tocsin.model.incident import Incident
from tocsin.model.update import Audience

_ON_REQUEST = (Audience.EXECUTIVE, Audience.SUPPORT)
"""Their first message is due from the moment they are engaged."""


def deadline(incident: Incident, audience: Audience, rules: Cadence) -> datetime | None:
    """When that audience's next message must be out; None where nothing was promised or asked for."""
    if incident.ended_at:
        return _last_word(incident, audience, rules, incident.ended_at)
    if incident.begun_at is None or not rules.serves(incident, audience):
        return None
    promised = incident.narrative.promised(audience, incident.begun_at)
    first = first_notice(incident, audience, rules)
    asked = [one for one in (promised, first) if one]
    return _after_a_miss(incident, audience, rules, min(asked)) if asked else None


def first_notice(incident: Incident, audience: Audience, rules: Cadence) -> datetime | None:
    """Until when an audience that has heard nothing must hear for the first time since it has become this bad."""
    since, minutes = since_urgent(incident, audience, rules), _first_minutes(incident, rules)
    if since is None or minutes is None:
        return None
    heard = any(one.audience is audience and one.at >= since for one in incident.narrative.published)
    return None if heard else since + timedelta(minutes=minutes)


def since_urgent(incident: Incident, audience: Audience, rules: Cadence) -> datetime | None:
    """From when a first notice is counted: from the declaration, unless it became that bad, or began again, only later."""
    begun, engaged = incident.begun_at, incident.narrative.engaged_at.get(audience)
    on_request = audience in _ON_REQUEST
    urgent = list(takewhile(lambda one: rules.first_minutes.get(one.severity) is not None, reversed(incident.ratings)))
    if begun is None or not urgent or (on_request and engaged is None):
        return None
    later = [urgent[-1].at] if len(urgent) < len(incident.ratings) else []
    return max([begun, *later, *([engaged] if engaged and on_request else [])])


def _first_minutes(incident: Incident, rules: Cadence) -> int | None:
    return rules.first_minutes.get(incident.severity) if incident.severity else None


def _after_a_miss(incident: Incident, audience: Audience, rules: Cadence, at: datetime) -> datetime:
    """A promise that was missed is over; the rhythm goes on with the next time of it that lies ahead.

    What goes out by itself makes good for it at once, unless that was tried and failed.
    """
    lost = [one for one in incident.narrative.missed if one.audience is audience and one.due_at >= at]
    if not lost:
        return at
    newest, interval = lost[-1], rules.interval(incident, audience)
    if rules.alone(incident, audience) and len(lost) == 1:
        return newest.at
    return newest.due_at + interval * ((newest.at - newest.due_at) // interval + 1)


def _last_word(incident: Incident, audience: Audience, rules: Cadence, ended: datetime) -> datetime | None:
    """Whoever heard of the incident hears the end: soon after it, or when they were promised to hear, if that is sooner."""
    if audience not in incident.unended:
        return None
    told = incident.narrative
    promised = told.promised(audience, incident.begun_at or ended)
    missed = any(one.audience is audience and promised and one.due_at >= promised for one in told.missed)
    last = told.last(audience)
    final = (max(ended, last.at) if last else ended) + timedelta(minutes=rules.final_minutes)
    return min(promised, final) if promised and not missed else final
