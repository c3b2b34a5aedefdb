"""Blame in a document: the sentences that hold a person, a team or another company responsible. Pure.

Asked by the review, for what it writes and for what people edit. It says which words and what to write instead; it never
rewrites. What an accusation is, the rule `blame` knows.
"""

from tocsin.guard.wording.blame import accused
from tocsin.guard.wording.text import Text
from tocsin.model.update import WordingCode, WordingViolation


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
        if accused(sentence.text, people, vendors)
    )
