"""The promise that stands in a text: when it says that the next update comes. Pure; asked when a person edits the words."""

import re
from datetime import datetime, timedelta

from tocsin.guard.wording import lexicon

_HOURS = re.compile(r"hour|\bh\b", re.I)
_COUNT = {"a": 1, "an": 1, "one": 1, "two": 2}


def promised_in(text: str, now: datetime) -> datetime | None:
    """The time of the next update as the text gives it, in UTC; it may have passed. None where the text gives none."""
    for told in lexicon.NEXT_UPDATE.finditer(text):
        if clock := lexicon.CLOCK.search(told.group()):
            return _nearest(clock.group(), now)
        if span := lexicon.RELATIVE_UPDATE.search(told.group()):
            return now + _length(span.group())
    return None


def _nearest(clock: str, now: datetime) -> datetime:
    """The moment nearest to now at which the clock shows that: a promise of ten minutes ago is not one for tomorrow."""
    hour, minute = (int(part) for part in clock.split(":")[:2])
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return min((today + timedelta(days=days) for days in (-1, 0, 1)), key=lambda moment: abs(moment - now))


def _length(span: str) -> timedelta:
    words = span.lower().split()
    count = next((int(one) for one in words if one.isdigit()), None)
    number = count or next((_COUNT[one] for one in words if one in _COUNT), 1)
    if "half" in words:
        return timedelta(minutes=30)
    return timedelta(hours=number) if _HOURS.search(span) else timedelta(minutes=number)
