"""The action items as they stand: what, who, until when, and whether it is done."""

from tocsin.model.event import Event
from tocsin.model.review import (
    THE_POST_MORTEM,
    ActionItem,
    ActionItemChanged,
    ActionItemDone,
    ActionItemOpened,
)
from tocsin.stages.review.document import Sentence
from tocsin.stages.review.story import Story, cited


def action_items(story: Story) -> list[Sentence]:
    """One line for each; the post-mortem's own item is not a lesson."""
    items = [one for one in story.incident.review.items if one.id != THE_POST_MORTEM]
    told = [_one(story, item, _events(story, item)) for item in items]
    return told or [cited("No action item is on the record.", story.end)]


def _events(story: Story, item: ActionItem) -> list[Event]:
    kinds = (ActionItemOpened, ActionItemChanged, ActionItemDone)
    told = [one for one in story.events if isinstance(one.body, kinds) and one.body.item_id == item.id]
    return told or [story.end]


def _one(story: Story, item: ActionItem, events: list[Event]) -> Sentence:
    until = f"by {item.due_at:%Y-%m-%d}" if item.due_at else "without a date"
    stands = f" Dropped: {story.said(item.dropped).rstrip('.')}." if item.dropped else " Done." if item.done_at else ""
    what = story.said(item.text).rstrip(".")
    return cited(f"{item.id}: {what} ({item.owner or 'nobody yet'}, {until}).{stands}", *events)
