"""Letters of the review: action items on their way to a tracker. In a drill, and in mode observe, none is written."""

from tocsin.model.incident import Incident
from tocsin.model.move import Letter
from tocsin.model.plain import one_line
from tocsin.model.review import THE_POST_MORTEM, ActionItem
from tocsin.stages.review.settings import Rules


def items_out(incident: Incident, rules: Rules) -> tuple[Letter, ...]:
    """Every open item that the configured tracker has not got, when the post-mortem is approved."""
    tracker = rules.settings.tracker
    if not tracker:
        return ()
    left = (one for one in incident.review.items if one.done_at is None and one.id != THE_POST_MORTEM)
    return tuple(item_out(incident, one, tracker, rules) for one in left if tracker not in one.exported)


def item_out(incident: Incident, item: ActionItem, tracker: str, rules: Rules) -> Letter:
    """One item; its key finds it again in the tracker."""
    key = f"{incident.id}:{item.id}"
    payload = {
        "tracker": tracker,
        "item_id": item.id,
        "key": key,
        "title": one_line(item.text, 120),
        "text": _text(incident, item),
        "owner": item.owner,
        "due": f"{item.due_at:%Y-%m-%d}" if item.due_at else "",
        "link": rules.link(incident.id),
    }
    return Letter(key=f"{key}:{tracker}", kind="work_item", payload=payload)


def _text(incident: Incident, item: ActionItem) -> str:
    until = f", due {item.due_at:%Y-%m-%d}" if item.due_at else ""
    owner = f"Owner: {item.owner or 'nobody yet'}{until}."
    where = f"From the post-mortem of {incident.id} ({incident.severity or 'untriaged'})."
    return f"{item.text}\n\n{owner}\n{where}"
