"""Reliability: how often this house's diagnoses were right, by how sure they were, and how its verdicts move each analyst. Pure.

Called by the verb `calibration` and by the API; the same verdicts move the confidence of the next diagnosis (`diagnose`).
"""

from collections.abc import Iterable

from tocsin.analysis import calibration
from tocsin.analysis.calibration import Bin
from tocsin.model.ground import Share, Value
from tocsin.model.incident import Incident
from tocsin.model.judged import CREDIT, judgements
from tocsin.roles.analysts import certainty

SHOWN = 0.8
"""How sure an analyst's shift is shown from: what the release would call so sure is called what here?"""


class Point(Value):
    """Answers of one step of confidence: so many, so sure on average, right so often (a partly right one counts half)."""

    low: Share
    high: Share
    n: int
    confidence: Share
    accuracy: Share


class Moved(Value):
    """One analyst under this house's verdicts. `at_80`: what it is called here where the release would say 80%."""

    verdicts: int
    credit: Share
    by_release: Share
    """How sure the release's curve was of these answers, on average."""
    shift: float
    """In log odds."""
    at_80: Share


class Reliability(Value):
    """The reliability curve of a house, its error, and its analysts. `error` is None while nothing was judged."""

    verdicts: int
    error: float | None
    curve: tuple[Point, ...]
    analysts: dict[str, Moved]

    @property
    def bins(self) -> tuple[Bin, ...]:
        """The curve, as it is drawn."""
        return tuple(Bin(**one.model_dump()) for one in self.curve)


def reliability(incidents: Iterable[Incident]) -> Reliability:
    """Of all verdicts on these incidents."""
    known = list(incidents)
    said = judgements(known)
    curve = calibration.reliability((one.confidence, CREDIT[one.verdict]) for one in said)
    error = calibration.error(curve)
    return Reliability(
        verdicts=len(said),
        error=None if error is None else round(error, 4),
        curve=tuple(_point(one) for one in curve),
        analysts=_analysts(known),
    )


def _point(one: Bin) -> Point:
    sure, right = round(one.confidence, 4), round(one.accuracy, 4)
    return Point(low=one.low, high=one.high, n=one.n, confidence=sure, accuracy=right)


def _analysts(incidents: list[Incident]) -> dict[str, Moved]:
    lessons = certainty.lessons(incidents)
    pairs, shifts = calibration.by_role(lessons), certainty.shipped().taught(lessons).shifts
    return {role: _moved(pairs[role], shift) for role, shift in shifts.items()}


def _moved(pairs: list[tuple[float, float]], shift: float) -> Moved:
    return Moved(
        verdicts=len(pairs),
        credit=round(sum(credit for _, credit in pairs) / len(pairs), 4),
        by_release=round(sum(given for given, _ in pairs) / len(pairs), 4),
        shift=round(shift, 3),
        at_80=round(calibration.moved(SHOWN, shift), 3),
    )
