"""The timeline, from the first symptom to the all-clear: what people and systems did, without the machine's bookkeeping."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from tocsin.model.acts import Resolved, SeatTaken
from tocsin.model.event import Declared, Event, FindingsReported, TaskOpened
from tocsin.model.plain import minute
from tocsin.stages.review.document import Sentence
from tocsin.stages.review.story import Story, cited, counted

BOOKKEEPING = frozenset({
    "evidence_collected", "questions_answered", "investigation_started", "policy_fixed", "update_drafted", "update_edited",
    "update_delivered", "chat_noted", "body_erased", "precedents_found", "unpaged", "room_opened", "audience_engaged",
    "action_requested", "alert_repeated", "post_mortem_scheduled", "post_mortem_written", "post_mortem_approved",
    "run_started", "run_finished", "step_started", "step_finished", "model_answered", "tool_called", "player_replaced",
    "fix_surveyed", "delivery_retried", "update_approved", "update_signed", "value_vouched",
    "action_item_opened", "action_item_changed", "action_item_done", "action_item_exported", "cause_judged", "runbook_judged",
})  # fmt: skip
"""Kinds of events that a reader of the story does not need; the record has them all."""
MANY = 3
"""More alerts in a row than that are told in one line."""


class Moment(NamedTuple):
    """Something that happened then, and the sentence for it."""

    at: datetime
    seq: int
    sentence: Sentence


def timeline(story: Story) -> list[Sentence]:
    """Every moment in the order in which it happened, which is not always the order in which it became known."""
    told = [*_symptoms(story), *_happened(story)]
    return [one.sentence for one in sorted(told, key=lambda one: one[:2])] or [story.unknown("What happened when")]


def _symptoms(story: Story) -> Iterator[Moment]:
    """What had begun before anybody knew: the onset, and the first signs of the cause in the evidence."""
    declared = story.first(Declared)
    if declared is None:
        return
    event, body = declared
    if body.started_at < event.at:
        first = _line(body.started_at, "first symptom, by the alert's own account", event)
        yield Moment(body.started_at, 0, first)
    made = story.incident.diagnosis
    backing = set(made.hypotheses[0].supports) if made and made.hypotheses else set()
    for reported, findings in story.all(FindingsReported):
        for one in findings.findings:
            if one.id in backing and one.onset and one.onset < event.at:
                text = f"in hindsight, {story.said(one.text).rstrip('.')}"
                yield Moment(one.onset, reported.seq, _line(one.onset, text, reported))


def _happened(story: Story) -> Iterator[Moment]:
    over = story.last(Resolved)
    until = over[0].seq if over else story.end.seq
    events = [event for event in story.events if event.seq <= until and _is_told(event)]
    for kind, run in groupby(events, key=lambda event: event.body.kind if event.body else ""):
        yield from _run(story, kind, list(run))


def _is_told(event: Event) -> bool:
    if event.body is None or event.body.kind in BOOKKEEPING:
        return False
    return not isinstance(event.body, FindingsReported) or bool(event.body.findings)


def _run(story: Story, kind: str, run: Sequence[Event]) -> Iterator[Moment]:
    if kind == "alert_joined" and len(run) > MANY:
        text = f"{counted(len(run), 'alert')} joined until {minute(run[-1].at)}, first: {story.told(run[0])}"
        yield Moment(run[0].at, run[0].seq, _line(run[0].at, text, run[0], run[-1]))
        return
    for event in run:
        text = f"{story.naming.actor(event.actor)}: {_told(story, event)}"
        yield Moment(event.at, event.seq, _line(event.at, text, event))


def _told(story: Story, event: Event) -> str:
    """A seat's own name says who took it; who owns a task stands with the action items."""
    match event.body:
        case SeatTaken(seat=seat, handed_over_by=before):
            return f"the role of {seat.replace('_', ' ')} {'handed over' if before else 'taken'}"
        case TaskOpened(text=text):
            return f"a task was opened: {story.said(text)}"
        case _:
            return story.told(event)


def _line(moment: datetime, text: str, *events: Event) -> Sentence:
    return cited(f"{minute(moment)}: {text.rstrip('.')}.", *events)
