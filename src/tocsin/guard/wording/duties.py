"""Rules on what every message must have: the next update, a time in UTC, what customers experience. Pure; listed in `rules`."""

import re
from datetime import UTC, datetime, timedelta

from tocsin.guard.late import Late
from tocsin.guard.wording.exposure import jargon_before
from tocsin.guard.wording.finding import absent, each
from tocsin.guard.wording.lexicon import exposed, harm, times
from tocsin.guard.wording.promises import promised, without_telling
from tocsin.guard.wording.situation import Situation
from tocsin.guard.wording.text import Text
from tocsin.model.update import WordingCode, WordingViolation

TELLING_WORDS = 2
"""So many words of its own and a message is taken to be about something."""
_WORD = Late(r"[A-Za-z][A-Za-z'-]{1,30}")
HALF_A_DAY = timedelta(hours=12)
_NAMED = (harm.TROUBLED, harm.AFFECTED, harm.HARMED, harm.CAN_DO, harm.CAPABILITY)


def next_update(text: Text, now: Situation) -> WordingViolation | None:
    """An open incident's message promises no time for the next one, or a time that is past or not the desk's own."""
    if now.is_resolved:
        return None
    promises = list(promised(text))
    if not promises:
        return absent(
            WordingCode.NEXT_UPDATE,
            'Say when you will speak next, even if nothing changes: "Next update by HH:MM UTC".',
        )
    kept = [promise for promise in promises if _holds(promise, now)]
    if kept:
        return None
    due = f"{now.next_update_at:%H:%M} UTC" if now.next_update_at else "a time that is still to come"
    told = promises[0]
    return WordingViolation(
        code=WordingCode.NEXT_UPDATE,
        span=text.quote(*told.span()),
        advice=f"The next update is due by {due}: promise that.",
    )


def _holds(promise: re.Match[str], now: Situation) -> bool:
    """The promised clock time is the desk's own and is not over. A span of time ("in 30 minutes") always holds."""
    clock = times.CLOCK_24.search(promise["at"] or "")
    if clock is None:
        return True
    hour, minute = int(clock[1]), int(clock[2])
    if now.next_update_at is not None:
        due = now.next_update_at.astimezone(UTC)
        return (due.hour, due.minute) == (hour, minute)
    return now.now is None or _ahead(now.now.astimezone(UTC), hour, minute) <= HALF_A_DAY


def _ahead(now: datetime, hour: int, minute: int) -> timedelta:
    """How long until the clock next shows this time; more than half a day means that it has just passed."""
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (then - now) % timedelta(days=1)


def timestamp(text: Text, _: Situation) -> WordingViolation | None:
    """No time in UTC says when this is or was true. The time of the next update does not."""
    told = times.VALID_UNTIL.sub(" ", text.plain)
    if times.ALL_UTC.search(told) and times.CLOCK.search(told):
        return None
    for match in promised(text):
        told = told.replace(match.group(), " ")
    if times.CLOCK_UTC.search(told):
        return None
    local = times.CLOCK.search(told)
    return WordingViolation(
        code=WordingCode.TIMESTAMP,
        span=local.group().strip() if local else "",
        advice='Say in UTC when this is true: "As of HH:MM UTC", or when it began.',
    )


def no_impact(text: Text, now: Situation) -> WordingViolation | None:
    """Customers cannot tell what they experience."""
    if not now.reaches_customers or _tells_impact(text):
        return None
    return absent(WordingCode.NO_IMPACT, 'Say what customers can or cannot do: "some customers cannot log in".')


def _tells_impact(text: Text) -> bool:
    told = "\n".join(sentence.text for sentence in without_telling(text))
    said = Text(harm.EMPTY.sub(" ", harm.FILLER.sub(" ", told)))
    if any(pattern.search(said.plain) for pattern in _NAMED) or _is_particular(said.plain):
        return True
    return any(not jargon_before(sentence.text, match.start()) for sentence, match in each(said, harm.SYMPTOM))


def _is_particular(plain: str) -> bool:
    """Some of its words are neither what every such message says nor technical."""
    if exposed.JARGON.search(plain):
        return False
    own = {word.lower() for word in _WORD.findall(plain)} - harm.GENERIC
    return len(own) >= TELLING_WORDS
