"""What an approved post-mortem teaches: its own sections as plain words, and which runbooks helped. Pure.

Only what a person approved is read. Citations and escapes are taken out; what a person took out of the text is not remembered.
"""

import re

from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.model.review import Lesson
from tocsin.model.standing import ActionState
from tocsin.stages.review.document import Part

LONG = 1000
"""Characters kept of one section."""
_CITATION = re.compile(r"\s*\[#\d+\]")
_ESCAPE = re.compile(r"\\([\\`*{}\[\]<>|~&_:@.#+!()-])")
_TITLE = re.compile(r"^#\s+(?:Post-mortem:\s*)?(.+)$", re.MULTILINE)
_HEADING = re.compile(r"^##\s+(.+?)\s*$", re.MULTILINE)


def lesson_of(text: str, incident: Incident) -> Lesson:
    """The lesson in these words."""
    sections = _sections(text)
    title = _TITLE.search(text)
    return Lesson(
        title=_plain(title.group(1)) if title else incident.id,
        type=incident.type,
        services=incident.services,
        summary=sections.get(Part.SUMMARY, ""),
        impact=sections.get(Part.IMPACT, ""),
        root_cause=sections.get(Part.ROOT_CAUSE, ""),
        contributing=sections.get(Part.CONTRIBUTING, ""),
        helped=_runbooks(incident, ActionState.VERIFIED, helped=True),
        did_not_help=_runbooks(incident, ActionState.DISPROVED, helped=False),
    )


def _sections(text: str) -> dict[str, str]:
    """Heading to plain words."""
    found = list(_HEADING.finditer(text))
    ends = [*(one.start() for one in found[1:]), len(text)]
    return {one.group(1): _plain(text[one.end() : end]) for one, end in zip(found, ends, strict=False)}


def _plain(text: str) -> str:
    lines = (line.strip().removeprefix("- ") for line in _CITATION.sub("", text).splitlines())
    return one_line(_ESCAPE.sub(r"\1", " ".join(filter(None, lines))), LONG)


def _runbooks(incident: Incident, state: ActionState, *, helped: bool) -> tuple[str, ...]:
    """Steps as people wrote them in runbooks, and runbooks by people's word, which is the last."""
    said = incident.review.runbooks
    steps = (
        one.step for one in incident.actions if one.state is state and one.step.risk.rank and not one.step.is_rollback
    )
    shown = [f"{one.runbook_id}: {one_line(one.text)}" for one in steps if said.get(one.runbook_id, helped) is helped]
    judged = [name for name, word in said.items() if word is helped and not any(one.startswith(name) for one in shown)]
    return tuple(dict.fromkeys([*shown, *judged]))
