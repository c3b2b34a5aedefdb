"""Letters of the review: when the post-mortem is, the question whether the cause was right, action items for a tracker.

In a drill, and in mode observe, none is written.
"""

from collections.abc import Iterator
from dataclasses import replace

from tocsin.model.incident import Incident
from tocsin.model.move import Letter
from tocsin.model.plain import minute, one_line
from tocsin.model.review import THE_POST_MORTEM, ActionItem
from tocsin.model.update import Audience
from tocsin.ports import Message, Purpose, judgement_buttons, message_payload
from tocsin.stages.review.calendar import calendar
from tocsin.stages.review.settings import Rules


def items_out(incident: Incident, rules: Rules) -> tuple[Letter, ...]:
    """Every open item that the configured tracker has not got, when the post-mortem is approved."""
    tracker = rules.settings.tracker
    if not tracker or not rules.leaves(incident):
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


def invitation(incident: Incident, rules: Rules) -> tuple[Letter, ...]:
    """When it is and who leads it, with the calendar entry; of a restricted incident only to its own room."""
    review = incident.review
    if review.scheduled_at is None:
        raise ValueError(f"the post-mortem of {incident.id} has no date to tell of")
    when = minute(review.scheduled_at)
    message = replace(
        _message(incident, rules, f"Post-mortem on {when}"),
        text=f"The post-mortem of {incident.id} is on {when}. {review.owner or 'Nobody yet'} leads it. "
        "The draft is written from the timeline; bring what it lacks.",
        calendar=calendar(incident, rules).decode(),
    )
    readers = (Audience.CHANNEL,) if incident.is_restricted else (Audience.CHANNEL, Audience.INTERNAL)
    return tuple(_letters(incident, message, rules, readers, f"post-mortem:{review.schedules}"))


def question(incident: Incident, rules: Rules) -> tuple[Letter, ...]:
    """Was the cause right, did the runbook help: one click each."""
    buttons = judgement_buttons(incident)
    if not buttons:
        return ()
    made, fix = incident.diagnosis, incident.fix
    believed = f"The diagnosis: {made.root_cause}" if made and made.root_cause else ""
    runbook = f"The runbook: {fix.title} ({fix.runbook_id})" if fix and fix.runbook_id else ""
    message = replace(
        _message(incident, rules, "Was it right, and did it help?"),
        purpose=Purpose.REVIEW,
        text="\n".join(one_line(part, 500) for part in (believed, runbook) if part),
        buttons=buttons,
    )
    return tuple(_letters(incident, message, rules, (Audience.CHANNEL,), f"judge:{incident.review.schedules}"))


def _message(incident: Incident, rules: Rules, title: str) -> Message:
    return Message(
        key="",
        incident_id=incident.id,
        purpose=Purpose.UPDATE,
        audience=str(Audience.CHANNEL),
        title=title,
        text="",
        severity=str(incident.severity or ""),
        link=rules.link(incident.id),
        private=incident.is_restricted,
    )


def _letters(
    incident: Incident, message: Message, rules: Rules, readers: tuple[Audience, ...], name: str
) -> Iterator[Letter]:
    """One for each channel; a channel that reaches several of the readers gets one."""
    told: set[str] = set()
    for audience in readers if rules.leaves(incident) else ():
        for channel in rules.channels.get(audience, ()):
            if channel not in told:
                told.add(channel)
                payload = message_payload(channel, replace(message, audience=str(audience)))
                yield Letter(key=f"{incident.id}:{name}:{channel}", kind="message", payload=payload)
