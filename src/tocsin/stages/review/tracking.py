"""Acts on action items: open, change, done, dropped, exported to where the team works."""

from datetime import datetime

from tocsin.errors import NotFound, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.model.review import THE_POST_MORTEM, ActionItem, ActionItemChanged, ActionItemDone, ActionItemOpened
from tocsin.stages.review.asks import ChangeItem, DropItem, ExportItem, OpenItem
from tocsin.stages.review.items import next_number
from tocsin.stages.review.post import item_out
from tocsin.stages.review.settings import Rules


def open_item(attempt: Attempt, rules: Rules, incident_id: str, ask: OpenItem) -> Incident:
    """One more thing to be done. Without an owner it is the service's, without a date it is due by severity."""
    incident = attempt.known(incident_id, Right.RESPOND)
    item = ActionItemOpened(
        item_id=f"AI{next_number(incident)}",
        text=ask.text,
        owner=ask.owner or rules.team(incident),
        due_at=ask.due_at or rules.item_due(incident, attempt.now),
    )
    return attempt.record(incident_id, item)


def change_item(attempt: Attempt, incident_id: str, item_id: str, ask: ChangeItem) -> Incident:
    """Another owner or date."""
    item = _open(attempt, incident_id, item_id)
    owner, due_at = ask.owner or item.owner, ask.due_at or item.due_at
    if (owner, due_at) == (item.owner, item.due_at):
        raise NotNow(f"{item_id} is as you say already.", "Nothing to do.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, ActionItemChanged(item_id=item_id, owner=owner, due_at=due_at))


def finish_item(attempt: Attempt, incident_id: str, item_id: str) -> Incident:
    """It is done."""
    _open(attempt, incident_id, item_id)
    return attempt.record(incident_id, ActionItemDone(item_id=item_id))


def drop_item(attempt: Attempt, incident_id: str, item_id: str, ask: DropItem) -> Incident:
    """It is not going to be done, and why."""
    _open(attempt, incident_id, item_id)
    return attempt.record(incident_id, ActionItemDone(item_id=item_id, dropped=attempt.clean(ask.reason)))


def export_item(attempt: Attempt, rules: Rules, incident_id: str, item_id: str, ask: ExportItem) -> Incident:
    """Into a tracker, by way of the outbox; where it then is goes on the timeline."""
    item = _open(attempt, incident_id, item_id)
    if ask.tracker not in rules.trackers:
        do = f"There are: {', '.join(rules.trackers) or 'none; see section `trackers`'}."
        raise NotFound(f"no tracker {ask.tracker[:80]!r} is configured.", do)
    if ask.tracker in item.exported:
        raise NotNow(f"{item_id} is in {ask.tracker} already.", item.exported[ask.tracker], code="TCS-ACT-DONE")
    incident = attempt.known(incident_id, Right.RESPOND)
    attempt.post(incident_id, item_out(incident, item, ask.tracker, rules))
    return incident


def overdue(incident: Incident, now: datetime) -> tuple[ActionItem, ...]:
    """What is late, the post-mortem itself among it."""
    return tuple(one for one in incident.review.items if one.is_overdue(now))


def _open(attempt: Attempt, incident_id: str, item_id: str) -> ActionItem:
    """The item, which must not be done. Raises Denied, NotFound, NotNow."""
    incident = attempt.known(incident_id, Right.RESPOND)
    item = incident.review.item(item_id)
    if item is None:
        known = ", ".join(one.id for one in incident.review.items if one.id != THE_POST_MORTEM)
        raise NotFound(f"there is no item {item_id[:80]!r}.", f"There are: {known or 'none'}.")
    if item.done_at:
        word = "dropped" if item.dropped else "done"
        raise NotNow(f"{item_id} is {word} already.", "Open another one.", code="TCS-ACT-DONE")
    return item
