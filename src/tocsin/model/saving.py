"""What was saved: time and money against manual baselines that an organisation configures. Pure; docs/figures.md defines each.

It is an estimate and says so: the baselines are a range, and what people still did themselves is taken off. A slow incident
counts against us as a quick one counts for us.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field, field_validator

from tocsin.model.ground import Severity, Value
from tocsin.model.identity import is_person
from tocsin.model.incident import Incident

_COUNTED = (Severity.SEV1, Severity.SEV2, Severity.SEV3)
"""A SEV4 is a task for business hours: nobody would have spent the manual minutes on it."""
Range = tuple[float, float]


class Baselines(Value):
    """Section `figures`: how long all this takes by hand, in minutes for each incident, and what an hour costs."""

    mttr_minutes: float = Field(default=45, gt=0)
    triage_minutes: Range = (15, 30)
    communication_minutes: Range = (30, 60)
    review_minutes: float = Field(default=2, ge=0)
    """What a person spends on each message that they let go out."""
    cost_per_hour: float = Field(default=75, ge=0)
    """Of somebody on call, all in."""
    currency: str = Field(default="EUR", min_length=1, max_length=8)

    @field_validator("triage_minutes", "communication_minutes")
    @classmethod
    def _rising(cls, value: Range) -> Range:
        if not 0 <= value[0] <= value[1]:
            raise ValueError("write the lower bound, then the upper one")
        return value


class Saved(Value):
    """What was saved, from the lower baseline to the upper one. Below 0: it took longer than by hand.

    `resolution_*` is how much sooner incidents were over, which is nobody's working time and therefore no money.
    """

    triaged: int
    """Of so many incidents triage is counted..."""
    communicated: int
    """...and communication: those in which at least one message went out..."""
    resolved: int
    """...and resolution."""
    triage_minutes: Range
    communication_minutes: Range
    minutes: Range
    money: Range
    currency: str
    resolution_minutes: float
    resolution_share: float | None
    """By which part the mean time to resolve lies below the baseline; None where nothing was resolved."""


def saved(incidents: Iterable[Incident], manual: Baselines) -> Saved:
    """What these incidents saved. Drills and observed incidents are not for this function to leave out."""
    known = [one for one in incidents if one.severity in _COUNTED]
    triage = [took for one in known if (took := _took(one, one.triaged_at)) is not None]
    resolve = [took for one in known if (took := _took(one, one.resolved_at)) is not None]
    spent = [_spent(one, manual) for one in known if any(not out.observed for out in one.narrative.published)]
    in_triage, in_words = _left(manual.triage_minutes, triage), _left(manual.communication_minutes, spent)
    both = (in_triage[0] + in_words[0], in_triage[1] + in_words[1])
    hour = manual.cost_per_hour / 60
    return Saved(
        triaged=len(triage),
        communicated=len(spent),
        resolved=len(resolve),
        triage_minutes=_rounded(in_triage),
        communication_minutes=_rounded(in_words),
        minutes=_rounded(both),
        money=_rounded((both[0] * hour, both[1] * hour)),
        currency=manual.currency,
        resolution_minutes=round(manual.mttr_minutes * len(resolve) - sum(resolve), 1),
        resolution_share=round(1 - sum(resolve) / len(resolve) / manual.mttr_minutes, 4) if resolve else None,
    )


def _took(incident: Incident, until: datetime | None) -> float | None:
    if incident.declared_at is None or until is None:
        return None
    return (until - incident.declared_at).total_seconds() / 60


def _spent(incident: Incident, manual: Baselines) -> float:
    """Minutes of people on messages: so many for each that a person let go."""
    return manual.review_minutes * sum(
        1 for out in incident.narrative.published if is_person(out.by) and not out.observed
    )


def _left(baseline: Range, spent: list[float]) -> Range:
    return baseline[0] * len(spent) - sum(spent), baseline[1] * len(spent) - sum(spent)


def _rounded(span: Range) -> Range:
    return round(span[0], 1), round(span[1], 1)
