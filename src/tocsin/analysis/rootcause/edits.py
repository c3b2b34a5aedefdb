"""Edits: who was changed shortly before the trouble.

A witness of `ranking`, and a quiet one: a change is an opportunity and no proof, so it decides only between others.
"""

from tocsin.analysis.rootcause.observed import Observed, Reason, Testimony

WITNESS = "changes"
HALVED = 3600.0
"""Seconds in which the suspicion against a change halves."""
LATE = 120.0
"""Seconds after the onset until which a change may still be its cause: clocks differ."""


def testify(observed: Observed) -> Testimony:
    """How close to the onset each service was changed. Abstains when the onset is not known."""
    onset = observed.onset
    ages = {} if onset is None else {service: onset - at for service, at in observed.changes.items()}
    weights = {service: 0.5 ** (max(0.0, age) / HALVED) for service, age in ages.items() if age >= -LATE}
    top = max(weights.values(), default=0.0)
    reasons = {
        service: Reason(WITNESS, 10 * weight, _text(service, ages[service])) for service, weight in weights.items()
    }
    return Testimony(WITNESS, weights, top, reasons)


def _text(service: str, age: float) -> str:
    return f"{service} was changed {max(0, round(age / 60))} minutes before"
