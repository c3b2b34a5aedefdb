"""Tone: what people decided may not be said on this incident, applied to the facts that drafts are written from. Pure.

Which constraints are understood, and which words break one, `guard.wording.tone` knows; any other is shown to whoever reviews,
and stands in the handoff.
"""

from collections.abc import Sequence

from tocsin.guard.wording.tone import Constraint, only_shown, speaks_of_data, understood
from tocsin.model.update import FOR_CUSTOMERS, Audience
from tocsin.stages.communicate.facts import UNKNOWN, Facts

__all__ = ["Constraint", "applied", "leaves_the_team", "only_shown", "speaks_of_data", "understood"]

_TEAM = frozenset({Audience.CHANNEL, Audience.SECURITY})
"""Who works on it: they must be able to speak of causes."""


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


def leaves_the_team(audience: Audience) -> bool:
    """Is it read by others than those who work on the incident?"""
    return audience not in _TEAM


def _causeless(facts: Facts) -> dict[str, object]:
    """Without what tells the cause; the title of a fix does, too."""
    said = tuple(line for line in facts.timeline if " - cause " not in line and " - fix proposed" not in line)
    following = facts.next_step.removesuffix(f": {facts.fix_title}") if facts.fix_title else facts.next_step
    nothing = {"hypothesis": "", "confidence": "", "root_cause": "", "fix_title": "", "fix_steps": ()}
    return {**nothing, "timeline": said, "next_step": following}
