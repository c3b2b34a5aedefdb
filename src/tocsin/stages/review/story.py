"""The timeline as the sections read it: the incident, its events by kind, and sentences that cite them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tocsin.model.event import Event
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.plain import clock, one_line
from tocsin.model.telling import tell
from tocsin.stages.review.document import Sentence
from tocsin.stages.review.people import Naming
from tocsin.stages.review.settings import Rules

LONG = 400
"""Characters of somebody's words that are quoted."""
B = TypeVar("B", bound=Value)


@dataclass(frozen=True, slots=True)
class Story:
    """One incident, its timeline, and how people are called."""

    incident: Incident
    events: Sequence[Event]
    naming: Naming
    rules: Rules

    def all(self, kind: type[B]) -> Iterator[tuple[Event, B]]:
        """The events whose body is of that kind, in order, each with its body."""
        return ((event, event.body) for event in self.events if isinstance(event.body, kind))

    def first(self, kind: type[B]) -> tuple[Event, B] | None:
        """The first of them."""
        return next(self.all(kind), None)

    def last(self, kind: type[B]) -> tuple[Event, B] | None:
        """The last of them."""
        found = list(self.all(kind))
        return found[-1] if found else None

    @property
    def end(self) -> Event:
        """Where the record ends: what is absent is absent up to here."""
        return self.events[-1]

    def said(self, text: str, limit: int = LONG) -> str:
        """Somebody's words on one line, people by their role."""
        return one_line(self.naming.clean(text), limit)

    def quoted(self, text: str) -> str:
        """The same, as a quotation."""
        return f"“{self.said(text).rstrip('.')}”"

    def told(self, event: Event) -> str:
        """What happened, as the timeline tells it."""
        return self.said(tell(event))

    def unknown(self, what: str) -> Sentence:
        """That nobody knows, up to where the record ends."""
        return cited(f"{what}: unknown, nothing on the record says so.", self.end)


def cited(text: str, *events: Event) -> Sentence:
    """A sentence that rests on these events."""
    return Sentence(text=text, cites=tuple(dict.fromkeys(event.seq for event in events)))


def at(event: Event) -> str:
    """When it happened, as people say it."""
    return clock(event.at)


def counted(number: int, word: str, plural: str = "") -> str:
    """`1 update`, `3 updates`."""
    return f"{number} {word if number == 1 else plural or word + 's'}"


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last
