"""What went well, what went badly, and where luck helped: each only where an event says so."""

from collections.abc import Iterator
from datetime import timedelta

from tocsin.model.action import Risk
from tocsin.model.acts import (
    Acknowledged,
    ActionFinished,
    ActionRequested,
    ActionUnknown,
    ActionVerified,
    Flagged,
    LineEnded,
    LineOpened,
    Mitigated,
    Paged,
    Reopened,
    Resolved,
    SeatTaken,
    UserReported,
)
from tocsin.model.communication import UpdateMissed, UpdatePublished, UpdateRetracted
from tocsin.model.event import AlertResolved, Declared, Diagnosed, Event, Triaged
from tocsin.model.plain import minute, spell
from tocsin.model.review import RunbookJudged
from tocsin.stages.review.document import Sentence
from tocsin.stages.review.story import Story, at, cited, counted

_RISKY = Risk.DISRUPTIVE.rank
ACKNOWLEDGED_WELL = timedelta(minutes=5)
TRIAGED_WELL = timedelta(minutes=15)


def went_well(story: Story) -> list[Sentence]:
    """Quick hands, a right diagnosis, steps that helped, promises kept."""
    said = [
        *_quick(story),
        *_diagnosed(story),
        *_helped(story, helped=True),
        *_promises(story, kept=True),
        *_first_to_know(story, alerts=True),
        *_handovers(story),
    ]
    return said or [story.unknown("What went well")]


def went_badly(story: Story) -> list[Sentence]:
    """Flags, steps that did not help, promises broken, an all-clear too early; then where it was luck."""
    said = [
        *_flags(story),
        *_called_again(story),
        *_helped(story, helped=False),
        *_broke(story),
        *_promises(story, kept=False),
        *_first_to_know(story, alerts=False),
        *_barren(story),
        *_too_early(story),
    ]
    return [*(said or [story.unknown("What went badly")]), *_luck(story)]


def _quick(story: Story) -> Iterator[Sentence]:
    declared = story.first(Declared)
    for kind, limit, word in ((Acknowledged, ACKNOWLEDGED_WELL, "Acknowledged"), (Triaged, TRIAGED_WELL, "Triaged")):
        found = story.first(kind)
        if declared and found and found[0].at - declared[0].at <= limit:
            span = spell(found[0].at - declared[0].at)
            yield cited(f"{word} within {spell(limit)}: in {span}.", declared[0], found[0])


def _diagnosed(story: Story) -> Iterator[Sentence]:
    """Only where the all-clear names the very cause that was proposed."""
    declared, resolved = story.first(Declared), story.last(Resolved)
    for event, body in story.all(Diagnosed):
        if declared and resolved and resolved[1].cause and body.diagnosis.root_cause == resolved[1].cause:
            span = spell(event.at - declared[0].at)
            text = f"The cause that the all-clear names had been proposed after {span}."
            yield cited(text, declared[0], event, resolved[0])
            return


def _helped(story: Story, *, helped: bool) -> Iterator[Sentence]:
    asked = _requests(story)
    for event, body in story.all(ActionVerified):
        if body.passed is helped and body.action_id in asked:
            word = "helped" if helped else "did not help"
            request, text = asked[body.action_id]
            said = story.said(body.said).rstrip(".")
            yield cited(f"The step {story.quoted(text)} {word}: {said}.", request, event)
    for event, judged in story.all(RunbookJudged):
        if judged.helped is helped:
            yield cited(f"The runbook {judged.runbook_id} {'helped' if helped else 'did not help'}.", event)


def _broke(story: Story) -> Iterator[Sentence]:
    """Steps that failed, or of which nobody knew whether they ran."""
    asked = _requests(story)
    for event, body in story.all(ActionUnknown):
        if body.action_id in asked:
            request, text = asked[body.action_id]
            why = story.said(body.why).rstrip(".")
            yield cited(f"Nobody knew whether the step {story.quoted(text)} had run: {why}.", request, event)
    for event, done in story.all(ActionFinished):
        if not done.outcome.ok and done.action_id in asked:
            request, text = asked[done.action_id]
            said = story.said(done.outcome.said).rstrip(".")
            yield cited(f"The step {story.quoted(text)} failed: {said}.", request, event)


def _requests(story: Story) -> dict[str, tuple[Event, str]]:
    """Each action's newest request, and the step that it asks for."""
    return {body.action_id: (event, body.step.text) for event, body in story.all(ActionRequested)}


def _promises(story: Story, *, kept: bool) -> Iterator[Sentence]:
    dated = [(event, body.due_at) for event, body in story.all(UpdatePublished) if body.due_at and not body.observed]
    late = [(event, due) for event, due in dated if event.at > due]
    missed = list(story.all(UpdateMissed))
    if kept and dated and not late and not missed:
        events = (dated[0][0], dated[-1][0])
        yield cited(f"Every promised update was on time ({counted(len(dated), 'update')}).", *events)
    if not kept:
        for event, due in late:
            yield cited(f"An update went out {spell(event.at - due)} late: it was due {minute(due)}.", event)
        for event, body in missed:
            yield cited(f"A promised update was missed: the {body.audience} one due {minute(body.due_at)}.", event)
        for event, taken in story.all(UpdateRetracted):
            yield cited(f"A message was taken back: {story.said(taken.reason).rstrip('.')}.", event)


def _first_to_know(story: Story, *, alerts: bool) -> Iterator[Sentence]:
    """Did monitoring notice before users did?"""
    declared, reported = story.first(Declared), story.first(UserReported)
    if declared is None or reported is None:
        return
    if alerts and declared[0].at < reported[0].at:
        yield cited(
            f"Monitoring noticed before the first user's report at {at(reported[0])}.", declared[0], reported[0]
        )
    if not alerts and reported[0].at <= declared[0].at:
        yield cited("Users noticed before monitoring did.", declared[0], reported[0])


def _handovers(story: Story) -> Iterator[Sentence]:
    for event, body in story.all(SeatTaken):
        if body.handed_over_by:
            yield cited(f"The role of {body.seat.replace('_', ' ')} was handed over by name at {at(event)}.", event)


def _flags(story: Story) -> Iterator[Sentence]:
    for event, body in story.all(Flagged):
        yield cited(f"Flagged at {at(event)}: {story.said(body.text).rstrip('.')}.", event)


def _called_again(story: Story) -> Iterator[Sentence]:
    for event, body in story.all(Paged):
        if body.level and not body.observed:
            yield cited(f"The call had to be escalated at {at(event)}: {story.said(body.reason).rstrip('.')}.", event)


def _barren(story: Story) -> Iterator[Sentence]:
    opened = {body.line_id: (event, body.question) for event, body in story.all(LineOpened)}
    for event, body in story.all(LineEnded):
        if not body.finding and body.line_id in opened:
            began, question = opened[body.line_id]
            yield cited(f"A line of investigation led nowhere: {story.quoted(question)}.", began, event)


def _too_early(story: Story) -> Iterator[Sentence]:
    for event, body in story.all(Reopened):
        yield cited(f"It had been called over too early: {story.said(body.reason).rstrip('.')}.", event)


def _luck(story: Story) -> Iterator[Sentence]:
    """It got better before anything was done that is known to have helped."""
    over = next((event for event, body in story.all(AlertResolved) if body.open_alerts == 0), None)
    if over is not None and not _somebody_helped(story, over):
        yield cited(f"Luck: the last alert was over at {at(over)}, before any step is known to have helped.", over)
    asked = {body.action_id: (event, body) for event, body in story.all(ActionRequested)}
    for event, done in story.all(ActionFinished):
        request, wanted = asked.get(done.action_id, (None, None))
        if request and wanted and done.outcome.ok and wanted.step.risk.rank >= _RISKY and wanted.rehearsal is None:
            text = f"Luck: the step {story.quoted(wanted.step.text)} went well without a rehearsal."
            yield cited(text, request, event)


def _somebody_helped(story: Story, over: Event) -> bool:
    steps = {one.id for one in story.incident.actions if one.step.risk.rank > 0}
    done = (event for event, body in story.all(ActionFinished) if body.action_id in steps and body.outcome.ok)
    said = (event for event, _ in story.all(Mitigated))
    return any(event.seq < over.seq for event in (*done, *said))
