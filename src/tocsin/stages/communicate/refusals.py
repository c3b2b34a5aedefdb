"""Why a message cannot be approved or go out, in words and with what to do. Each has a stable code."""

from collections.abc import Sequence
from datetime import datetime

from tocsin.errors import NotNow
from tocsin.model.incident import Incident
from tocsin.model.narrative import Draft
from tocsin.model.plain import minute, one_line
from tocsin.model.telling import tell
from tocsin.model.update import WordingCode, WordingViolation
from tocsin.ports import Ledger


def refuse_changed(draft: Draft, digest: str) -> None:
    """Raises NotNow where the words are others than those of the digest."""
    if draft.update.digest != digest:
        do = f"Look at {draft.update.id} again, then say yes to what it says now."
        raise NotNow("the words changed after they were shown to you.", do, code="TCS-MSG-CHANGED")


def refuse_stale(ledger: Ledger, incident: Incident, draft: Draft, now: datetime) -> None:
    """Raises NotNow where facts are newer than the words, or the promise in them has passed."""
    update = draft.update
    if update.facts_seq < incident.facts_seq:
        what = f"the incident changed while you were writing: {_news(ledger, incident, update.facts_seq)}."
        do = (
            f"Have it drafted anew for {update.audience}, or edit your words and say that you have seen event "
            f"{incident.last_seq}."
        )
        raise NotNow(what, do, code="TCS-MSG-STALE")
    if update.next_update_at and update.next_update_at <= now:
        what = f"it promises the next update by {minute(update.next_update_at)}, which has passed."
        raise NotNow(what, f"Have it drafted anew for {update.audience}.", code="TCS-MSG-PROMISE")


def refuse_unfit(found: Sequence[WordingViolation], overridden: Sequence[WordingCode]) -> None:
    """Raises NotNow where a rule is broken that nobody set aside by name."""
    left = [one for one in found if one.code not in overridden]
    if left:
        said = "; ".join(f"{one.code}{f' ({one.span!r})' if one.span else ''}: {one.advice}" for one in left)
        do = "Edit it; or approve it with these codes overridden, and say why."
        raise NotNow(f"wording rules are broken. {said}", do, code="TCS-MSG-WORDING")


def _news(ledger: Ledger, incident: Incident, since: int) -> str:
    """The event that changed the facts last, in its own words."""
    events = ledger.timeline.events(incident.id, after=since)
    changed = next((one for one in events if one.seq == incident.facts_seq), None)
    return f"event {incident.facts_seq}, {one_line(tell(changed), 200)}" if changed else f"event {incident.facts_seq}"
