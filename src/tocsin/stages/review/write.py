"""Writes the post-mortem of an incident from its timeline, whole. Pure; called by the hand of the loop, and by people who ask anew.

It says nothing that no event says, names no person unless it is told to, and holds nobody responsible: words on the record
that do are left out, and their place on the record is cited.
"""

from collections.abc import Iterable, Sequence

from tocsin.guard.wording import blame_in
from tocsin.model.event import Event
from tocsin.model.incident import Incident
from tocsin.model.plain import minute, one_line, spell
from tocsin.stages.review.document import Part, PostMortem, Section, Sentence
from tocsin.stages.review.people import Naming
from tocsin.stages.review.sections import SECTIONS
from tocsin.stages.review.settings import Rules
from tocsin.stages.review.story import Story

LEFT_OUT = "Words that hold somebody responsible are left out here; the record has them."


def write(incident: Incident, events: Sequence[Event], rules: Rules) -> PostMortem:
    """The document. `events` is the whole timeline, in order, and not empty."""
    story = Story(incident, events, Naming(events, by_name=rules.settings.name_people), rules)
    sections = tuple(_section(story, part) for part in Part)
    return PostMortem(
        incident_id=incident.id,
        title=_title(story),
        facts=_facts(story),
        sections=sections,
        sources=_sources(story, (one for section in sections for one in section.sentences)),
    )


def _title(story: Story) -> str:
    title = story.said(story.incident.title)
    return story.incident.id if not title or blame_in(title) else title


def _section(story: Story, part: Part) -> Section:
    return Section(part=part, sentences=tuple(_blameless(one) for one in SECTIONS[part](story)))


def _blameless(sentence: Sentence) -> Sentence:
    """The sentence, or that it is left out. A time in front of it stays."""
    if not blame_in(sentence.text):
        return sentence
    moment, colon, _ = sentence.text.partition(" UTC: ")
    return sentence.model_copy(update={"text": f"{moment}{colon}{LEFT_OUT}" if colon else LEFT_OUT})


def _facts(story: Story) -> tuple[tuple[str, str], ...]:
    incident = story.incident
    began, ended = incident.started_at or incident.declared_at, incident.resolved_at
    told = {
        "Incident": incident.id,
        "Severity": str(incident.severity or ""),
        "Type": str(incident.type or ""),
        "Service": one_line(incident.service),
        "Began": minute(began) if began else "",
        "All-clear": minute(ended) if ended else "",
        "Duration": spell(ended - began) if began and ended else "",
        "Exercise": "a drill, nothing of this was real" if incident.drill else "",
    }
    return tuple((name, value) for name, value in told.items() if value)


def _sources(story: Story, sentences: Iterable[Sentence]) -> tuple[tuple[int, str], ...]:
    wanted = {seq for one in sentences for seq in one.cites}
    return tuple((event.seq, _source(story, event)) for event in story.events if event.seq in wanted)


def _source(story: Story, event: Event) -> str:
    told = story.told(event)
    return f"{minute(event.at)}, {story.naming.actor(event.actor)}: {LEFT_OUT if blame_in(told) else told}"
