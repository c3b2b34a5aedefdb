"""Blame in a document: the sentences that hold a person, a team or another company responsible. Pure.

Asked by the review, for what it writes and for what people edit. It says which words and what to write instead; it never
rewrites. What an accusation is, the rule `blame` knows. A timeline says the same sentence at many times: each is read once.
"""

import re

from tocsin.guard.wording.blame import accused
from tocsin.guard.wording.text import Text
from tocsin.model.update import WordingCode, WordingViolation

_FIGURE = re.compile(r"(?<!\w)\d[\d:.,-]*(?!\w)")
"""A time, a date, a number. No pattern of the rule on blame asks which: a test holds that."""
_DIGIT = str.maketrans("123456789", "0" * 9)


def blame_in(
    text: str, people: frozenset[str] = frozenset(), vendors: frozenset[str] = frozenset()
) -> tuple[WordingViolation, ...]:
    """One violation for each sentence that blames, in order; its span is the whole sentence."""
    read = Text(text)
    return tuple(
        WordingViolation(
            code=WordingCode.BLAME,
            span=read.quote(sentence.start, sentence.start + len(sentence.text)),
            advice="Systems fail, not people: say which check, alarm or default let this happen.",
        )
        for sentence in read.sentences
        if accused(sentence.text if people or vendors else _at_any_time(sentence.text), people, vendors)
    )


def _at_any_time(sentence: str) -> str:
    """The sentence with every figure made noughts, of the same length."""
    return _FIGURE.sub(lambda figure: figure.group().translate(_DIGIT), sentence)
