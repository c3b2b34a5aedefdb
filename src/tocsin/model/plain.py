"""Plain text for people: outside words made harmless, times and durations spelled one way everywhere. Pure."""

import re
from datetime import UTC, datetime, timedelta

INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
"""Control, direction and zero-width characters: in a terminal or a chat they lie about what is written."""


def one_line(text: str, limit: int = 200) -> str:
    """Outside text as one bounded line without invisible characters."""
    flat = " ".join(INVISIBLE.sub(" ", text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


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
