"""What comes by itself once an incident is resolved: a date for the post-mortem, then its first draft. Pure.

Asked by `response` at every look. When both are there the incident owes nothing, and its walk ends: nobody looks at it again
unless it is re-opened, and then a new generation of the walk comes back here after the next all-clear.
"""

from datetime import datetime

from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Move, Recall, Tell, Wait, WritePostMortem
from tocsin.model.review import THE_POST_MORTEM, ActionItemChanged, ActionItemOpened, Debt, PostMortemScheduled
from tocsin.stages.review.post import invitation, question
from tocsin.stages.review.settings import Rules

SCRIBE = "role:scribe"
"""Who writes in the timeline what comes after."""


def due(incident: Incident, now: datetime, rules: Rules) -> Move | None:
    """What is owed first, or None."""
    turn = incident.resolved_at.isoformat() if incident.resolved_at else ""
    if Debt.DATE in incident.review.owed:
        return _schedule(incident, now, rules, f"post_mortem:{turn}:date")
    if Debt.DRAFT in incident.review.owed:  # it tells of the last words, too: they go out first, or are missed
        return Wait() if incident.unended else WritePostMortem(key=f"post_mortem:{turn}:draft")
    return None


def recall(incident: Incident) -> Move | None:
    """Once what happens is known, it is looked up whether it has happened before. Once for each incident."""
    wanted = incident.is_open and incident.triage is not None and incident.precedents is None
    return Recall(key="recall") if wanted else None


def _schedule(incident: Incident, now: datetime, rules: Rules, key: str) -> Move:
    """On the calendar, and as an item that is tracked until somebody stands behind what was written. Then people are told."""
    at, owner = rules.meeting(incident), rules.owner(incident)
    if at is None:
        raise ValueError(f"incident {incident.id} owes a date for a post-mortem that nobody wants")
    events = (PostMortemScheduled(at=at, owner=owner), tracked(incident, at, owner))
    dated = with_date(incident, at, owner, now)
    return Tell(
        key=key,
        events=tuple(Happening(actor=SCRIBE, body=one) for one in events),
        letters=(*invitation(dated, rules), *question(dated, rules)),
    )


def with_date(incident: Incident, at: datetime, owner: str, now: datetime) -> Incident:
    """The incident as it will stand with that date."""
    dated = {"scheduled_at": at, "scheduled_on": now, "schedules": incident.review.schedules + 1, "owner": owner}
    return incident.model_copy(update={"review": incident.review.model_copy(update=dated)})


def tracked(incident: Incident, at: datetime, owner: str) -> ActionItemOpened | ActionItemChanged:
    """The post-mortem as an item with an owner and a date; opened once, moved after that."""
    known = incident.review.item(THE_POST_MORTEM)
    if known and known.done_at is None:
        return ActionItemChanged(item_id=THE_POST_MORTEM, owner=owner, due_at=at)
    text = f"Hold the post-mortem of {incident.id} and approve what it says"
    return ActionItemOpened(item_id=THE_POST_MORTEM, text=text, owner=owner, due_at=at, origin="post_mortem")
