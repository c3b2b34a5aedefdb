"""The post-mortem as Markdown, which is what people edit and approve. Pure.

Words from outside are escaped: they become neither headings nor links nor pictures. `[#12]` leads to event 12 among the sources.
"""

import re

from tocsin.stages.review.document import Part, PostMortem, Section, Sentence

SOURCES = "Sources"
_SPECIAL = re.compile(r"[\\`*{}\[\]<>|~&]|(?<!\w)_|_(?!\w)|:(?=//)|@|(?<=www)\.")
_PROSE = frozenset({Part.SUMMARY})


def safe(text: str) -> str:
    """Outside text with every character escaped that Markdown would give a meaning where it stands."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def as_markdown(document: PostMortem) -> str:
    """The whole document."""
    head = [f"# Post-mortem: {safe(document.title)}", ""]
    facts = [f"- {name}: {safe(value)}" for name, value in document.facts]
    body = [line for section in document.sections for line in _section(section)]
    return "\n".join([*head, *facts, "", *body, *_sources(document)]) + "\n"


def _section(section: Section) -> list[str]:
    lines = [f"## {section.part}", ""]
    if section.part in _PROSE:
        return [*lines, " ".join(_one(sentence) for sentence in section.sentences), ""]
    return [*lines, *(f"- {_one(sentence)}" for sentence in section.sentences), ""]


def _one(sentence: Sentence) -> str:
    return f"{safe(sentence.text)} {' '.join(f'[#{seq}]' for seq in sentence.cites)}"


def _sources(document: PostMortem) -> list[str]:
    told = [f'- <a id="event-{seq}"></a>#{seq}: {safe(text)}' for seq, text in document.sources]
    links = [f"[#{seq}]: #event-{seq}" for seq, _ in document.sources]
    return [f"## {SOURCES}", "", "Events of the timeline.", "", *told, "", *links]
