"""Updates: messages written for one audience from the incident's facts, and what the wording rules say of them."""

from enum import StrEnum
from hashlib import sha256

from pydantic import Field

from tocsin.model.ground import Time, Value


class Audience(StrEnum):
    """Who reads it."""

    CHANNEL = "channel"
    """The incident's own channel: whoever works on it."""
    INTERNAL = "internal"
    """The organisation: one summary in the shared channel, edited in place."""
    EXTERNAL = "external"
    """Customers: the status page."""
    EXECUTIVE = "executive"
    """Leadership: business impact, no play-by-play."""
    SUPPORT = "support"
    """Support, sales and account teams: the line they may say to a customer, and until when."""
    SECURITY = "security"
    """The security team, for security incidents."""


FOR_CUSTOMERS = frozenset({Audience.EXTERNAL, Audience.SUPPORT})
"""What customers read, or are told by somebody who reads it: nothing of it goes out without a person."""


class WordingCode(StrEnum):
    """The eleven ways an external message goes wrong, and what people decided besides."""

    CAUSE_UNCONFIRMED = "CAUSE_UNCONFIRMED"
    BLAME = "BLAME"
    ETA = "ETA"
    RESOLVED_EARLY = "RESOLVED_EARLY"
    STATUS_MISMATCH = "STATUS_MISMATCH"
    INTERNAL_DETAIL = "INTERNAL_DETAIL"
    PII = "PII"
    JARGON = "JARGON"
    NEXT_UPDATE = "NEXT_UPDATE"
    TIMESTAMP = "TIMESTAMP"
    NO_IMPACT = "NO_IMPACT"
    TONE = "TONE"
    """Not one of the eleven: a constraint that people set on this incident."""
    CONTRADICTION = "CONTRADICTION"
    """Nor this: another audience, or the record, has a fact otherwise."""


class WordingViolation(Value):
    """One broken rule: the words that broke it ("" when something is absent) and what to write instead."""

    code: WordingCode
    span: str
    advice: str


class Update(Value):
    """A message for one audience. An external one with violations cannot be published."""

    audience: Audience
    template: str
    text: str
    status: str
    id: str = ""
    """`U12`: the place of its draft on the timeline. The fold gives it."""
    next_update_at: Time | None = None
    """The promise: when this audience hears again, whatever has happened by then."""
    due_at: Time | None = None
    """When it should be out, for one that the clock asked for."""
    facts_seq: int = 0
    """How long the timeline was when it was written: later facts make it stale."""
    no_change: bool = False
    """It says that nothing has changed, which is worth saying on time."""
    violations: tuple[WordingViolation, ...] = ()
    title: str = ""
    """One line over it, for a page or a subject: the public one for customers."""
    corrects: str = ""
    """The published update that this one corrects."""
    components: dict[str, str] = Field(default_factory=dict)
    """For customers: what it says of each component, by public name (see `component.ComponentStatus`)."""
    impact: str = ""
    """For customers: how bad it is (see `component.Impact`)."""

    @property
    def digest(self) -> str:
        """What an approval binds to: these words under this title, for this audience and status, and what is said of components."""
        return self._sha(self.title, *self._shown)

    def is_meant_by(self, digest: str) -> bool:
        """Whether that digest on the record names this very message. Older ones left out the title, which no act changes."""
        return digest in (self.digest, self._sha(*self._shown))

    @property
    def _shown(self) -> tuple[str, ...]:
        components = (f"{name}={status}" for name, status in sorted(self.components.items()))
        return (self.audience, self.status, self.text, *components)

    @staticmethod
    def _sha(*parts: str) -> str:
        return sha256("\x1f".join(parts).encode()).hexdigest()
