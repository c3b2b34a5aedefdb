"""People by their role: a post-mortem says what happened to systems, and who only as far as a role matters. Pure.

`Naming` is made for one timeline and takes every name that stands there out of a text, for the role it had.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from tocsin.model.acts import ActionApproved, LineOpened, NextActionSet, Resolved, Seat, SeatTaken
from tocsin.model.communication import ChatNoted, ChatPinned, UpdateAsked
from tocsin.model.event import Event
from tocsin.model.identity import PERSON, is_person, name_of

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SOMEBODY = "somebody"


class Naming:
    """What each person is called in one document."""

    def __init__(self, events: Sequence[Event], *, by_name: bool = False) -> None:
        self._called = {} if by_name else _called(events)
        listed = "|".join(re.escape(name) for name in sorted(self._called, key=len, reverse=True))
        self._names = (
            re.compile(rf"(?<![\w.+@-])(?:person:)?@?({listed})(?![\w+@-])", re.IGNORECASE) if listed else None
        )
        self._by_name = by_name

    def clean(self, text: str) -> str:
        """The text with every known name as a role, and every other address as somebody's."""
        if self._by_name:
            return text
        if self._names is not None:
            text = self._names.sub(lambda found: self._called[found.group(1).lower()], text)
        return _ADDRESS.sub(SOMEBODY, text)

    def actor(self, actor: str) -> str:
        """Who did it, as the subject of a sentence."""
        kind, _, name = actor.partition(":")
        if kind == "person":
            return name if self._by_name else self._called.get(name.lower(), SOMEBODY)
        return {"source": name, "service": "a program"}.get(kind, "tocsin")


def _called(events: Sequence[Event]) -> dict[str, str]:
    """Each person's role: the seat they held first, else that they responded."""
    held = {seat: list(dict.fromkeys(person for s, person in _seated(events) if s is seat)) for seat in Seat}
    called: dict[str, str] = {}
    for seat, people in held.items():
        word = seat.replace("_", " ")
        for place, person in enumerate(people):
            ordinal = "" if len(people) == 1 else f"{_ORDINALS[min(place, len(_ORDINALS) - 1)]} "
            called.setdefault(person, f"the {ordinal}{word}")
    others = [person for person in dict.fromkeys(_everyone(events)) if person not in called]
    for place, person in enumerate(others):
        letter = f" {_LETTERS[place % len(_LETTERS)]}" if len(others) > 1 else ""
        called[person] = f"responder{letter}" if letter else "a responder"
    return called


def _seated(events: Iterable[Event]) -> Iterator[tuple[Seat, str]]:
    return ((event.body.seat, event.body.person.lower()) for event in events if isinstance(event.body, SeatTaken))


def _everyone(events: Iterable[Event]) -> Iterator[str]:
    """Whoever did something, or is named by something that was done, in the order of their first appearance."""
    for event in events:
        yield from (name_of(name).lower() for name in (event.actor, *_named(event.body)) if is_person(name))


def _named(body: object) -> Iterator[str]:
    match body:
        case SeatTaken(person=person, handed_over_by=before):
            named: tuple[str, ...] = (person, before)
        case LineOpened(owner=owner) | NextActionSet(owner=owner):
            named = (owner,)
        case ActionApproved(approval=approval):
            named = (approval.approver,)
        case UpdateAsked(asker=author) | ChatNoted(author=author) | ChatPinned(author=author):
            named = (author,)
        case Resolved(confirmed_by=confirmed):
            named = tuple(name_of(one) for one in confirmed if is_person(one))
        case _:
            named = ()
    return (f"{PERSON}{name_of(one)}" for one in named)  # a bare name was taken from a field that holds people
