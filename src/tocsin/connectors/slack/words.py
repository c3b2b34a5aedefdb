"""Words as Slack takes them. Outside text goes into rich text elements and plain text objects, which Slack does not parse; the one
place that is parsed, a message's fallback text, gets it escaped. Pure; used by the other modules of this package.
"""

import re
import unicodedata
from hashlib import sha256

from tocsin.model.plain import visible

TITLE, TOPIC, BODY, EXACT, LABEL, FALLBACK = 150, 250, 8000, 3500, 75, 3000
"""Characters: a header (Slack's limit), a topic (likewise), a body, what would run, a button (likewise), the fallback.

Together they stay well under what Slack takes in one message, about 13,000 by what its users have measured.
"""
_ROOM = 80
_NO_SLUG = re.compile(r"[^a-z0-9]+")


def plain(text: str, limit: int) -> str:
    """For places that Slack shows as they are: hidden characters spelled out, and bounded with a mark where it was cut."""
    shown = visible(text).strip()
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def line(text: str, limit: int) -> str:
    """The same on one line."""
    return plain(" ".join(text.split()), limit)


def escaped(text: str, limit: int) -> str:
    """For places that Slack parses: `&`, `<` and `>` as Slack asks, so that nothing in it is a mention or a link.

    A backtick or a star can still change how a word looks, and nothing else.
    """
    return _escape(plain(text, limit))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """The way back, for text that Slack gives us."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def room_name(wanted: str) -> str:
    """A channel's name as Slack allows it: lower case, digits and dashes, at most 80, beginning with `inc-`."""
    flat = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode().lower()
    words = [word for word in _NO_SLUG.split(flat) if word]
    name = "-".join(words if words[:1] == ["inc"] else ["inc", *words])
    return _cut(name, _ROOM)


def second_name(name: str, incident_id: str) -> str:
    """Where the first name is another incident's: always the same one for the same incident."""
    mark = sha256(incident_id.encode()).hexdigest()[:6]
    return f"{_cut(name, _ROOM - 1 - len(mark))}-{mark}"


def _cut(name: str, limit: int) -> str:
    """At the end of a word where one ends near the limit."""
    if len(name) <= limit:
        return name
    kept = name[:limit]
    whole = kept.rpartition("-")[0] if name[limit] != "-" else kept
    return (whole if len(whole) > limit // 2 else kept).strip("-")
