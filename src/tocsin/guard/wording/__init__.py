"""What may be said to whom: the eleven wording rules, over the text *and* the incident's state. Pure.

Called by communicate before a draft is kept, and by whoever publishes. It never rewrites a text: it says what is wrong,
which words, and what to write instead. `check` is the door; `promised` reads from a text when it says that it speaks next.
"""

from tocsin.guard.wording.blameless import blame_in
from tocsin.guard.wording.promises import promised
from tocsin.guard.wording.rules import RULES
from tocsin.guard.wording.situation import Situation
from tocsin.guard.wording.text import Text
from tocsin.model.update import WordingViolation

__all__ = ["Situation", "blame_in", "check", "promised"]


def check(text: str, situation: Situation) -> tuple[WordingViolation, ...]:
    """Every broken rule, in the fixed order of the rules, at most one violation for each code."""
    read = Text(text)
    found = (rule(read, situation) for rule in RULES)
    return tuple(violation for violation in found if violation is not None)
