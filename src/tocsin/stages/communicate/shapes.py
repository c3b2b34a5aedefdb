"""What templates use besides the facts: the occasion of a message, the handoff document, a seat that changes hands. Values only."""

from tocsin.model.ground import Value


class Occasion(Value):
    """What is particular about one message: when its audience heard last and hears next, and whether there is any news."""

    audience: str
    no_change: bool = False
    last_update: str = ""
    """`HH:MM UTC`, or "" when this is the first."""
    interval_minutes: int = 0
    next_update: str = ""
    """With its date; "" once there is none to come."""
    next_clock: str = ""
    said: str = ""
    """A correction: the words of whoever corrects."""
    corrected: str = ""
    """A correction or a retraction: `HH:MM UTC` of the message it is about."""


class Served(Value):
    """How one audience is served."""

    name: str
    via: str
    last: str
    """`HH:MM UTC`, or "none"."""
    next: str
    cadence: str


class Handoff(Value):
    """The fields of the document, plain strings ready for its template."""

    incident: str
    public_message: str
    posted: str
    """Where it stands."""
    last: str
    """Of customers: `HH:MM UTC`, or "none"."""
    next: str
    cadence: str
    """`every 30 min`, or `on change`."""
    served: tuple[Served, ...]
    tone: tuple[str, ...]
    only_shown: tuple[str, ...]
    """Constraints that no rule keeps: people must."""
    asks: tuple[str, ...]
    waiting: tuple[str, ...]
    """Drafts that wait for a person."""
    sync: str
    eta: str


class Passing(Value):
    """A seat that somebody takes over."""

    seat: str
    person: str
    before: str
    """Who held it, or ""."""
    at: str
    """`HH:MM UTC`."""
    handoff: str = ""
    """How to see everything that is needed to go on, or ""."""
