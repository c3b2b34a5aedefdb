"""Blame in a text of any length: the sentences that hold a person, a team or another company responsible. Pure.

Asked by the review, for what it writes and for what people edit. It says which words and what to write instead; it never
rewrites. The rule itself is `rules.blame`.
"""

import re

from tocsin.guard.wording.rules import blame
from tocsin.guard.wording.situation import Situation
from tocsin.model.update import WordingViolation

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


def blame_in(text: str) -> tuple[WordingViolation, ...]:
    """One violation for each sentence that blames, in order."""
    found = (blame(sentence.group(), Situation()) for sentence in _SENTENCE.finditer(text))
    return tuple(one for one in found if one is not None)
