"""Diagnosis: ranked hypotheses with computed confidence, what speaks for and against each. Made by a specialist without tools."""

from hashlib import sha256

from tocsin.model.ground import Share, Value


class Hypothesis(Value):
    """One possible cause. `supports` and `contradicts` are Finding ids; `missing` says what evidence would settle it."""

    cause: str
    """Stable code of the cause, such as `connection_pool_exhaustion`."""
    text: str
    """The cause in one sentence a person understands, naming the service."""
    service: str = ""
    confidence: Share
    supports: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Diagnosis(Value):
    """What the specialist believes. An unknown cause leaves `root_cause` empty and asks `next_question` instead."""

    specialist: str
    root_cause: str
    confidence: Share
    hypotheses: tuple[Hypothesis, ...] = ()
    ruled_out: tuple[Hypothesis, ...] = ()
    missing: tuple[str, ...] = ()
    next_question: str = ""
    by_release: Share | None = None
    """The confidence before this house's verdicts moved it, by the release's own curve: what verdicts are compared with."""
    partial: bool = False
    """True when a deadline cut the investigation short or a source did not answer."""

    @property
    def digest(self) -> str:
        """What a verdict on it binds to: the cause as it was named."""
        return sha256("\x1f".join((self.specialist, self.root_cause)).encode()).hexdigest()
