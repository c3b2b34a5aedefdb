"""What people said of diagnoses, gathered: for each specialist, for each analyst, and as pairs that calibration reads. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Literal

from tocsin.model.ground import Share, Value
from tocsin.model.incident import Incident

CREDIT = {"right": 1.0, "partly": 0.5, "wrong": 0.0}
"""What a verdict is worth when verdicts are counted as one figure."""


class Judgement(Value):
    """One verdict, and the confidence that it is about: what calibration compares."""

    incident_id: str
    specialist: str
    analysts: tuple[str, ...]
    cause: str
    confidence: Share
    by_release: Share | None = None
    """The same before this house's verdicts moved it, where that was kept."""
    verdict: Literal["right", "partly", "wrong"]


class Judged(Value):
    """How one role was judged. `credit` is the mean worth of its verdicts; a calibrated role's `confidence` is near it."""

    right: int
    partly: int
    wrong: int
    credit: float
    confidence: float


def judgements(incidents: Iterable[Incident]) -> list[Judgement]:
    """The last verdict on each incident that was judged; drills teach nothing."""
    return [
        Judgement(
            incident_id=one.id,
            specialist=said.specialist,
            analysts=said.analysts,
            cause=said.cause,
            confidence=said.confidence,
            by_release=said.by_release,
            verdict=said.verdict,
        )
        for one in incidents
        if (said := one.review.cause) is not None and one.drill is None
    ]


def by_specialist(incidents: Iterable[Incident]) -> dict[str, Judged]:
    """The verdicts on each specialist's diagnoses."""
    return _by(incidents, lambda one: (one.specialist,))


def by_analyst(incidents: Iterable[Incident]) -> dict[str, Judged]:
    """The verdicts on the causes that each analyst's findings spoke for."""
    return _by(incidents, lambda one: one.analysts)


def _by(incidents: Iterable[Incident], roles: Callable[[Judgement], tuple[str, ...]]) -> dict[str, Judged]:
    found: dict[str, list[Judgement]] = defaultdict(list)
    for one in judgements(incidents):
        for role in roles(one):
            found[role].append(one)
    return {role: _judged(found[role]) for role in sorted(found)}


def _judged(some: list[Judgement]) -> Judged:
    counts = {word: sum(1 for one in some if one.verdict == word) for word in CREDIT}
    return Judged(
        **counts,
        credit=round(sum(CREDIT[one.verdict] for one in some) / len(some), 3),
        confidence=round(sum(one.confidence for one in some) / len(some), 3),
    )
