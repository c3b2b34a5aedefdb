"""Diagnosis: ranked hypotheses with computed confidence, what speaks for and against each. Made by a specialist without tools."""

from collections.abc import Mapping, Sequence
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

    def reweighed(self, weights: Mapping[str, float]) -> "Diagnosis":
        """The same order of hypotheses, each weighing so much of what it did, by its cause; see `bayes`."""
        before = [(one.confidence, weights.get(one.cause, 1.0)) for one in self.hypotheses]
        moved = tuple(
            one.model_copy(update={"confidence": round(share, 4)})
            for one, share in zip(self.hypotheses, bayes(before), strict=True)
        )
        changed: dict[str, object] = {"hypotheses": moved}
        if moved and self.root_cause:
            changed["confidence"] = moved[0].confidence
        if moved and self.by_release is not None:
            changed["by_release"] = round(bayes([(self.by_release, before[0][1]), *before[1:]])[0], 4)
        return self.model_copy(update=changed)


def bayes(shares: Sequence[tuple[float, float]]) -> list[float]:
    """(probability, weight of new evidence) pairs as probabilities again. What is left of 1, for whatever nobody thought of,
    weighs as before; so what one loses the others and the unknown gain, each by its share."""
    before = sum(share for share, _ in shares)
    after = sum(share * weight for share, weight in shares) + max(0.0, 1 - before)
    if before == 0 or all(weight == 1 for _, weight in shares):
        return [share for share, _ in shares]
    return [share * weight * max(1.0, before) / after for share, weight in shares]
