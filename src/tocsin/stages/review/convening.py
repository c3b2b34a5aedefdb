"""Convenes the review of a resolved incident: a date, the action items that the timeline asks for, and word of it to people. Pure.

Called by the hand of the loop. The items come with the date and not with the draft, so that the executive summary lists them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tocsin.model.event import Body, Event
from tocsin.model.incident import Incident
from tocsin.model.move import Letter
from tocsin.model.review import THE_POST_MORTEM, ActionItemChanged, ActionItemOpened, PostMortemScheduled
from tocsin.stages.review.items import wanted
from tocsin.stages.review.post import invitation, question
from tocsin.stages.review.settings import Rules


class Convened(NamedTuple):
    """What goes on the record, and what leaves the house with it."""

    bodies: tuple[Body, ...]
    letters: tuple[Letter, ...]


def convene(incident: Incident, events: Sequence[Event], now: datetime, rules: Rules) -> Convened:
    """The review of an incident whose post-mortem is wanted. Raises ValueError where none is."""
    at, owner = rules.meeting(incident), rules.owner(incident)
    if at is None:
        raise ValueError(f"incident {incident.id} owes a date for a post-mortem that nobody wants")
    dated = _with_date(incident, at, owner, now)
    items = wanted(incident, events, rules, now)
    return Convened(
        bodies=(PostMortemScheduled(at=at, owner=owner), tracked(incident, at, owner), *items),
        letters=(*invitation(dated, rules), *question(dated, rules)),
    )


def _with_date(incident: Incident, at: datetime, owner: str, now: datetime) -> Incident:
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
