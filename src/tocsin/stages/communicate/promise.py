"""The promise that stands in a text: when it says that the next update comes. Pure; asked when a person edits the words."""

import re
from datetime import datetime, timedelta

from tocsin.guard.wording import promised
from tocsin.guard.wording.text import Text

_CLOCK = re.compile(r"(\d{1,2})(?:[:.h]([0-5]\d))?(?::\d\d)?(?: ?([ap])\.?m)?", re.I)
_DATE = re.compile(r"^\d{4}-\d\d-\d\d[T ]")
_COUNT = {"a": 1, "an": 1, "one": 1, "two": 2, "fifteen": 15, "thirty": 30}
HALF = timedelta(minutes=30)
QUARTER = timedelta(minutes=15)


def promised_in(text: str, now: datetime) -> datetime | None:
    """The time of the next update as the text gives it, in UTC; it may have passed. None where the text gives none."""
    for promise in promised(Text(text)):
        if clock := _CLOCK.match(_DATE.sub("", promise["at"] or "")):
            return _nearest(int(clock[1]) % 24 + _afternoon(clock), int(clock[2] or 0), now)
        return now + _length((promise["soon"] or "").lower())
    return None


def _afternoon(clock: re.Match[str]) -> int:
    """Hours to add for a time with am or pm."""
    half = (clock[3] or "").lower()
    return 12 if half == "p" and int(clock[1]) < 12 else -12 if half == "a" and int(clock[1]) == 12 else 0


def _nearest(hour: int, minute: int, now: datetime) -> datetime:
    """The moment nearest to now at which the clock shows that: a promise of ten minutes ago is not one for tomorrow."""
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return min((today + timedelta(days=days) for days in (-1, 0, 1)), key=lambda moment: abs(moment - now))


def _length(span: str) -> timedelta:
    """How long a span such as `within the next 30 minutes` or `hourly` is."""
    if "half" in span:
        return HALF
    if "quarter" in span:
        return QUARTER
    words = re.findall(r"[a-z]+|\d+", span)
    count = next((int(one) for one in words if one.isdigit()), None)
    number = count or next((_COUNT[one] for one in words if one in _COUNT), 1)
    hours = any(one.startswith("hour") or one == "h" for one in words)
    return timedelta(hours=number) if hours else timedelta(minutes=number)
