"""The live side of a chat system: answers to whoever just did something there. Nothing on the record depends on it arriving.

What must arrive leaves through the outbox as a Message; this is for the courtesy of an answer at once.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Form:
    """One question with room for an answer. `press` and `value` come back with it and say what it was about."""

    title: str
    label: str
    submit: str
    press: str
    value: str
    text: str = ""
    """What stands in the field to begin with."""
    place: str = ""
    ref: str = ""
    """The card that it was opened from."""


class Chat(Protocol):
    """Every method raises SourceError when the system did not take it. Texts are data, and each system escapes them."""

    async def whisper(self, place: str, user: str, text: str) -> None:
        """Says something that only this user sees."""
        ...

    async def ask(self, trigger: str, form: Form) -> None:
        """Opens a form for whoever pulled the trigger, which is good for a few seconds."""
        ...

    async def settle(self, place: str, ref: str, said: str, *, done: bool) -> None:
        """Writes under a card what was decided on it; `done` takes its buttons away."""
        ...
