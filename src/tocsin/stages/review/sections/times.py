"""Detection and response times, each with the two events that it lies between."""

from collections.abc import Iterator
from datetime import timedelta

from tocsin.model.acts import Acknowledged, Mitigated, Resolved
from tocsin.model.communication import UpdatePublished
from tocsin.model.event import Declared, Diagnosed, Event, Triaged
from tocsin.model.plain import clock, spell
from tocsin.model.update import Audience
from tocsin.stages.review.document import Sentence
from tocsin.stages.review.story import Story, at, cited


def times(story: Story) -> list[Sentence]:
    """From the first symptom to the all-clear; what nobody did has no time."""
    declared = story.first(Declared)
    if declared is None:
        return [story.unknown("When it began")]
    began = list(onset_to_declaration(story, "Detected in {span}: first symptom {onset}, declared {declared}."))
    return [*began, *(_one(story, declared[0], name, event) for name, event in _milestones(story))]


def _milestones(story: Story) -> list[tuple[str, Event | None]]:
    proposed = (event for event, body in story.all(Diagnosed) if body.diagnosis.root_cause)
    told = (event for event, body in story.all(UpdatePublished) if _is_notice(body))
    return [
        ("acknowledged", _event(story.first(Acknowledged))),
        ("triaged", _event(story.first(Triaged))),
        ("the first notice to customers", next(told, None)),
        ("a cause proposed", next(proposed, None)),
        ("mitigated", _event(story.last(Mitigated))),
        ("resolved", _event(story.last(Resolved))),
    ]


def _event(found: tuple[Event, object] | None) -> Event | None:
    return found[0] if found else None


def _is_notice(body: UpdatePublished) -> bool:
    return body.audience is Audience.EXTERNAL and not body.observed


def _one(story: Story, declared: Event, name: str, event: Event | None) -> Sentence:
    heading = f"{name[:1].upper()}{name[1:]}"
    if event is None:
        return story.unknown(heading)
    return cited(f"{heading} in {spell(event.at - declared.at)}, at {at(event)}.", declared, event)


def onset_to_declaration(story: Story, words: str) -> Iterator[Sentence]:
    """One sentence with `span`, `onset` and `declared` filled in."""
    declared = story.first(Declared)
    if declared:
        event, body = declared
        span = spell(event.at - body.started_at)
        yield cited(words.format(span=span, onset=clock(body.started_at), declared=at(event)), event)


def detection_is_late(story: Story) -> bool:
    """True when more time than configured passed before anybody knew."""
    incident = story.incident
    if incident.started_at is None or incident.declared_at is None:
        return False
    limit = timedelta(minutes=story.rules.settings.detection_minutes)
    return incident.declared_at - incident.started_at > limit
