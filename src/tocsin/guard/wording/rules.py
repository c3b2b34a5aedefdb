"""The eleven rules, one small function each, in the order people should mend them. Called by `check` only. Pure.

Each takes the text and the situation and returns the one violation it found, or None.
"""

import re
from collections.abc import Callable

from tocsin.guard.wording import lexicon
from tocsin.guard.wording.situation import Situation
from tocsin.model.update import WordingCode, WordingViolation

Rule = Callable[[str, Situation], WordingViolation | None]


def cause_unconfirmed(text: str, now: Situation) -> WordingViolation | None:
    """A cause is asserted to customers while nobody has confirmed one."""
    if now.root_cause_confirmed or not now.is_external:
        return None
    asserted = lexicon.CAUSE.search(lexicon.CAUSE_IS_OPEN.sub(" ", text))
    return _found(
        WordingCode.CAUSE_UNCONFIRMED, asserted, "Say what is affected; say nothing of the cause until it is confirmed."
    )


def blame(text: str, now: Situation) -> WordingViolation | None:
    """A person, a team or another company is held responsible."""
    found = lexicon.BLAME_PHRASES.search(text) or lexicon.NAMED_PERSON.search(text) or lexicon.VENDOR_BLAME.search(text)
    return _found(
        WordingCode.BLAME,
        found or _vendor_deed(text, now),
        "Systems fail, not people: describe what happened, not who.",
    )


def eta(text: str, now: Situation) -> WordingViolation | None:
    """A time of recovery that nobody stands behind."""
    if now.eta_approved:
        return None
    promised = lexicon.PROMISE.search(_without_update_promise(text))
    return _found(WordingCode.ETA, promised, "Promise the time of the next update, not of the fix.")


def resolved_early(text: str, now: Situation) -> WordingViolation | None:
    """Recovery is claimed before it is confirmed."""
    if now.recovery_confirmed:
        return None
    claim = _claim(lexicon.RESOLVED_CLAIM, text)
    return _found(
        WordingCode.RESOLVED_EARLY, claim, "Wait until recovery is confirmed; until then say that you are monitoring."
    )


def status_mismatch(text: str, now: Situation) -> WordingViolation | None:
    """The text tells another status than the incident has."""
    actual = now.status.lower()
    told, claim = _told_status(text)
    if claim is None or told == actual or actual not in lexicon.STATUS_ORDER:
        return None
    if lexicon.STATUS_ORDER.index(told) < lexicon.STATUS_ORDER.index(actual) and actual != "resolved":
        return None  # saying less than is known is careful, not wrong
    return WordingViolation(
        code=WordingCode.STATUS_MISMATCH,
        span=claim,
        advice=f"The incident is {actual}: let the text say so, or change the status first.",
    )


def internal_detail(text: str, now: Situation) -> WordingViolation | None:
    """Hosts, addresses, tickets, paths or internal service names reach customers."""
    if not now.is_external:
        return None
    found = (
        lexicon.HOST.search(text)
        or lexicon.ADDRESS.search(text)
        or lexicon.TICKET.search(text)
        or _named(text, now.internal_names)
    )
    return _found(WordingCode.INTERNAL_DETAIL, found, "Use the public name of the service.")


def pii(text: str, now: Situation) -> WordingViolation | None:
    """Somebody's name, address, number or account is published."""
    if not now.is_external:
        return None
    found = (
        lexicon.EMAIL.search(text)
        or lexicon.PHONE.search(text)
        or lexicon.CARD.search(text)
        or lexicon.ACCOUNT.search(text)
        or lexicon.NAMED_PERSON.search(text)
        or lexicon.PERSON_INTRO.search(text)
        or _named(text, now.people)
    )
    return _found(WordingCode.PII, found, "Remove names, addresses and account numbers.")


def jargon(text: str, now: Situation) -> WordingViolation | None:
    """Words that customers do not use."""
    if not now.is_external:
        return None
    found = lexicon.JARGON.search(text) or lexicon.HOST.search(text)
    return _found(WordingCode.JARGON, found, "Describe what customers experience, in their words.")


def next_update(text: str, now: Situation) -> WordingViolation | None:
    """An open incident's message promises no time for the next one."""
    if now.is_resolved:
        return None
    promises = lexicon.NEXT_UPDATE.finditer(text)
    if any(lexicon.CLOCK.search(told.group()) or lexicon.RELATIVE_UPDATE.search(told.group()) for told in promises):
        return None
    return WordingViolation(code=WordingCode.NEXT_UPDATE, span="", advice='Add "Next update by HH:MM UTC".')


def timestamp(text: str, _: Situation) -> WordingViolation | None:
    """No time in UTC says when this is or was true."""
    if lexicon.CLOCK_UTC.search(text):
        return None
    local = lexicon.CLOCK.search(text)
    return WordingViolation(
        code=WordingCode.TIMESTAMP,
        span=local.group() if local else "",
        advice='Add the time in UTC: "As of HH:MM UTC".',
    )


def no_impact(text: str, now: Situation) -> WordingViolation | None:
    """Customers cannot tell what they experience."""
    if not now.is_external or lexicon.IMPACT.search(_plain_words(lexicon.FILLER.sub(" ", text))):
        return None
    return WordingViolation(code=WordingCode.NO_IMPACT, span="", advice="Say what customers can or cannot do.")


RULES: tuple[Rule, ...] = (
    cause_unconfirmed,
    blame,
    eta,
    resolved_early,
    status_mismatch,
    internal_detail,
    pii,
    jargon,
    next_update,
    timestamp,
    no_impact,
)


def _found(code: WordingCode, match: re.Match[str] | None, advice: str) -> WordingViolation | None:
    return WordingViolation(code=code, span=match.group().strip(), advice=advice) if match else None


def _named(text: str, names: frozenset[str]) -> re.Match[str] | None:
    """The first of these names that stands in the text as a word of its own."""
    if not names:
        return None
    listed = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    return re.search(rf"(?<![\w-])(?:{listed})(?![\w-])", text, re.IGNORECASE) if listed else None


def _vendor_deed(text: str, now: Situation) -> re.Match[str] | None:
    """A named company next to a failure: "because AWS went down"."""
    vendor = _named(text, frozenset(lexicon.KNOWN_VENDORS) | now.vendors)
    if vendor is None:
        return None
    after = text[vendor.end() : vendor.end() + 60]
    before = text[max(0, vendor.start() - 40) : vendor.start()]
    failed = re.match(
        r"(?:'s)?(?: \w+){0,3} (?:is|was|went|has|had|are|were|outage|failure|failed|broke|incident|error|fault)\b",
        after,
        re.I,
    )
    accused = re.search(
        r"\b(?:by|due to|because of|because|blame|caused|fault of|failure (?:at|of)|outage (?:at|of))[ \w]{0,15}$",
        before,
        re.I,
    )
    return vendor if failed or accused else None


def _without_update_promise(text: str) -> str:
    return lexicon.NEXT_UPDATE.sub(" ", text)


def _claim(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first match that is asserted, not wished for, denied or made to depend on something."""
    return next((claim for claim in pattern.finditer(text) if not lexicon.NOT_YET.search(text[: claim.start()])), None)


def _told_status(text: str) -> tuple[str, str | None]:
    """The furthest status that the text asserts, and the words that assert it."""
    resolved = _claim(lexicon.RESOLVED_CLAIM, text)
    if resolved:
        return "resolved", resolved.group()
    for status in ("monitoring", "identified", "investigating"):
        claim = _claim(lexicon.STATUS_CLAIMS[status], text)
        if claim:
            return status, claim.group()
    return "", None


def _plain_words(text: str) -> str:
    """The text without hosts and jargon: "pods are OOMKilled" tells customers nothing."""
    return lexicon.JARGON.sub(" ", lexicon.HOST.sub(" ", text))
