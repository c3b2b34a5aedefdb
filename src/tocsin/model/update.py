"""Updates: messages drafted for one audience from the incident's facts, and what the wording rules say of them."""

from enum import StrEnum

from tocsin.model.ground import Time, Value


class Audience(StrEnum):
    """Who reads it."""

    CHANNEL = "channel"
    INTERNAL = "internal"
    EXTERNAL = "external"
    EXECUTIVE = "executive"


class WordingCode(StrEnum):
    """The eleven ways an external message goes wrong."""

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


class WordingViolation(Value):
    """One broken rule: the words that broke it ("" when something is absent) and what to write instead."""

    code: WordingCode
    span: str
    advice: str


class Update(Value):
    """A draft for one audience. An external one with violations cannot be published."""

    audience: Audience
    template: str
    text: str
    status: str
    next_update_at: Time | None = None
    violations: tuple[WordingViolation, ...] = ()
