"""The sections of the post-mortem, one function each: what the timeline says under that heading, every sentence cited. Pure."""

from collections.abc import Callable

from tocsin.stages.review.document import Part, Sentence
from tocsin.stages.review.sections.causes import contributing, root_cause
from tocsin.stages.review.sections.course import timeline
from tocsin.stages.review.sections.harm import impact, summary
from tocsin.stages.review.sections.lessons import went_badly, went_well
from tocsin.stages.review.sections.messages import communications
from tocsin.stages.review.sections.tasks import action_items
from tocsin.stages.review.sections.times import times
from tocsin.stages.review.story import Story

SECTIONS: dict[Part, Callable[[Story], list[Sentence]]] = {
    Part.SUMMARY: summary,
    Part.IMPACT: impact,
    Part.TIMELINE: timeline,
    Part.ROOT_CAUSE: root_cause,
    Part.CONTRIBUTING: contributing,
    Part.WENT_WELL: went_well,
    Part.WENT_BADLY: went_badly,
    Part.TIMES: times,
    Part.COMMUNICATIONS: communications,
    Part.ACTION_ITEMS: action_items,
}
