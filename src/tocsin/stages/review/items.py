"""Action items that the timeline asks for: specific, owned and dated. Pure.

Each has an origin, the thing on the record that asks for it; what was asked for once is not asked for again, done or dropped.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from tocsin.model.acts import Flagged, Mitigated, Resolved, Seat, UserReported
from tocsin.model.communication import UpdateMissed
from tocsin.model.event import Declared, Diagnosed, Event, FindingsReported, FixProposed, TaskOpened
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line, spell
from tocsin.model.review import ActionItemOpened
from tocsin.model.standing import ActionState
from tocsin.stages.review.people import Naming
from tocsin.stages.review.sections.causes import reads_like_a_trigger
from tocsin.stages.review.sections.times import detection_is_late
from tocsin.stages.review.settings import Rules
from tocsin.stages.review.story import Story, counted

LONG = 300
_LATE = {
    "declaration_late": "Find out why nobody acknowledged the call, and correct whom {service} calls",
    "triage_late": "Find out what kept triage of {service} from its four answers, and write it into the runbook",
    "TCS-OUTBOX": "Mend the delivery that failed: {said}",
}


class Wanted(NamedTuple):
    """Something that should be done. No owner: the service's; no date: by the severity."""

    origin: str
    text: str
    owner: str = ""
    due_at: datetime | None = None


def wanted(incident: Incident, events: Sequence[Event], rules: Rules, now: datetime) -> tuple[ActionItemOpened, ...]:
    """The items that are not on the record yet, numbered after those that are."""
    story = Story(incident, events, Naming(events, by_name=True), rules)
    known = {one.origin for one in incident.review.items if one.origin}
    asked = {one.origin: one for one in _all(story) if one.origin not in known}
    return tuple(
        ActionItemOpened(
            item_id=f"AI{number}",
            text=one_line(one.text, LONG),
            owner=one.owner or rules.team(incident),
            due_at=one.due_at or rules.item_due(incident, now),
            origin=one.origin,
        )
        for number, one in enumerate(asked.values(), next_number(incident))
    )


def next_number(incident: Incident) -> int:
    """The number of the next item of this incident."""
    return 1 + sum(1 for one in incident.review.items if one.id.startswith("AI"))


def _all(story: Story) -> Iterator[Wanted]:
    yield from _tasks(story)
    yield from _cause(story)
    yield from _fix(story)
    yield from _steps(story)
    yield from _runbook(story)
    yield from _gaps(story)
    yield from _detection(story)
    yield from _flags(story)
    yield from _promises(story)


def _service(story: Story) -> str:
    return one_line(story.incident.service, 80) or "the affected service"


def _tasks(story: Story) -> Iterator[Wanted]:
    for event, body in story.all(TaskOpened):
        yield Wanted(f"task:{event.seq}", body.text, body.owner, body.due_at)


def _cause(story: Story) -> Iterator[Wanted]:
    """A cause that nobody knows, or of which only the trigger is known."""
    resolved, diagnosed = story.last(Resolved), story.last(Diagnosed)
    cause = resolved[1].cause if resolved else ""
    if not cause:
        question = diagnosed[1].diagnosis.next_question if diagnosed else ""
        yield Wanted("cause:unknown", f"Find the root cause on {_service(story)}: {question or 'nobody knows it yet'}")
    elif reads_like_a_trigger(cause):
        yield Wanted("cause:trigger", f"Find out what allowed this to take {_service(story)} down: {story.said(cause)}")


def _fix(story: Story) -> Iterator[Wanted]:
    """The harm was stopped and the cause was not removed."""
    resolved, mitigated = story.last(Resolved), story.last(Mitigated)
    if resolved and mitigated and not resolved[1].fix:
        cause = story.said(resolved[1].cause).rstrip(".") or "the cause"
        yield Wanted("fix:cause", f"Remove the cause for good ({cause}); so far: {story.said(mitigated[1].text)}")


def _steps(story: Story) -> Iterator[Wanted]:
    """Steps that did not help or failed: the runbook has something to learn."""
    for one in story.incident.actions:
        if one.state in (ActionState.DISPROVED, ActionState.FAILED) and not one.step.is_rollback:
            what = "it did not help" if one.state is ActionState.DISPROVED else "it failed"
            text = f"Correct step {one.step.name} of the runbook {one.step.runbook_id}: {what} ({story.said(one.said)})"
            yield Wanted(f"step:{one.step.runbook_id}:{one.step.name}", text)


def _runbook(story: Story) -> Iterator[Wanted]:
    proposed = story.last(FixProposed)
    made = story.incident.diagnosis
    if proposed and not proposed[1].fix.steps:
        cause = made.hypotheses[0].cause.replace("_", " ") if made and made.hypotheses else "what happened here"
        yield Wanted(
            "runbook:missing", f"Write a runbook for {cause} on {_service(story)}: none answered this incident"
        )
    for name, helped in story.incident.review.runbooks.items():
        if not helped:
            yield Wanted(f"runbook:{name}", f"Correct the runbook {name}: people say that it did not help")


def _gaps(story: Story) -> Iterator[Wanted]:
    newest = {body.role: body for _, body in story.all(FindingsReported)}
    for role, body in newest.items():
        if body.failure:
            text = f"Let the {role} see {_service(story)}: {story.said(body.failure)}"
            yield Wanted(f"gap:{role}", text)


def _detection(story: Story) -> Iterator[Wanted]:
    declared, reported = story.first(Declared), story.first(UserReported)
    if declared and detection_is_late(story):
        span = spell(declared[0].at - declared[1].started_at)
        text = f"Make {_service(story)} alert sooner: {span} passed between the first symptom and the declaration"
        yield Wanted("late:detection", text)
    if declared and reported and reported[0].at <= declared[0].at:
        yield Wanted("late:users", f"Add an alert for {_service(story)} that sees what users reported first")


def _flags(story: Story) -> Iterator[Wanted]:
    for _, body in story.all(Flagged):
        if body.code in _LATE:
            text = _LATE[body.code].format(service=_service(story), said=story.said(body.text))
            yield Wanted(f"flag:{body.code}", text)


def _promises(story: Story) -> Iterator[Wanted]:
    missed = list(story.all(UpdateMissed))
    if missed:
        text = (
            f"Make sure that somebody can review updates of {_service(story)}: {counted(len(missed), 'update')} missed"
        )
        yield Wanted("late:updates", text, story.incident.seats.get(Seat.COMMUNICATIONS_LEAD, ""))
