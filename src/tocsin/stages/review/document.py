"""The post-mortem as a value: sections of sentences, each of which cites the events that say so. Pure.

A sentence without a citation cannot be made: what cannot be cited is not said.
"""

from enum import StrEnum

from pydantic import Field

from tocsin.model.ground import Value


class Part(StrEnum):
    """The sections, in their order; the values are the headings."""

    SUMMARY = "Summary"
    IMPACT = "Impact"
    TIMELINE = "Timeline"
    ROOT_CAUSE = "Root cause"
    CONTRIBUTING = "Contributing factors"
    WENT_WELL = "What went well"
    WENT_BADLY = "What went badly, and where we got lucky"
    TIMES = "Detection and response times"
    COMMUNICATIONS = "Communications sent"
    ACTION_ITEMS = "Action items"


class Sentence(Value):
    """One statement, and the numbers of the events it rests on."""

    text: str = Field(min_length=1)
    cites: tuple[int, ...] = Field(min_length=1)


class Section(Value):
    """One heading with what is known under it."""

    part: Part
    sentences: tuple[Sentence, ...] = Field(min_length=1)


class PostMortem(Value):
    """The whole document of one incident."""

    incident_id: str
    title: str
    facts: tuple[tuple[str, str], ...]
    """What stands under the title: names and values, such as `Severity` and `SEV1`."""
    sections: tuple[Section, ...]
    sources: tuple[tuple[int, str], ...]
    """Every cited event: its number, and its time, doer and content on one line."""
