"""The handoff document: everything whoever takes over communication must know, at any moment, from the record. Pure."""

from datetime import datetime

from tocsin.model.incident import Incident
from tocsin.model.narrative import Published
from tocsin.model.plain import clock, one_line
from tocsin.model.update import Audience
from tocsin.stages.communicate.course import LONG
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.facts import TITLE, estimate_said
from tocsin.stages.communicate.settings import PAGE
from tocsin.stages.communicate.shapes import Handoff, Served
from tocsin.stages.communicate.tone import only_shown

NOTHING = "none"
_WHERE = {PAGE: "our status page"}


_NAMES = {
    Audience.EXTERNAL: "customers",
    Audience.EXECUTIVE: "leadership",
    Audience.SUPPORT: "support, sales and account teams",
    Audience.CHANNEL: "incident channel",
    Audience.SECURITY: "security team",
}


def handoff_of(incident: Incident, desk: Desk, now: datetime) -> Handoff:
    """What the record holds for whoever takes over."""
    told = incident.narrative
    public, sync = told.last(Audience.EXTERNAL), told.sync
    customers = _served(incident, Audience.EXTERNAL, desk)
    return Handoff(
        incident=" ".join(filter(None, (incident.id, one_line(incident.title, TITLE), desk.link(incident)))),
        public_message=public.text if public else NOTHING,
        posted=_posted(incident, public),
        last=customers.last,
        next=customers.next,
        cadence=customers.cadence,
        served=tuple(_served(incident, one, desk) for one in Audience if _engaged(incident, one, desk)),
        tone=told.tone,
        only_shown=only_shown(told.tone),
        asks=tuple(f"{one.id}: {one_line(one.text, LONG)}" for one in told.asks if not one.answer),
        waiting=tuple(_draft(incident, one.update.id) for one in told.drafts),
        sync=f"{clock(sync.at)}: broken: {sync.broken}; known: {sync.known}; confidence in an ETA: {sync.eta_confidence}"
        if sync
        else NOTHING,
        eta=estimate_said(told.estimate, now),
    )


def handoff_text(handoff: Handoff, desk: Desk) -> str:
    """The document, as its template has it."""
    return desk.templates.write("handoff", handoff.model_dump(mode="python"))


def _posted(incident: Incident, public: Published | None) -> str:
    """Our page, and every channel with the link it gave."""
    if public is None or public.observed:
        return "nowhere: mode observe" if public else "nowhere"
    links = {
        one.channel: one.link for one in incident.narrative.places if one.update_id == public.update_id and one.link
    }
    named = (f"{_WHERE.get(one, one)}{f' ({links[one]})' if one in links else ''}" for one in public.channels)
    return ", ".join(named) or "nowhere: no channel is configured"


def _engaged(incident: Incident, audience: Audience, desk: Desk) -> bool:
    return desk.cadence.serves(incident, audience) or audience in incident.narrative.engaged


def _served(incident: Incident, audience: Audience, desk: Desk) -> Served:
    last = incident.narrative.last(audience)
    channels = (_WHERE.get(one, one) for one in desk.channels(audience))
    minutes = desk.cadence.minutes(incident, audience)
    return Served(
        name=_NAMES.get(audience, str(audience)),
        via=incident.narrative.engaged.get(audience) or ", ".join(channels) or "nothing configured",
        last=clock(last.at) if last else NOTHING,
        next=clock(last.next_update_at) if last and last.next_update_at else NOTHING,
        cadence=f"every {minutes} min" if minutes else "on change",
    )


def _draft(incident: Incident, update_id: str) -> str:
    """One draft and how far it has come."""
    draft = incident.narrative.draft(update_id)
    if draft is None:
        return update_id
    stale = draft.update.facts_seq < incident.facts_seq
    state = "older than the facts" if stale else "approved" if draft.is_approved else "waits for review"
    return f"{update_id} {draft.update.template} for {draft.update.audience}: {state}"
