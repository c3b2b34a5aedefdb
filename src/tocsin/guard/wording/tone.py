"""Tone: what people decided may not be said on this incident. Which constraints are understood, and where a text breaks one. Pure.

A constraint is a sentence. Four kinds of sentences are understood and held to; any other is shown to whoever reviews: a machine
that only half understands a constraint must not pretend to keep it. Asked by communicate; it never changes a text.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

from tocsin.guard.late import Late
from tocsin.guard.wording.claims import cause_unconfirmed, eta
from tocsin.guard.wording.finding import span, violation
from tocsin.guard.wording.lexicon import tones
from tocsin.guard.wording.situation import Situation
from tocsin.guard.wording.text import Text
from tocsin.model.update import Audience, WordingCode, WordingViolation


class Constraint(StrEnum):
    """What is understood."""

    NO_CAUSE = "no_cause"
    """Nothing of a cause is said, confirmed or not."""
    NO_ETA = "no_eta"
    """Nothing of a time of recovery is said, not even one that somebody stands behind."""
    NO_FIGURES = "no_figures"
    """No shares and no counts of customers, users or requests."""
    LEGAL = "legal"
    """What is said of people's data takes legal's agreement to exactly those words."""


_SAID: dict[Constraint, Late] = {
    Constraint.NO_CAUSE: tones.OF_THE_CAUSE,
    Constraint.NO_ETA: tones.OF_A_TIME,
    Constraint.NO_FIGURES: tones.OF_FIGURES,
    Constraint.LEGAL: tones.OF_LEGAL,
}
_ANYBODY = Situation(audience=Audience.EXTERNAL)
"""Nothing is confirmed and nobody stands behind anything: so strict is a constraint."""


def understood(tone: Sequence[str]) -> frozenset[Constraint]:
    """The constraints that these sentences, or their names (`no_cause`), amount to."""
    return frozenset(kind for kind in Constraint if any(_means(one, kind) for one in tone))


def only_shown(tone: Sequence[str]) -> tuple[str, ...]:
    """The sentences that no rule keeps: whoever reviews must."""
    return tuple(one for one in tone if not any(_means(one, kind) for kind in Constraint))


def _means(sentence: str, kind: Constraint) -> bool:
    return sentence.strip().lower() == kind or _SAID[kind].search(sentence) is not None


def breaches(text: str, kinds: frozenset[Constraint], *, agreed: bool = False) -> tuple[WordingViolation, ...]:
    """Every constraint of these that the text breaks, in their order. `agreed`: legal has agreed to exactly these words."""
    read = Text(text)
    held = [kind for kind in Constraint if kind in kinds and not (agreed and kind is Constraint.LEGAL)]
    found = (_BREAKS[kind](read) for kind in held)
    return tuple(one for one in found if one is not None)


def speaks_of_data(text: str) -> bool:
    """Says it anything of people's data?"""
    return tones.DATA.search(text) is not None


def _cause(text: Text) -> WordingViolation | None:
    found = cause_unconfirmed(text, _ANYBODY)
    advice = "It was decided to say nothing of a cause. Say what is affected."
    return found.model_copy(update={"advice": advice}) if found else None


def _time(text: Text) -> WordingViolation | None:
    found = eta(text, _ANYBODY)
    advice = "It was decided to give no time of recovery. Promise the time of the next update."
    return found.model_copy(update={"advice": advice}) if found else None


def _figures(text: Text) -> WordingViolation | None:
    place = span(tones.FIGURES.search(text.plain))
    return violation(WordingCode.TONE, text, place, "It was decided to give no figures. Say some, many or most.")


def _data(text: Text) -> WordingViolation | None:
    place = span(tones.DATA.search(text.plain))
    return violation(WordingCode.TONE, text, place, "Legal agrees to words on people's data before they go out.")


_BREAKS: dict[Constraint, Callable[[Text], WordingViolation | None]] = {
    Constraint.NO_CAUSE: _cause,
    Constraint.NO_ETA: _time,
    Constraint.NO_FIGURES: _figures,
    Constraint.LEGAL: _data,
}
