"""Reads the many ways vendors write a moment, always to UTC. Never asks for the current time, never loses digits to a float.

Absent, unresolved, zero (`0001-01-01`, epoch 0) and endless (`9999-12-31`) times are None: "not ended", "not known".
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from tocsin.sources.reading.words import words

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1971, 9000
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NUMBER = re.compile(r"-?\d{1,25}(?:\.\d{1,12})?\Z")
_CLOCK = (
    r"(?P<h>\d{1,2}):(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,](?P<f>\d{1,12}))?)?(?:\s?(?P<ap>[AaPp]\.?[Mm](?![A-Za-z])\.?))?"
)
_ZONE = (
    r"\s{0,2}\(?(?P<zone>Z|[+-]\d\d(?::?\d\d)?|(?:UTC|GMT)[+-]\d{1,2}(?::?\d\d)?"
    r"|[A-Za-z]{1,12}(?:/[A-Za-z_]{1,20}){0,2})?\)?(?:\s[A-Z]{3,5})?"
)
_SHAPES = tuple(
    re.compile(shape + r"\Z", re.IGNORECASE)
    for shape in (
        rf"(?P<y>\d{{4}})[-/.](?P<mo>\d\d?)[-/.](?P<d>\d\d?)(?:[T _,]{{1,2}}{_CLOCK}{_ZONE})?",
        rf"(?P<y>\d{{4}})(?P<mo>\d\d)(?P<d>\d\d)T?(?P<h>\d\d)(?P<m>\d\d)(?P<s>\d\d)(?P<f>)(?P<ap>){_ZONE}",
        rf"(?:[A-Za-z]{{3,9}},?\s)?(?P<d>\d\d?)[ -](?P<mon>[A-Za-z]{{3,9}})[ -](?P<y>\d{{4}}),?(?:\sat)?\s{_CLOCK}{_ZONE}",
        rf"(?:[A-Za-z]{{3,9}},?\s)?(?P<mon>[A-Za-z]{{3,9}})\s{{1,2}}(?P<d>\d\d?),?\s(?P<y>\d{{4}}),?(?:\sat)?\s{_CLOCK}{_ZONE}",
        rf"[A-Za-z]{{3,9}}\s(?P<mon>[A-Za-z]{{3,9}})\s{{1,2}}(?P<d>\d\d?)\s{_CLOCK}{_ZONE}\s(?P<y>\d{{4}})",
        rf"(?P<mo>\d\d?)/(?P<d>\d\d?)/(?P<y>\d{{4}}),?\s{_CLOCK}{_ZONE}",
    )
)
_NAMED = {
    "": 0,
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "ut": 0,
    "wet": 0,
    "west": 1,
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "msk": 3,
}
_NAMED |= {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "jst": 9, "bst": 1}


def moment(value: object, zone: str = "") -> datetime | None:
    """The moment in UTC, or None. A time that names no zone is read in `zone` (an offset or a zone name), by default UTC."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return _epoch(Decimal(value))
    text = words(value)
    if not text or len(text) > 80:
        return None
    return _epoch(Decimal(text)) if _NUMBER.match(text) else _written(text, zone)


def _epoch(number: Decimal) -> datetime | None:
    """Seconds, milliseconds, microseconds or nanoseconds, told apart by magnitude (a second count has at most 11 digits)."""
    if not number.is_finite() or number <= 0 or number.adjusted() > 20:
        return None
    digits = number.adjusted() + 1
    scale = 6 if digits <= 11 else 3 if digits <= 14 else 0 if digits <= 17 else -3
    return _sane(EPOCH, int(number.scaleb(scale)))


def _sane(base: datetime, microseconds: int) -> datetime | None:
    try:
        found = (base + timedelta(microseconds=microseconds)).astimezone(UTC)
    except OverflowError:
        return None
    return found if _FIRST_YEAR <= found.year < _LAST_YEAR else None


def _written(text: str, zone: str) -> datetime | None:
    for shape in _SHAPES:
        match = shape.match(text)
        if match:
            return _build({name: part or "" for name, part in match.groupdict().items()}, zone)
    return None


def _build(part: dict[str, str], zone: str) -> datetime | None:
    month = part.get("mo") or str(_month(part.get("mon", "")))
    where = _zone(part.get("zone") or zone)
    if where is None:
        return None
    try:
        whole = datetime(int(part["y"]), int(month), int(part["d"]), _hour(part), int(part.get("m") or 0), tzinfo=where)
    except ValueError:
        return None
    seconds = min(int(part.get("s") or 0), 59)  # a leap second is told as :60
    return _sane(whole, seconds * 1_000_000 + int((part.get("f") or "").ljust(6, "0")[:6]))


def _month(name: str) -> int:
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _hour(part: dict[str, str]) -> int:
    hour = int(part.get("h") or 0)
    half = (part.get("ap") or "").lower()[:1]
    if half and hour > 12:
        return 99  # refused by datetime
    return hour % 12 + (12 if half == "p" else 0) if half else hour


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo | None:
    low = name.strip().lower()
    if low in _NAMED:
        return timezone(timedelta(hours=_NAMED[low]))
    match = re.match(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d\d)?\Z", low)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes)) if minutes < 24 * 60 else None
    try:
        return ZoneInfo(name.strip())
    except (ValueError, KeyError, OSError):
        return None
