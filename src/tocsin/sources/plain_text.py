"""Plain text: a person's sentence or a script's line. Only marks at the head of the text decide status and severity."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from tocsin.errors import Unreadable
from tocsin.model.alert import AlertSeverity, AlertStatus
from tocsin.sources.reading.scales import by_word, status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor

_HEAD = re.compile(r"\s{0,4}(?:\[([A-Za-z ]{2,20})(?::\d{1,6})?\]|([A-Za-z]{2,12}):)\s{0,4}")
_SERVICE = re.compile(r"\b(?:service|app|application)\s{0,2}[:=]\s{0,2}([A-Za-z0-9][\w./-]{0,80})", re.IGNORECASE)
_ENVIRONMENT = re.compile(r"\b(?:environment|env)\s{0,2}[:=]\s{0,2}([A-Za-z0-9][\w-]{0,40})", re.IGNORECASE)
_SEVERITY = re.compile(r"\b(?:severity|priority)\s{0,2}[:=]\s{0,2}([A-Za-z0-9]{1,15})", re.IGNORECASE)
_AGO = re.compile(
    r"\b(?:started|since|began|start)\b\s{0,2}[:=]?\s{0,2}(\d{1,4})\s?(second|sec|minute|min|hour|hr|day)s?\s{1,2}ago",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"'`\x00-\x1f]{1,1000}")
_SECONDS = {"sec": 1, "min": 60, "hou": 3600, "hr": 3600, "day": 86400}
_FIRING = frozenset(("problem", "firing", "alert", "alarm", "down", "triggered", "incident"))


def recognise(posting: Posting) -> bool:
    """Any readable text that is no markup and no binary."""
    return posting.is_text and _readable(posting.root.text())


def _readable(text: str) -> bool:
    letters = sum(map(str.isalpha, text[:400]))
    markup = text.startswith("<") or text in ("true", "false")
    return letters >= 3 and not markup and "\ufffd" not in text


def read(posting: Posting) -> Iterator[Found]:
    """One alert: the first line is its title. "Started: 2 minutes ago" counts from the arrival."""
    text = posting.root.text()
    if not _readable(text):
        raise Unreadable("The text is not something a person could read.", "Send words, or JSON.")
    title, marks = _heads(text.split("\n", 1)[0])
    severity = _one(_SEVERITY, text) or next((mark for mark in marks if by_word(mark) is not AlertSeverity.UNKNOWN), "")
    over = any(status_of(mark) is AlertStatus.RESOLVED for mark in marks)
    yield Found(
        key=(title,),
        title=title,
        description=text,
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        vendor_severity="" if over else severity,
        service=_one(_SERVICE, text).rstrip("."),
        environment=_one(_ENVIRONMENT, text),
        starts_at=_started(text, posting.received_at),
        links=tuple(("source", match.rstrip(".,;)")) for match in _URL.findall(text)[:10]),
    )


def _heads(first: str) -> tuple[str, list[str]]:
    """Takes `[RESOLVED]`, `CRITICAL:` and the like off the first line, so that both ends of a condition have one title."""
    marks: list[str] = []
    rest = first
    while (match := _HEAD.match(rest)) and len(marks) < 4:
        word = (match[1] or match[2]).strip()
        known = (
            word.lower() in _FIRING
            or status_of(word) is AlertStatus.RESOLVED
            or by_word(word) is not AlertSeverity.UNKNOWN
        )
        if not known:
            break
        marks.append(word)
        rest = rest[match.end() :]
    return (rest.strip() or first), marks


def _one(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def _started(text: str, received_at: datetime) -> datetime | None:
    match = _AGO.search(text)
    if not match:
        return None
    unit = match[2].lower()
    return received_at - timedelta(seconds=int(match[1]) * _SECONDS.get(unit[:3], _SECONDS.get(unit[:2], 60)))


SOURCE = Vendor("plain_text", recognise, read)
