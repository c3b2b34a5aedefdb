"""Calibration: how often an answer that rests on so much is right. The one place where a score becomes a probability.

Called by whoever states a confidence: `roles.analysts.certainty` for the diagnosis. A curve belongs to a judge, that is a way
of ranking causes; it is monotone in everything it reads, and reads nothing that has a name. The shipped curves were fitted by
`benchmarks/train_calibration.py` on public fault data; a house's own verdicts move them. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp, log
from typing import Any

LEAST, MOST = 0.01, 0.97
"""Nobody is ever certain, neither way."""
SPREAD = 0.7
"""How far, in log odds, a house is expected to differ from the shipped curve: one standard deviation."""
FAR = 6.0
"""No house moves a curve further than this."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a first answer rests on, each 0 to 1, more never meaning less sure."""

    score: float
    """The judge's own score of its first answer."""
    margin: float = 0.0
    """By how much of it the second falls behind: 1 when there is no second."""
    agreement: float = 0.0
    """The share of the independent signals that point to the same answer, among all that speak."""
    coverage: float = 0.0
    """The share of the signals that could be looked at at all."""
    mechanism: float = 0.0
    """1 when it says what is wrong, 0 when it only says how that looks from outside."""


@dataclass(frozen=True, slots=True)
class Curve:
    """P(right) = logistic(bias + weights x grounds); no weight is negative, so that it is monotone."""

    bias: float
    weights: Mapping[str, float] = field(default_factory=dict)

    def probability(self, grounds: Grounds, shift: float = 0.0) -> float:
        """The probability that the answer is right, between LEAST and MOST; `shift` is in log odds."""
        odds = self.bias + sum(weight * getattr(grounds, name) for name, weight in self.weights.items())
        return bounded(logistic(odds + shift))


@dataclass(frozen=True, slots=True)
class Calibration:
    """A curve for each judge, and by how much this house's verdicts move each analyst (log odds)."""

    curves: Mapping[str, Curve]
    shifts: Mapping[str, float] = field(default_factory=dict)

    def probability(self, judge: str, grounds: Grounds) -> float:
        """By the shipped curve of that judge."""
        return self.curves[judge].probability(grounds)

    def here(self, shipped: float, roles: Iterable[str]) -> float:
        """The shipped probability as this house's verdicts on those analysts move it: by the mean of their shifts."""
        moves = [self.shifts[role] for role in dict.fromkeys(roles) if role in self.shifts]
        return moved(shipped, sum(moves) / len(moves)) if moves else shipped

    def taught(self, lessons: Iterable["Lesson"]) -> "Calibration":
        """The same with the shifts that people's verdicts ask for. Without verdicts nothing moves."""
        return replace(self, shifts={role: shift_for(pairs) for role, pairs in sorted(by_role(lessons).items())})


@dataclass(frozen=True, slots=True)
class Lesson:
    """One verdict: what the shipped curve had said, whose findings it rested on, and what it was worth (1 right, 0 wrong)."""

    shipped: float
    credit: float
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """One point of a reliability curve: so many answers between `low` and `high`, how sure they were, how often right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def by_role(lessons: Iterable[Lesson]) -> dict[str, list[tuple[float, float]]]:
    """The (shipped probability, credit) pairs of each analyst."""
    found: dict[str, list[tuple[float, float]]] = {}
    for one in lessons:
        for role in dict.fromkeys(one.roles):
            found.setdefault(role, []).append((one.shipped, one.credit))
    return found


def read(written: Mapping[str, Any]) -> Calibration:
    """The curves in a file's content."""
    curves = {name: Curve(float(one["bias"]), dict(one["weights"])) for name, one in written["curves"].items()}
    return Calibration(curves)


def shift_for(pairs: Sequence[tuple[float, float]], spread: float = SPREAD) -> float:
    """By how much log odds these (probability, credit) pairs move a curve.

    The most likely shift under a normal prior around 0: a few verdicts move little, many bring the curve to where they are.
    """

    def slope(shift: float) -> float:  # falls in `shift`, so the root is found by halving
        return sum(credit - moved(given, shift) for given, credit in pairs) - shift / spread**2

    low, high = -FAR, FAR
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return round((low + high) / 2, 6) if pairs else 0.0


def moved(probability: float, shift: float) -> float:
    """A probability moved by so much log odds; a shift of 0 changes nothing."""
    if not shift:
        return probability
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return bounded(logistic(log(inside / (1 - inside)) + shift))


def either(one: float, other: float) -> float:
    """The probability of the first of two opinions of which at most one is right, and one is."""
    mine, theirs = one * (1 - other), other * (1 - one)
    return min(one, bounded(mine / (mine + theirs)))


def others(first: float, scores: Sequence[float]) -> list[float]:
    """What is left of 1 for the answers behind the first, by their scores; as much again stays for what nobody thought of.

    None is surer than the first, nor than its own score.
    """
    total = sum(scores)
    left = (1 - first) / 2
    return [min(first, score, left * score / total) if total else 0.0 for score in scores]


def reliability(pairs: Iterable[tuple[float, float]], bins: int = 10) -> tuple[Bin, ...]:
    """The reliability curve of (confidence, right) pairs in bins of equal width; empty bins are left out."""
    held: dict[int, list[tuple[float, float]]] = {}
    for sure, right in pairs:
        held.setdefault(min(int(sure * bins), bins - 1), []).append((sure, right))
    return tuple(
        Bin(
            at / bins,
            (at + 1) / bins,
            len(some),
            sum(sure for sure, _ in some) / len(some),
            sum(right for _, right in some) / len(some),
        )
        for at, some in sorted(held.items())
    )


def error(curve: Iterable[Bin]) -> float | None:
    """The expected calibration error: how far confidence and accuracy lie apart, weighted by the number of answers."""
    points = list(curve)
    total = sum(one.n for one in points)
    return sum(one.n * abs(one.confidence - one.accuracy) for one in points) / total if total else None


def logistic(odds: float) -> float:
    """From log odds to a probability."""
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))


def bounded(probability: float) -> float:
    """Never certain, neither way."""
    return min(max(probability, LEAST), MOST)
