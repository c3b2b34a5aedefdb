"""Tone: what people decided may not be said on this incident, and what each known constraint does. Pure.

A constraint is a sentence. Three kinds of sentences are understood and held to; any other is shown to whoever reviews, and
stands in the handoff: a machine that only half understands a constraint must not pretend to keep it.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from tocsin.model.update import FOR_CUSTOMERS, Audience
from tocsin.stages.communicate.facts import UNKNOWN, Facts

_TEAM = frozenset({Audience.CHANNEL, Audience.SECURITY})
"""Who works on it: they must be able to speak of causes."""


class Constraint(StrEnum):
    """What is understood."""

    NO_CAUSE = "no_cause"
    """Nothing of a cause leaves the team: hypothesis and cause are left out of drafts, and asserting one is a violation."""
    NO_ETA = "no_eta"
    """Nothing of a time of recovery leaves the team, not even one that somebody stands behind."""
    NO_FIGURES = "no_figures"
    """Drafts for customers give no shares of users or requests."""
    LEGAL = "legal"
    """What customers read of their data takes legal's agreement to exactly those words."""


_SAID: dict[Constraint, re.Pattern[str]] = {
    Constraint.NO_CAUSE: re.compile(r"\b(?:no|not|never|without|avoid)\b.{0,30}\b(?:root )?cause", re.I),
    Constraint.NO_ETA: re.compile(
        r"\b(?:no|not|never|without|avoid)\b.{0,30}\b(?:etas?\b|estimates?\b|time of recovery|recovery time)", re.I
    ),
    Constraint.NO_FIGURES: re.compile(
        r"\b(?:no|not|never|without|avoid)\b.{0,30}\b(?:figures?|numbers?|percentages?|shares?)\b", re.I
    ),
    Constraint.LEGAL: re.compile(r"\b(?:legal|counsel|lawyers?)\b", re.I),
}
_DATA = re.compile(
    r"\b(?:customers?|users?|personal|account|patient|your|payment|card)(?:'s?|s')?\b[^.\n]{0,40}\b(?:data|information|"
    r"records?|details)\b|\bdata\b[^.\n]{0,40}\b(?:accessed|exposed|leaked|stolen|breach(?:ed)?)\b|\bbreach\b",
    re.I,
)


def understood(tone: Sequence[str]) -> frozenset[Constraint]:
    """The constraints that these sentences amount to."""
    return frozenset(kind for kind, said in _SAID.items() if any(said.search(one) for one in tone))


def only_shown(tone: Sequence[str]) -> tuple[str, ...]:
    """The sentences that no rule keeps: whoever reviews must."""
    return tuple(one for one in tone if not any(said.search(one) for said in _SAID.values()))


def applied(facts: Facts, tone: Sequence[str], audience: Audience) -> Facts:
    """The facts as that audience may hear them."""
    if audience in _TEAM:
        return facts
    kinds, changes = understood(tone), dict[str, object]()
    if Constraint.NO_CAUSE in kinds:
        changes |= _causeless(facts)
    if Constraint.NO_ETA in kinds:
        changes |= {"eta": UNKNOWN}
    if Constraint.NO_FIGURES in kinds and audience in FOR_CUSTOMERS:
        changes |= {"public_impact_brief": f"some customers; {facts.public_spoken}"}
    return facts.model_copy(update=changes)


def speaks_of_data(text: str) -> bool:
    """Says it anything of people's data?"""
    return bool(_DATA.search(text))


def leaves_the_team(audience: Audience) -> bool:
    """Is it read by others than those who work on the incident?"""
    return audience not in _TEAM


def _causeless(facts: Facts) -> dict[str, object]:
    """Without what tells the cause; the title of a fix does, too."""
    said = tuple(line for line in facts.timeline if " - cause " not in line and " - fix proposed" not in line)
    following = facts.next_step.removesuffix(f": {facts.fix_title}") if facts.fix_title else facts.next_step
    nothing = {"hypothesis": "", "confidence": "", "root_cause": "", "fix_title": "", "fix_steps": ()}
    return {**nothing, "timeline": said, "next_step": following}
