"""Faithful: whether somebody else's words for a draft say what the draft says, and no more. Pure.

The draft was filled from the ledger of facts. A number, a time, a name or an address that does not stand in it is a fact from
nowhere; a promise that stands in it must still stand. What rules say of the words is asked beside it.
"""

import re
from datetime import datetime

from tocsin.model.incident import Incident
from tocsin.model.update import FOR_CUSTOMERS, Update, WordingViolation
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.situation import violations

_FACT = re.compile(
    r"\d[\d:.,%/-]*|\b[\w-]+(?:[._/-][\w-]+)+\b|(?<![.!?:]\s)(?<!^)(?<!\n)\b[A-Z][\w-]{2,}\b", re.MULTILINE
)
_PROMISE = re.compile(r"\b\d{1,2}:\d{2} UTC\b")


def wrong_with(draft: Update, text: str, incident: Incident, desk: Desk, now: datetime) -> str:
    """What is wrong with these words for that draft; "" when nothing is."""
    if not text:
        return "it is empty."
    if added := _added(text, f"{draft.text}\n{draft.title}"):
        return f"{', '.join(map(repr, added[:3]))} does not stand in the draft."
    lost = [one for one in _PROMISE.findall(draft.text) if one not in text] if draft.audience in FOR_CUSTOMERS else []
    if lost:
        return f"{lost[0]} is missing."
    before = {one.code for one in draft.violations}
    broken = [one for one in _violations(draft, text, incident, desk, now) if one.code not in before]
    return f"{broken[0].code}: {broken[0].advice}" if broken else ""


def reworded(draft: Update, text: str, incident: Incident, desk: Desk, now: datetime) -> Update:
    """The draft in those words, judged anew."""
    return draft.model_copy(update={"text": text, "violations": _violations(draft, text, incident, desk, now)})


def _violations(
    draft: Update, text: str, incident: Incident, desk: Desk, now: datetime
) -> tuple[WordingViolation, ...]:
    return violations(text, incident, draft.audience, desk, now, draft.next_update_at)


def _added(text: str, source: str) -> list[str]:
    known = source.lower()
    return [one for one in dict.fromkeys(_FACT.findall(text)) if one.strip(".,:;-").lower() not in known]
