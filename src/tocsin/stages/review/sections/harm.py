"""Summary and impact: what happened, whom it reached, for how long."""

from collections.abc import Iterator

from tocsin.model.acts import Mitigated, Resolved, UserReported
from tocsin.model.communication import DataAccessRecorded
from tocsin.model.event import AlertJoined, Declared, Event, Triaged
from tocsin.model.plain import minute, one_line, spell
from tocsin.model.triage import IMPACT_WORDS, ImpactFact
from tocsin.stages.review.document import Sentence
from tocsin.stages.review.story import Story, at, cited, counted, listed


def summary(story: Story) -> list[Sentence]:
    """What it was, how long it lasted, why, and what ended it."""
    return [one for one in (_what(story), _how_long(story), _why(story), _what_ended_it(story)) if one]


def _what(story: Story) -> Sentence | None:
    declared, triaged = story.first(Declared), story.last(Triaged)
    if declared is None:
        return None
    incident = story.incident
    kind = f"{incident.severity or 'Untriaged'} {incident.type or ''}".strip()
    where = f" on {one_line(incident.service)}" if incident.service else ""
    events = [declared[0], *([triaged[0]] if triaged else [])]
    return cited(f"{kind} incident{where}: {story.quoted(incident.title)}.", *events)


def _how_long(story: Story) -> Sentence | None:
    declared, resolved = story.first(Declared), story.last(Resolved)
    if declared is None or resolved is None:
        return None
    began, ended = declared[1].started_at, resolved[0].at
    span = f"from the first symptom at {minute(began)} to the all-clear at {minute(ended)}"
    return cited(f"It lasted {spell(ended - began)}, {span}.", declared[0], resolved[0])


def _why(story: Story) -> Sentence | None:
    resolved = story.last(Resolved)
    if resolved is None:
        return None
    cause = resolved[1].cause
    return cited(f"Cause: {story.said(cause).rstrip('.') if cause else 'unknown'}.", resolved[0])


def _what_ended_it(story: Story) -> Sentence | None:
    resolved, mitigated = story.last(Resolved), story.last(Mitigated)
    if resolved is not None and resolved[1].fix:
        return cited(f"What ended it: {story.said(resolved[1].fix).rstrip('.')}.", resolved[0])
    if mitigated is not None:
        return cited(f"What stopped the harm: {story.said(mitigated[1].text).rstrip('.')}.", mitigated[0])
    return cited("What ended it: unknown.", resolved[0]) if resolved else None


def impact(story: Story) -> list[Sentence]:
    """Who felt it and how much, from facts with their quotes; what nobody measured is unknown."""
    said = [*_measured(story), *_reached(story), *_felt(story), *_reported(story), *_data(story)]
    return said or [story.unknown("Who was affected, and how much")]


def _measured(story: Story) -> Iterator[Sentence]:
    """Each kind of harm once, as it was first read."""
    triaged = story.last(Triaged)
    if triaged is None:
        return
    event, facts = triaged[0], {fact.kind: fact for fact in reversed(triaged[1].triage.facts) if _harm(fact)}
    for fact in reversed(facts.values()):
        quote = f", as the alert says: {story.quoted(fact.quote.text)}" if fact.quote else ""
        words = IMPACT_WORDS[fact.kind].format(fact.value)
        yield cited(f"{words[:1].upper()}{words[1:]}{quote}.", event)
    if not facts:
        yield cited("How many users or requests were affected is unknown: no alert says so.", event)


def _harm(fact: ImpactFact) -> bool:
    return fact.kind in IMPACT_WORDS and fact.value is not False and fact.origin != "default"


def _reached(story: Story) -> Iterator[Sentence]:
    """The services whose alerts fired."""
    first = story.first(Declared)
    seen: dict[str, Event] = {}
    for event in story.events:
        if isinstance(event.body, Declared | AlertJoined) and event.body.service:
            seen.setdefault(one_line(event.body.service, 80), event)
    if seen:
        alerts = counted(len(story.incident.alert_ids), "alert")
        events = [*([first[0]] if first else []), *seen.values()]
        yield cited(f"Affected: {listed(seen)} ({alerts}).", *events)


def _felt(story: Story) -> Iterator[Sentence]:
    declared, mitigated = story.first(Declared), story.last(Mitigated)
    if declared and mitigated:
        span = spell(mitigated[0].at - declared[1].started_at)
        yield cited(f"The harm lasted {span}, until it was mitigated at {at(mitigated[0])}.", declared[0], mitigated[0])


def _reported(story: Story) -> Iterator[Sentence]:
    reports = [event for event, _ in story.all(UserReported)]
    if reports:
        span = f"from {at(reports[0])} to {at(reports[-1])}" if len(reports) > 1 else f"at {at(reports[0])}"
        yield cited(f"{counted(len(reports), 'report')} came from users, {span}.", reports[0], reports[-1])


def _data(story: Story) -> Iterator[Sentence]:
    for event, body in story.all(DataAccessRecorded):
        yield cited(f"Data was accessed: {story.said(body.what).rstrip('.')}.", event)
