"""The memory of past incidents: which approved post-mortem tells of something like this. Called by the review's hand.

Only what a person approved is in it, no drill, and nothing of a restricted incident. What it finds is shown with the words that
both share, so that a person can judge the likeness; it is quoted, read by no role that decides, and obeyed by none.
"""

from collections.abc import Iterable

from tocsin.library.search import Hit, Index, Page
from tocsin.model.event import Precedent
from tocsin.model.ground import IncidentType
from tocsin.model.incident import Incident

FLOOR = 0.12
"""Below this two incidents merely share some words."""
FEWEST_WORDS = 3
"""So many subject words must be shared: one common word makes no likeness."""
SHOWN_WORDS = 8


class Memory:
    """Past incidents, ready to be asked."""

    def __init__(self, past: Iterable[Incident]) -> None:
        self._past = {one.id: one for one in past if is_remembered(one)}
        self._index = Index([_page(one) for one in self._past.values()])

    def like(
        self, text: str, *, type: IncidentType | None, service: str, but: str = "", most: int = 3
    ) -> tuple[Precedent, ...]:
        """The past incidents most like this text, best first. `but` is the incident that asks."""
        if not self._past:
            return ()
        hits = self._index.search(text, type=type, service=service, limit=most + 1)
        near = [one for one in hits if one.id != but and one.score >= FLOOR and len(one.words) >= FEWEST_WORDS]
        return tuple(found for hit in near[:most] if (found := self._precedent(hit)))

    def _precedent(self, hit: Hit) -> Precedent | None:
        past = self._past[hit.id]
        if past.review.lesson is None:
            return None
        words = hit.words[:SHOWN_WORDS]
        at = past.declared_at
        return Precedent(incident_id=past.id, score=hit.score, words=words, at=at, lesson=past.review.lesson)


def is_remembered(incident: Incident) -> bool:
    """Its post-mortem is approved, it was real, and everybody may know of it."""
    return incident.review.lesson is not None and incident.drill is None and not incident.is_restricted


def _page(incident: Incident) -> Page:
    lesson = incident.review.lesson
    if lesson is None:
        raise ValueError(f"{incident.id} teaches nothing yet")
    passages = (lesson.title, lesson.summary, lesson.impact, lesson.root_cause, lesson.contributing)
    return Page(
        id=incident.id,
        headings=lesson.title,
        passages=tuple(one for one in passages if one),
        types=frozenset({lesson.type} if lesson.type else ()),
        services=frozenset(lesson.services),
    )
