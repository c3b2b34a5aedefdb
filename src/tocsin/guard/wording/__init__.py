"""What may be said to whom: the eleven wording rules, over the text *and* the incident's state. Pure.

Called by communicate before a draft is kept, and by whoever publishes. It never rewrites a text: it says what is wrong,
which words, and what to write instead. `check` is the door for one message. `differences` compares the messages of one
incident, `breaches` holds a text to the tone that people set, `blame_in` reads documents, and `promised` reads from a text
when it says that it speaks next.
"""

from collections.abc import Collection

from tocsin.guard.wording.blameless import blame_in
from tocsin.guard.wording.consistency import Difference, Known, Told, differences
from tocsin.guard.wording.promises import promised
from tocsin.guard.wording.rules import RULES
from tocsin.guard.wording.situation import Situation
from tocsin.guard.wording.text import Text
from tocsin.guard.wording.tone import Constraint, breaches
from tocsin.model.update import WordingCode, WordingViolation

__all__ = [
    "Constraint",
    "Difference",
    "Known",
    "Situation",
    "Told",
    "blame_in",
    "breaches",
    "check",
    "differences",
    "promised",
]


def check(
    text: str, situation: Situation, codes: Collection[WordingCode] = tuple(RULES)
) -> tuple[WordingViolation, ...]:
    """Every broken rule of those asked for, in the fixed order of the rules, at most one violation for each code."""
    read = Text(text)
    found = (rule(read, situation) for code, rule in RULES.items() if code in codes)
    return tuple(violation for violation in found if violation is not None)
