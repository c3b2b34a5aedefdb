"""Messages as they are shown: drafts with how far their review has come, and what is out. Pure; read by the API and the CLI."""

from enum import StrEnum
from typing import Any

from tocsin.model.ground import Time, Value
from tocsin.model.incident import Incident
from tocsin.model.narrative import Draft, Published
from tocsin.model.update import Audience, Update, WordingCode, WordingViolation
from tocsin.stages.communicate import Desk, contradictions


class Standing(StrEnum):
    """How far a message has come."""

    WAITS = "waits"
    """For a person, or for its time where it goes out by itself."""
    STALE = "stale"
    """The incident changed since it was written."""
    APPROVED = "approved"
    PUBLISHED = "published"
    OBSERVED = "observed"
    """Mode observe: it would have gone out."""
    RETRACTED = "retracted"


class UpdateShown(Value):
    """One message. `digest` is what an approval names; "" for one that is out."""

    id: str
    audience: Audience
    template: str
    title: str
    status: str
    text: str
    standing: Standing
    needs_person: bool = False
    digest: str = ""
    violations: tuple[WordingViolation, ...] = ()
    overridden: tuple[str, ...] = ()
    due_at: Time | None = None
    next_update_at: Time | None = None
    at: Time
    """When it was drafted, or when it went out."""
    edited_by: str = ""
    approved_by: str = ""
    by: str = ""
    """Who sent it."""
    channels: tuple[str, ...] = ()
    corrects: str = ""
    retracted: str = ""
    no_change: bool = False


class Updates(Value):
    """Every message of an incident: what waits, then what is out, oldest first."""

    incident: str
    seq: int
    """The number of the newest event: what an edit says that it has seen."""
    tone: tuple[str, ...]
    drafts: tuple[UpdateShown, ...]
    published: tuple[UpdateShown, ...]


def updates_of(incident: Incident, desk: Desk) -> Updates:
    """All messages of an incident as they stand."""
    return Updates(
        incident=incident.id,
        seq=incident.last_seq,
        tone=incident.narrative.tone,
        drafts=tuple(_draft(incident, one, desk) for one in incident.narrative.drafts),
        published=tuple(_published(one) for one in incident.narrative.published),
    )


def _draft(incident: Incident, draft: Draft, desk: Desk) -> UpdateShown:
    update = draft.update
    stale = update.facts_seq < incident.facts_seq
    return UpdateShown(
        **_same(update),
        standing=Standing.STALE if stale else Standing.APPROVED if draft.is_approved else Standing.WAITS,
        needs_person=desk.needs_person(incident, update.audience),
        digest=update.digest,
        violations=_violations(incident, update, desk),
        overridden=draft.overridden,
        id=update.id,
        at=draft.drafted_at,
        edited_by=draft.edited_by,
        approved_by=draft.approved_by if draft.is_approved else "",
    )


def _violations(incident: Incident, update: Update, desk: Desk) -> tuple[WordingViolation, ...]:
    """Those of when it was written; what contradicts others, as it is now: they may have been told since."""
    kept = tuple(one for one in update.violations if one.code is not WordingCode.CONTRADICTION)
    found = contradictions(update.text, incident, update.audience, desk.catalogue)
    return (*kept, found) if found else kept


def _published(out: Published) -> UpdateShown:
    standing = Standing.OBSERVED if out.observed else Standing.PUBLISHED
    return UpdateShown(
        **_same(out),
        id=out.update_id,
        standing=Standing.RETRACTED if out.retracted else standing,
        at=out.at,
        by=out.by,
        channels=out.channels,
        retracted=out.retracted,
    )


def _same(one: Value) -> dict[str, Any]:
    """What a draft and a published message have alike."""
    names = ("audience", "template", "title", "status", "text", "due_at", "next_update_at", "corrects", "no_change")
    return {name: getattr(one, name) for name in names}
