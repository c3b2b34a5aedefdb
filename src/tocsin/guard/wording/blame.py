"""The rule on blame, and the accusation in a sentence that it shares with the check of post-mortems. Pure."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from tocsin.guard.late import Late
from tocsin.guard.wording.finding import Found, first, violation
from tocsin.guard.wording.lexicon import faults
from tocsin.guard.wording.people import given_names
from tocsin.guard.wording.situation import Situation
from tocsin.guard.wording.text import Text
from tocsin.model.update import WordingCode, WordingViolation


def blame(text: Text, now: Situation) -> WordingViolation | None:
    """A person, a team or another company is held responsible."""
    return violation(
        WordingCode.BLAME,
        text,
        first(_blamed(text, now)),
        "Systems fail, not people: say what happened, not who did it or whose it is.",
    )


def _blamed(text: Text, now: Situation) -> Iterator[Found]:
    for sentence in text.sentences:
        found = accused(sentence.text, now.people, now.vendors) or vendor_failed(sentence.text, now.vendors)
        if found:
            yield sentence.start + found[0], sentence.start + found[1]


@lru_cache(maxsize=8192)
def accused(sentence: str, people: frozenset[str] = frozenset(), vendors: frozenset[str] = frozenset()) -> Found | None:
    """Where a sentence says that somebody did wrong; None when it does not. An update says most of the one before again."""
    for phrase in faults.BLAME_PHRASES.finditer(sentence):
        if not faults.NO_BLAME.search(sentence[max(0, phrase.start() - 40) : phrase.start()]):
            return phrase.span()
    human = faults.HUMAN_FAULT.search(sentence)
    return (
        _did_wrong(sentence, people, vendors)
        or _by_whom(sentence, people, vendors)
        or (human.span() if human else None)
    )


def _did_wrong(sentence: str, people: frozenset[str], vendors: frozenset[str]) -> Found | None:
    """Somebody, followed by what they did wrong."""
    for start, end in _agents(sentence, people, vendors):
        wrong = faults.FAULT_AFTER.match(sentence, end)
        if wrong and not faults.NO_FAULT.search(sentence[max(0, start - 30) : start]):
            return start, wrong.end()
    return None


def _by_whom(sentence: str, people: frozenset[str], vendors: frozenset[str]) -> Found | None:
    """What was done wrong, followed by who did it: "mistakenly removed by the operator"."""
    for wrong in faults.FAULT_BEFORE.finditer(sentence):
        rest = sentence[wrong.end() :]
        someone = faults.AGENT.match(rest)
        ends = [someone.end()] if someone else [end for start, end in _named(rest, people, vendors) if start == 0]
        stranger = faults.STRANGER.match(rest) if faults.ONLY_PEOPLE.search(wrong.group()) else None
        ends += [stranger.end()] if stranger else []
        if ends:
            return wrong.start(), wrong.end() + ends[0]
    return None


def _agents(sentence: str, people: frozenset[str], vendors: frozenset[str]) -> Iterator[Found]:
    """Everybody a sentence could be accusing: roles, teams, suppliers, then who is named."""
    yield from (match.span() for match in faults.AGENT.finditer(sentence))
    yield from _named(sentence, people, vendors)


def _named(sentence: str, people: frozenset[str], vendors: frozenset[str]) -> Iterator[Found]:
    """Persons and companies that are called by their names."""
    for names in (people, vendors | faults.KNOWN):
        pattern = _listed(names)
        if pattern:
            yield from (match.span() for match in pattern.finditer(sentence))
    yield from given_names(sentence)


@cache
def _listed(names: frozenset[str]) -> Late | None:
    listed = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    return Late(rf"(?<![\w-])(?:{listed})(?![\w-])") if listed else None


def vendor_failed(sentence: str, vendors: frozenset[str]) -> Found | None:
    """Where a sentence puts the trouble at another company's door: "because AWS went down", "an outage at our provider"."""
    own = faults.OUR_VENDOR_FAILS.search(sentence)
    if own:
        return own.span()
    pattern = _listed(vendors | faults.KNOWN)
    for vendor in pattern.finditer(sentence) if pattern else ():
        before = sentence[max(0, vendor.start() - 60) : vendor.start()]
        failed = faults.VENDOR_FAILS.match(sentence, vendor.end())
        if faults.VENDOR_ACCUSED.search(before) or (failed and not faults.VENDOR_AS_A_WAY.search(before)):
            return vendor.start(), failed.end() if failed else vendor.end()
    return None
