"""The post-mortem as a calendar entry that any calendar reads. Pure.

Its UID never changes, so that a new date moves the entry; SEQUENCE counts the dates. Of a restricted incident it says no more
than that there is one. It asks people (`REQUEST`) where the one who leads and those who responded have addresses.
"""

from datetime import timedelta

from icalendar import Calendar, vCalAddress
from icalendar import Event as Entry

from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.stages.review.settings import Rules

PRODUCT = "-//tocsin//post-mortem//EN"


def calendar(incident: Incident, rules: Rules) -> bytes:
    """The entry as an iCalendar file. Raises ValueError while no date is set."""
    review = incident.review
    if review.scheduled_at is None or review.scheduled_on is None:
        raise ValueError(f"incident {incident.id} has no date for a post-mortem")
    entry = Entry()
    entry.add("uid", f"post-mortem-{incident.id}@tocsin")
    entry.add("dtstamp", review.scheduled_on)
    entry.add("sequence", review.schedules - 1)
    entry.add("dtstart", review.scheduled_at)
    entry.add("dtend", review.scheduled_at + timedelta(minutes=rules.settings.meeting_minutes))
    entry.add("summary", _subject(incident))
    entry.add("description", _description(incident, rules))
    entry.add("status", "CANCELLED" if incident.is_open else "CONFIRMED")
    entry.add("class", "CONFIDENTIAL" if incident.is_restricted else "PUBLIC")
    if link := rules.link(incident.id):
        entry.add("url", link)
    method = "CANCEL" if incident.is_open else "REQUEST" if _invite(entry, incident) else "PUBLISH"
    return _whole(entry, method)


def _whole(entry: Entry, method: str) -> bytes:
    whole = Calendar()
    whole.add("prodid", PRODUCT)
    whole.add("version", "2.0")
    whole.add("method", method)
    whole.add_component(entry)
    return bytes(whole.to_ical())


def _subject(incident: Incident) -> str:
    drill = "Drill: " if incident.drill else ""
    about = "a restricted incident" if incident.is_restricted else f"{incident.id}, {one_line(incident.title, 120)}"
    return f"{drill}post-mortem of {about}"


def _description(incident: Incident, rules: Rules) -> str:
    lines = [
        f"Led by {incident.review.owner or 'nobody yet'}.",
        "The draft is written from the timeline; bring what it lacks.",
    ]
    return "\n".join([*lines, *filter(None, [rules.link(incident.id)])])


def _invite(entry: Entry, incident: Incident) -> bool:
    """Whoever leads asks, and those who held a seat are asked; False where there are no addresses to ask at."""
    owner = incident.review.owner
    asked = [one for one in dict.fromkeys([*incident.seats.values(), *sorted(incident.people)]) if "@" in one]
    if "@" not in owner or not asked:
        return False
    entry.add("organizer", _address(owner))
    for one in asked:
        attendee = _address(one)
        attendee.params["ROLE"] = "REQ-PARTICIPANT"
        attendee.params["PARTSTAT"] = "ACCEPTED" if one == owner else "NEEDS-ACTION"
        attendee.params["RSVP"] = "FALSE" if one == owner else "TRUE"
        entry.add("attendee", attendee, encode=False)
    return True


def _address(person: str) -> vCalAddress:
    return vCalAddress(f"MAILTO:{person}")
