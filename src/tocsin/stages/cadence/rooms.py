"""Rooms: the channel of its own that an incident gets where channels keep rooms, and what it is called. Pure.

A name tells the day and the subject in a few plain words. It never tells more of a restricted incident than that there is one,
and never anything that looks like a secret, an address or an account: names of channels are read by everybody.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from tocsin.guard.seeing import insiders
from tocsin.model.action import Mode
from tocsin.model.acts import WouldHaveDone
from tocsin.model.cadence import Rooms
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Move, Tell
from tocsin.model.plain import one_line
from tocsin.model.update import Audience
from tocsin.ports import Message, Purpose
from tocsin.stages.cadence.letters import message

ACTOR = "role:communicator"
LONGEST = 80
"""Characters of a name; Slack takes no more."""
_WORDS = 6
_TOPIC = 240
_NOT_FOR_NAMES = re.compile(r"<[^<>]*>|\S+@\S+|\w+://\S+|\S*\d+\.\d+\.\d+\S*|\S*::\S*")
"""Marks of secrets, addresses of people and machines, links."""
_WORD = re.compile(r"[a-z0-9]+")
_LOOKS_RANDOM = re.compile(r"(?=.*\d)(?=.*[a-z]).{9,}|\d{5,}|.{25,}")
_FILLER = frozenset(
    (
        "a",
        "an",
        "and",
        "are",
        "at",
        "by",
        "for",
        "from",
        "has",
        "have",
        "in",
        "is",
        "of",
        "on",
        "or",
        "the",
        "to",
        "was",
        "with",
    )
)


def due(incident: Incident, rules: Rooms, mode: Mode) -> Iterator[Move]:
    """For each channel that keeps rooms, the room that it has not opened yet; a private one once the incident is restricted.

    Before triage nobody knows whether it will be, so nothing is opened, whoever said how bad it is.
    """
    if not incident.is_open or incident.triaged_at is None or incident.severity not in rules.severities:
        return
    opened = {one.channel for one in incident.narrative.rooms if one.private or not incident.is_restricted}
    for channel in rules.channels:
        if channel not in opened:
            yield _opening(incident, channel, mode)


def room_name(begun: datetime, words: str, limit: int = LONGEST) -> str:
    """`inc-20261121-brief-description`: lower case, ASCII, at most `limit` characters, cut between words."""
    harmless = _NOT_FOR_NAMES.sub(" ", words)
    flat = unicodedata.normalize("NFKD", harmless.casefold()).encode("ascii", "ignore").decode().lower()
    words_of_it = dict.fromkeys(_WORD.findall(flat))
    plain = [one for one in words_of_it if one not in _FILLER and not _LOOKS_RANDOM.fullmatch(one)]
    name = f"inc-{begun:%Y%m%d}"
    for word in plain[:_WORDS] or ["incident"]:
        if len(name) + 1 + len(word) > limit:
            break
        name += f"-{word}"
    return name


def _opening(incident: Incident, channel: str, mode: Mode) -> Move:
    begun = incident.declared_at or incident.started_at
    subject = "restricted" if incident.is_restricted else f"{incident.service} {incident.title}"
    name = room_name(begun, subject) if begun else incident.id.lower()
    closed = ":private" if incident.is_restricted and incident.narrative.rooms else ""
    key = f"room:{channel}{closed}"
    if mode is Mode.OBSERVE:
        done = WouldHaveDone(what=f"open the {channel} channel {name}")
        return Tell(key=key, events=(Happening(actor=ACTOR, body=done),))
    told = Message(
        key=key,
        incident_id=incident.id,
        purpose=Purpose.ROOM,
        audience=Audience.CHANNEL,
        title=name,
        text=_topic(incident),
        severity=str(incident.severity),
        private=incident.is_restricted,
        people=tuple(sorted(insiders(incident))),
    )
    return Tell(key=key, events=(), letters=(message(channel, told),))


def _topic(incident: Incident) -> str:
    """What the room is about, in a line."""
    about = "restricted: keep it in this room" if incident.is_restricted else incident.title
    return one_line(f"{incident.severity} {incident.id}: {about}", _TOPIC)
