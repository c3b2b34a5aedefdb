"""Search over runbooks: which page answers this text, of this type, about this service. Called by `runbooks.Shelf`.

Reads the whole page, its headings and its best passage, each as TF-IDF cosine (`analysis.text`). Never raises for any
text, and the same question always gives the same order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tocsin.analysis.text import TermSpace, spellings, terms, tokens
from tocsin.model.ground import IncidentType

WEIGHTS = (0.5, 0.2, 0.3)
"""Whole page, headings, best passage. Chosen on public alerts with their names removed; see benchmarks.runbooks."""
_SAME_TYPE = 0.05  # enough to settle a tie between two pages, not to beat words
_SAME_SERVICE = 0.15  # a page that names the service was written for it
_LONGEST_QUESTION = 20_000  # characters; an alert says what it is about in its first lines
_SHORT_PASSAGE = 300  # characters; a shorter one is read together with the next


@dataclass(frozen=True, slots=True)
class Page:
    """What the search knows of one document. `passages` is its text, section by section, headings included."""

    id: str
    headings: str
    passages: tuple[str, ...]
    types: frozenset[IncidentType] = frozenset()
    services: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer. `score` is 0 to 1; `words` are the shared subject words, for a person to judge the choice by."""

    id: str
    score: float
    words: tuple[str, ...] = ()


class Index:
    """All pages, ready to be asked."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = tuple(pages)
        read = [[tokens(passage) for passage in _joined(page.passages)] for page in self._pages]
        heads = [tokens(page.headings) for page in self._pages]
        whole = [[*head, *(word for passage in one for word in passage)] for head, one in zip(heads, read, strict=True)]
        self._words = [frozenset(words) for words in whole]
        self._whole = TermSpace([terms(words) for words in whole])
        self._headings = TermSpace([terms(words) for words in heads])
        self._passages = TermSpace([terms(passage) for one in read for passage in one])
        self._owner = [place for place, one in enumerate(read) for _ in one]

    def search(
        self, text: str, *, type: IncidentType | None = None, service: str = "", limit: int = 5
    ) -> tuple[Hit, ...]:
        """The best pages for a text, best first; pages that share no word with it are left out.

        `type` and `service` move a page up, they never exclude one: the first guess at the type may be wrong.
        """
        text = text[:_LONGEST_QUESTION]
        asked = tokens(text)
        scored = [
            (min(1.0, score + self._liking(place, type, service)), place)
            for place, score in enumerate(self._scores(asked))
            if score > 0.0
        ]
        scored.sort(key=lambda one: (-one[0], self._pages[one[1]].id))
        spelled = spellings(text)
        return tuple(self._hit(place, score, spelled) for score, place in scored[:limit])

    def _scores(self, asked: Sequence[str]) -> list[float]:
        question = terms(asked)
        best = [0.0] * len(self._pages)
        for owner, alike in zip(self._owner, self._passages.cosines(question), strict=True):
            best[owner] = max(best[owner], alike)
        whole, headings = self._whole.cosines(question), self._headings.cosines(question)
        return [
            sum(weight * score for weight, score in zip(WEIGHTS, scores, strict=True))
            for scores in zip(whole, headings, best, strict=True)
        ]

    def _liking(self, place: int, type: IncidentType | None, service: str) -> float:
        page = self._pages[place]
        named = service and service.lower() in {name.lower() for name in page.services}
        return (_SAME_TYPE if type in page.types else 0.0) + (_SAME_SERVICE if named else 0.0)

    def _hit(self, place: int, score: float, spelled: Mapping[str, str]) -> Hit:
        shared = tuple(spelling for word, spelling in spelled.items() if word in self._words[place])
        return Hit(self._pages[place].id, round(score, 6), shared)


@lru_cache(maxsize=4)
def index_of(pages: tuple[Page, ...]) -> Index:
    """The search over these pages, built once for the same ones: nothing in it changes."""
    return Index(pages)


def _joined(passages: Sequence[str]) -> list[str]:
    """The passages, short ones joined to the next, so that a two-line section is not a document of its own."""
    joined: list[str] = []
    kept = ""
    for passage in passages:
        kept = f"{kept}\n{passage}" if kept else passage
        if len(kept) > _SHORT_PASSAGE:
            joined.append(kept)
            kept = ""
    return [*joined, kept] if kept or not joined else joined
