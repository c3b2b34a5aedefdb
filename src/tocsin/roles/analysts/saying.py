"""How investigators say things: quotes that really stand in the evidence, times and distances a tired person understands.

Used by every investigator here. Never renders outside text as anything but plain words on one line.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tocsin.model.evidence import Quote
from tocsin.roles.contract import Seen

MOST_CONFIDENT = 0.97
"""An analyst is never certain: numbers coincide."""


def quotes(seen: Seen[Any], spans: Iterable[str], most: int = 3) -> tuple[Quote, ...]:
    """Quotes of those spans that stand word for word in the answer, without repeats; at most `most`."""
    different = dict.fromkeys(span for span in spans if span.strip() and span in seen.text)
    return tuple(Quote(evidence_id=seen.evidence_id, text=span) for span in list(different)[:most])


def confident(share: float) -> float:
    """A computed confidence, kept below certainty and rounded to what it is worth."""
    return round(min(max(share, 0.0), MOST_CONFIDENT), 2)


def clock(moment: datetime) -> str:
    """The time of day: `02:41 UTC`."""
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def moment(seconds: float) -> datetime:
    """Epoch seconds as a UTC time. Values no calendar holds become the nearest it does."""
    return datetime.fromtimestamp(min(max(seconds, 0.0), 253402300799.0), UTC)


def minutes_before(when: datetime, alert: datetime) -> float:
    """Minutes from `when` to the alert; negative when it came after."""
    return round((alert - when).total_seconds() / 60, 1)


def apart(minutes: float, what: str = "the alert") -> str:
    """`19 minutes before the alert`, `3 hours after the alert`, `as the alert fired`."""
    size = abs(minutes)
    if size < 1:
        return f"within a minute of {what}"
    amount, unit = (size, "minute") if size < 90 else (size / 60, "hour") if size < 48 * 60 else (size / 1440, "day")
    number = round(amount)
    return f"{number} {unit}{'s' if number != 1 else ''} {'before' if minutes > 0 else 'after'} {what}"


def ratio(after: float, before: float) -> float | None:
    """How many times as much; None when there was nothing before, or next to nothing."""
    if abs(before) < 1e-12 * max(1.0, abs(after)):
        return None
    return round(after / before, 4)


def one_line(text: str, most: int = 160) -> str:
    """Outside text on one line, control characters dropped, cut with an ellipsis."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text[: most * 4]).split())
    return plain if len(plain) <= most else plain[: most - 3].rstrip() + "..."


def listed(names: list[str], most: int = 4) -> str:
    """`a, b and c`, or `a, b, c, d and 9 more`; "" for none."""
    shown = names[:most]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else ""
