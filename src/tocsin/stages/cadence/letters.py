"""The letters of the clock: words into the rooms of an incident, and calls to people. Pure; they leave through the outbox."""

from tocsin.model.cadence import Cadence
from tocsin.model.incident import Incident
from tocsin.model.move import Letter
from tocsin.model.update import Audience
from tocsin.ports import Message, Purpose, message_payload


def message(channel: str, told: Message) -> Letter:
    """One message for one configured channel."""
    return Letter(
        key=f"{told.incident_id}:{told.key}:{channel}", kind="message", payload=message_payload(channel, told)
    )


def into_rooms(
    incident: Incident, rules: Cadence, key: str, title: str, text: str, update_id: str = ""
) -> tuple[Letter, ...]:
    """A reminder in every room that the incident has, for those who work there."""
    told = Message(
        key=key,
        incident_id=incident.id,
        purpose=Purpose.REMINDER,
        audience=Audience.CHANNEL,
        title=title,
        text=text,
        severity=str(incident.severity or ""),
        update_id=update_id,
        private=incident.is_restricted,
    )
    open_ones = {one.channel for one in incident.narrative.rooms}
    return tuple(message(channel, told) for channel in rules.rooms.channels if channel in open_ones)


def page(incident: Incident, key: str, call: str, target: str, people: tuple[str, ...], text: str) -> Letter:
    """A call to people. `call` tells it from other calls of the incident, so that it rings although one is acknowledged."""
    payload = {
        "incident": f"{incident.id}:{call}",
        "target": target,
        "people": ", ".join(people),
        "text": text,
        "severity": str(incident.severity or ""),
    }
    return Letter(key=f"{incident.id}:{key}", kind="page", payload=payload)


def unpage(incident: Incident, key: str, call: str) -> Letter:
    """The end of that call."""
    return Letter(key=f"{incident.id}:{key}", kind="unpage", payload={"incident": f"{incident.id}:{call}"})
