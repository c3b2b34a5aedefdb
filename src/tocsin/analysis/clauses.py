"""Clauses of an alert's text and what is said about the words in them: denied, supposed, or meant for the reader. Pure.

Read by `impact` and `shares`. Only what stands before a word in its own clause can deny it, so text appended to an alert
never takes anything back. All patterns are linear: bounded repeats only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

BOUND = 20_000
"""Characters that are read; evidence is bounded too, and an alert says what it is at its beginning."""

_END = re.compile(r"[.!?;](?=\s|$)|[\n\r]+|,\s+(?:but|however|while|though)\b|\s[-\u2013\u2014|]\s")
_DENIED = re.compile(
    r"\b(?:no|not|never|without|nor|zero|none|isn't|aren't|wasn't|weren't|hasn't|haven't|didn't|doesn't|cannot confirm|"
    r"no longer|no evidence of|no sign of|no signs of|ruled out|recovered from|resolved|restored after|unlike)\b"
    r"(?:[^\w,:;(]+\w+){0,4}[^\w,:;(]*$",
    re.I,
)
_SUPPOSED = re.compile(
    r"\b(?:may|might|could|can|would|should|will|if|when|once|whenever|risk of|risks?|risking|threatens?|indications? of|"
    r"indicative of|suggests?|"
    r"suggesting|frequently|commonly|often|typically|part of|patterns? of|potential|potentially|possible|"
    r"possibly|prevent|prevents|avoid|avoids|before|in case of|unless|likely|likelihood of|about to|lead to|leads to|"
    r"leading to|cause|causes|causing|indicate|indicates|indicating|detects|detect|vulnerable to|attempt at|attempted|"
    r"attempting|attempt|attempts|attempts at|trying to|tried to|threatens to|simulated|simulation of|example of|"
    r"used (?:by|for|in|to)|designed to|danger of)\b(?:[^\w,:;(]+\w+){0,6}[^\w,:;(]*$",
    re.I,
)
_TO_THE_READER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|earlier|all|any|these|instruction|"
    r"instructions|rules|alert|alerts|this|that|policy|matrix)\b"
    r"|\b(?:set|mark|treat|classify|label|rate|report|downgrade|lower|change|reclassify|consider|assign|triage|close|suppress|"
    r"silence|mute|dismiss|resolve|auto-?close|auto-?resolve)\b.{0,40}"
    r"\b(?:sev|severity|sev-?[0-9]|p[1-5]|low|info|informational|cosmetic|minor|benign|false|duplicate|incident|alert|alerts|"
    r"ticket|priority|test|drill|non-?critical)\b"
    r"|\bsev(?:erity)?[\s:=-]{0,3}(?:4|low|info|informational|minor)\b"
    r"|\b(?:you are|you must|you should|as an ai|assistant|system prompt|system:|dear (?:ai|model|agent|triage)|"
    r"language model|llm|triage (?:agent|bot|system|engine)|tocsin|note to|do not (?:page|escalate|wake|notify|alert)|"
    r"don't (?:page|escalate|wake|notify)|no (?:need|action) (?:to|needed|required)|new instructions?|"
    r"authori[sz]ed by|approved by|per management)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One stretch of text that says one thing; `start` is its place in the whole text."""

    text: str
    start: int

    def denies(self, at: int) -> bool:
        """True when the words before `at` deny what follows: `no data loss`, `recovered from the outage`."""
        return bool(_DENIED.search(self.text[max(0, at - 60) : at]))

    def supposes(self, at: int) -> bool:
        """True when what follows is only supposed: `may cause an outage`, `risk of data loss`, `attempted exfiltration`."""
        return bool(_SUPPOSED.search(self.text[max(0, at - 90) : at]))

    def states(self, at: int) -> bool:
        """True when what stands at `at` is neither denied nor supposed."""
        return not self.denies(at) and not self.supposes(at)


def clauses(text: str) -> Iterator[Clause]:
    """The text in order, cut at sentence ends, line ends and contrasts."""
    text, begin = text[:BOUND], 0
    for end in _END.finditer(text):
        if text[begin : end.start()].strip():
            yield Clause(text[begin : end.start()], begin)
        begin = end.end()
    if text[begin:].strip():
        yield Clause(text[begin:], begin)


def speaks_to_the_reader(text: str) -> bool:
    """True when the text tells whoever triages it what to do. Such a text may still raise a severity, never lower one."""
    return bool(_TO_THE_READER.search(text[:BOUND]))
