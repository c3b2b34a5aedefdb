"""What a person may ask for at the communications desk: one value for each act, with its bounds. The same for API and CLI."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from tocsin.guard.bounds import Line, Moment, Name, Person, Words, readable
from tocsin.model.communication import Confidence
from tocsin.model.ground import Value
from tocsin.model.update import Audience, WordingCode

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 over exactly what was shown."""
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), AfterValidator(readable)
]
"""A whole message, as long as the longest that we write."""
Audiences = Annotated[tuple[Audience, ...], Field(max_length=len(Audience))]


class WriteDrafts(Value):
    """New drafts from what is known now. Nobody named: for everybody who is usually served."""

    audiences: Audiences = ()
    no_change: bool = False


class Edit(Value):
    """Other words. `seen` is the number of the last event that whoever wrote them had before them."""

    text: Text
    seen: Annotated[int, Field(ge=1)] | None = None


class Approve(Value):
    """A yes to exactly the words whose digest was shown. Rules are set aside by name, and for a reason."""

    digest: Digest
    overridden: tuple[WordingCode, ...] = ()
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class Sign(Value):
    """Somebody at legal agreed to exactly these words."""

    digest: Digest
    person: Person


class Publish(Value):
    """Out with it. With a digest: only if these are still the words."""

    digest: Digest | None = None


class Correct(Value):
    """What is true instead."""

    text: Words


class Retract(Value):
    """Why it is taken back; that stays inside."""

    reason: Line


class SetTone(Value):
    """A constraint on what may be said from now on."""

    text: Line


class LiftTone(Value):
    """The constraint that holds no longer, word for word, and why."""

    text: Line
    reason: Line


class SetCadence(Value):
    """Another rhythm for an audience, in minutes; 0: on change only."""

    audience: Audience
    minutes: Annotated[int, Field(ge=0, le=1440, strict=True)]
    reason: Line


class Engage(Value):
    """An audience is served from now on, and where."""

    audience: Audience
    via: Line


class OpenAsk(Value):
    """Something an audience needs and has not got."""

    text: Line
    audience: Audience | None = None


class AnswerAsk(Value):
    """What it gets."""

    answer: Words


class AnyUpdate(Value):
    """Somebody asks for news. `asker` where another one asks than who is known to us, `where` the place they asked in."""

    asker: Name = ""
    where: Name = "tocsin"
    to_commander: bool = False
    by_leader: bool = False


class StateEta(Value):
    """A time of recovery and who stands behind it; no time: unknown again. Nobody named: oneself."""

    at: Moment | None = None
    owner: Person | None = None
    confidence: Confidence = "medium"
    reason: Line


class HoldSync(Value):
    """The commander's three answers. What is left empty is taken from the record."""

    broken: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    known: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    eta_confidence: Confidence
