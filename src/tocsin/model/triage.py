"""What triage decides: type, severity and the impact facts that justify it, each with its quoted span. Made by the router."""

from enum import StrEnum

from pydantic import Field

from tocsin.model.evidence import Quote
from tocsin.model.ground import IncidentType, Severity, Share, Time, Value


class FactKind(StrEnum):
    """The impact facts that the severity matrix may ask about."""

    USERS_AFFECTED = "users_affected"  # share 0-1 of users
    REQUESTS_FAILING = "requests_failing"  # share 0-1 of requests
    OUTAGE = "outage"  # complete loss of the service: yes/no
    DATA_LOSS = "data_loss"
    COMPROMISE = "compromise"  # confirmed intrusion
    MAJOR_FEATURE = "major_feature"  # a major feature is broken
    WORKAROUND = "workaround"  # one exists
    DEGRADED = "degraded"
    TIER = "tier"  # 0 is the most important
    REVENUE = "revenue"  # the service earns money: yes/no
    ENVIRONMENT = "environment"
    COSMETIC = "cosmetic"
    FALSE_POSITIVE = "false_positive"
    THREAT = "threat"  # an attack without confirmed success: "active" or "attempted"
    VENDOR_SEVERITY = "vendor_severity"  # what the monitoring system called it: a hint, it may only raise


IMPACT_WORDS = {
    FactKind.DATA_LOSS: "data loss",
    FactKind.COMPROMISE: "confirmed compromise",
    FactKind.OUTAGE: "complete outage",
    FactKind.USERS_AFFECTED: "{:.0%} of users affected",
    FactKind.REQUESTS_FAILING: "{:.0%} of requests failing",
    FactKind.MAJOR_FEATURE: "a major feature is broken",
    FactKind.DEGRADED: "degraded",
}
"""How the facts of harm are said, with their value; the same words on the timeline and in every message."""


class ImpactFact(Value):
    """One fact about impact: what, how much, where it stands (quote), and who said it (alert, label, catalogue, default)."""

    kind: FactKind
    value: float | bool | str
    origin: str
    quote: Quote | None = None


WHAT_WE_KNOW = "What do we know (symptoms, affected systems, error rates, blast radius)?"
WHAT_CHANGED = "What changed in the last 24 hours?"
HYPOTHESIS = "What is the working hypothesis?"
NEXT_ACTION = "What is the single next action?"


class Answer(Value):
    """One of the four triage questions, answered on the record."""

    question: str
    answer: str


class Task(Value):
    """What a SEV4 becomes when nothing closes it: something for one owner to look at in business hours."""

    text: str
    owner: str
    due_at: Time


class Triage(Value):
    """Type, severity, why, and who hears of it. `unsure` says that the higher of two levels was taken."""

    type: IncidentType
    type_confidence: Share
    type_scores: dict[IncidentType, float] = Field(default_factory=dict)
    """How strongly each type was considered; the second best matters when only four types are wanted."""
    type_quotes: tuple[Quote, ...] = ()
    severity: Severity
    rule: str
    """The matrix row that decided, in words."""
    unsure: bool = False
    facts: tuple[ImpactFact, ...] = ()
    specialist: str
    notify: tuple[str, ...] = ()
    """Who is to be told, as the routing names them (`oncall:primary`, `#incidents`, `role:vp-engineering`)."""
    auto_close: str = ""
    """The deterministic rule that lets a SEV4 close by itself, or ""."""
    task: Task | None = None
    """Set for a SEV4 that does not close by itself."""
    service: str = ""
    """The service it is about, as the alert, the catalogue or the text names it."""
    late: bool = False
    """True when the deadline passed and this is the cautious answer given instead."""
    answers: tuple[Answer, ...] = ()
    decided_at: Time | None = None

    @property
    def nearest_of_four(self) -> IncidentType:
        """The type for readers who know no `infrastructure`: the best of the other four."""
        if self.type is not IncidentType.INFRASTRUCTURE:
            return self.type
        others = {kind: score for kind, score in self.type_scores.items() if kind is not IncidentType.INFRASTRUCTURE}
        return max(others, key=lambda kind: others[kind]) if others else IncidentType.APPLICATION
