"""Plain text for people: outside words made harmless, times and durations spelled one way everywhere. Pure."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
"""Control, direction and zero-width characters: in a terminal or a chat they lie about what is written."""


def one_line(text: str, limit: int = 200) -> str:
    """Outside text as one bounded line without invisible characters."""
    flat = " ".join(INVISIBLE.sub(" ", text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def web_link(link: str, longest: int = 2_000) -> str:
    """The address when it is one of the web and cannot be read as anything else, else ""."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    whole = parts.scheme in ("http", "https") and parts.hostname and not _NO_ADDRESS.search(link)
    return link if whole and len(link) <= longest and not INVISIBLE.search(link) else ""


_NO_ADDRESS = re.compile(r"[\s\"'<>\\^`{|}]")
_UNSEEN = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that draw nothing and are no control characters by name."""


def visible(text: str) -> str:
    """The same text with every character that hides, reorders or controls spelled out: `⟨U+202E⟩`. New lines and tabs stay."""
    return "".join(f"⟨U+{ord(one):04X}⟩" if _hides(one) else one for one in text)


def _hides(one: str) -> bool:
    if one in "\n\t":
        return False
    return one in _UNSEEN or unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def minute(moment: datetime) -> str:
    """`2026-11-21 03:04 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def clock(moment: datetime) -> str:
    """`03:04 UTC`."""
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def spell(duration: timedelta) -> str:
    """`2 hours 5 minutes`; negative durations count as none."""
    hours, minutes = divmod(max(0, int(duration.total_seconds() // 60)), 60)
    said = [
        f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((hours, "hour"), (minutes, "minute")) if count
    ]
    return " ".join(said) or "under a minute"


def tokens_of(*texts: str) -> int:
    """About how many tokens texts have: three characters each, which is on the safe side for code and names."""
    return sum(len(text) // 3 + 1 for text in texts)
