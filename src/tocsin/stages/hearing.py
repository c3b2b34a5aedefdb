"""Hearing: what people say in an incident's room in a chat. Called by the face's chat doors, in their write transaction.

Words are kept as untrusted notes, bounded and redacted; a pin brings some of them onto the timeline with author and link. They
tell and decide nothing: no words are ever an act, an approval or a command.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.model.acts import Flagged
from tocsin.model.communication import ChatNoted, ChatPinned
from tocsin.model.incident import Incident
from tocsin.model.narrative import NEWEST_NOTES
from tocsin.model.plain import one_line
from tocsin.ports import Ledger

FLOOD = "chat_flood"
"""Code of the flag on an incident whose room says more than its timeline keeps."""
LONG = timedelta(minutes=10)
"""As many words as are kept at hand are the most that become notes in this time."""
_TEXT, _AUTHOR = 2000, 100
_OPEN_ONES, _PAST_ONES = 500, 100
_LONGEST_QUESTION = 120
_NEWS = re.compile(
    r"\b(any|some) (news|updates?|progress|eta)\b|^(news|updates?|status|eta)$"
    r"|\bwhat('s| is| s)? (the )?(latest|status|eta|going on)\b|\bwhere are we\b"
    r"|\bhow (is|are) (it|things|we) (going|doing|looking)\b|\bstill down\b"
    r"|\bwhen will (it|this|that) be (back|fixed|up|over|resolved)\b"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that was said: by whom, in which room of which configured channel, and what it is called there."""

    channel: str
    author: str
    text: str
    ref: str
    link: str = ""


def incident_of_room(ledger: Ledger, channel: str, room: str) -> Incident | None:
    """The newest incident that has its room there, open ones first."""
    open_ones = ledger.incidents.recent(open_only=True, limit=_OPEN_ONES)
    past = ledger.incidents.recent(limit=_PAST_ONES)
    mine = (
        one for one in (*open_ones, *past) if any((r.channel, r.ref) == (channel, room) for r in one.narrative.rooms)
    )
    return next(mine, None)


def take_note(
    ledger: Ledger,
    incident: Incident,
    heard: Heard,
    *,
    actor: str,
    now: datetime,
    clean: Callable[[str], str],
    most: int,
) -> bool:
    """Keeps the words as a note; False where the room already says more than `most` a minute. That is flagged once."""
    text = _words(heard.text, clean)
    if not text or not incident.is_open:
        return False
    if _flooded(incident, now, most):
        if all(flag.code != FLOOD for flag in incident.flags):
            flag = Flagged(
                code=FLOOD, text=f"The room says more than {most} things a minute: read the rest in {heard.channel}."
            )
            ledger.timeline.append(incident.id, flag, actor="system", at=_not_before(incident, now))
        return False
    note = ChatNoted(
        author=one_line(heard.author, _AUTHOR), text=text, channel=heard.channel, ref=heard.ref, link=heard.link
    )
    ledger.timeline.append(incident.id, note, actor=actor, at=_not_before(incident, now))
    return True


def promote(
    ledger: Ledger, incident: Incident, heard: Heard, *, actor: str, now: datetime, clean: Callable[[str], str]
) -> bool:
    """Brings pinned words onto the timeline, once, whether the incident is over or not."""
    text = _words(heard.text, clean)
    known = any(one.pinned and one.link == heard.link and one.text == text for one in incident.narrative.notes)
    if not text or known:
        return False
    pinned = ChatPinned(
        author=one_line(heard.author, _AUTHOR), text=text, channel=heard.channel, ref=heard.ref, link=heard.link
    )
    ledger.timeline.append(incident.id, pinned, actor=actor, at=_not_before(incident, now))
    return True


def asks_for_news(text: str) -> bool:
    """`any update?` and its like: a short question after how it stands."""
    said = one_line(text, _LONGEST_QUESTION + 1).lower().replace("\u2019", "'")
    return len(said) <= _LONGEST_QUESTION and _NEWS.search(said.strip(" ?!.")) is not None


def _words(text: str, clean: Callable[[str], str]) -> str:
    return clean(one_line(text, _TEXT))


def _flooded(incident: Incident, now: datetime, most: int) -> bool:
    notes = incident.narrative.notes
    lately = sum(now - one.at < timedelta(minutes=1) for one in notes)
    return lately >= most or (len(notes) >= NEWEST_NOTES and now - notes[0].at < LONG)


def _not_before(incident: Incident, now: datetime) -> datetime:
    """Time on an incident never goes back."""
    return max(now, incident.updated_at or now)
