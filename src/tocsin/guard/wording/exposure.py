"""Rules on what must not reach customers: internal detail, people, jargon. Pure; listed in `rules`."""

import re
from collections.abc import Iterator

from tocsin.guard.late import Late
from tocsin.guard.wording.finding import Found, first, named, span, violation
from tocsin.guard.wording.lexicon import exposed
from tocsin.guard.wording.people import personal_name
from tocsin.guard.wording.situation import Situation
from tocsin.guard.wording.text import Text
from tocsin.model.update import WordingCode, WordingViolation


def internal_detail(text: Text, now: Situation) -> WordingViolation | None:
    """Hosts, addresses, tickets, paths or internal service names reach customers."""
    if not now.reaches_customers:
        return None
    return violation(
        WordingCode.INTERNAL_DETAIL,
        text,
        first(_internals(text.plain, now)),
        "Customers cannot use this and others can abuse it. Use the public name of the service.",
    )


def _internals(plain: str, now: Situation) -> Iterator[Found]:
    yield from _machines(plain)
    for address in exposed.ADDRESS.finditer(plain):
        if not exposed.VERSION_BEFORE.search(plain[max(0, address.start() - 16) : address.start()]):
            yield address.span()
    for ticket in exposed.TICKET.finditer(plain):
        if not exposed.MODEL_BEFORE.search(plain[max(0, ticket.start() - 24) : ticket.start()]):
            yield ticket.span()
    place = span(named(plain, now.internal_names))
    if place:
        yield place


def _machines(plain: str) -> Iterator[Found]:
    for match in exposed.HOST.finditer(plain):
        if exposed.HOST_PART.search(match.group()):
            yield match.span()
    for match in exposed.SERVICE_NAME.finditer(plain):
        if not exposed.PUBLIC_TERMS.match(match.group()):
            yield match.span()


def pii(text: Text, now: Situation) -> WordingViolation | None:
    """Somebody's name, address, number or account is published."""
    if not now.reaches_customers:
        return None
    return violation(
        WordingCode.PII,
        text,
        first(_personal(text.plain, now)),
        "This is about a person. Remove names, addresses and account numbers.",
    )


def _personal(plain: str, now: Situation) -> Iterator[Found]:
    for address in exposed.EMAIL.finditer(plain):
        if not exposed.ROLE_MAILBOX.match(address.group()):
            yield address.span()
    for number in exposed.PHONE.finditer(plain):
        if not exposed.HOTLINE.search(plain[max(0, number.start() - 60) : number.start()]):
            yield number.span()
    for pattern in (exposed.CARD, exposed.ACCOUNT):
        yield from (match.span() for match in pattern.finditer(plain))
    person = personal_name(plain, now.people)
    if person:
        yield person


def jargon(text: Text, now: Situation) -> WordingViolation | None:
    """Words that customers do not use."""
    if not now.reaches_customers:
        return None
    return violation(
        WordingCode.JARGON,
        text,
        first(_technical(text.plain, now)),
        "Customers do not know this word. Describe what they experience, in their words.",
    )


def _technical(plain: str, now: Situation) -> Iterator[Found]:
    theirs = {word.lower() for word in now.customer_words}
    prose = exposed.HOST.sub(_blank, exposed.LINK.sub(_blank, exposed.EMAIL.sub(_blank, plain)))
    for match in exposed.JARGON.finditer(prose):
        if match.group().lower() not in theirs:
            yield match.span()


_SUBJECT = Late(r"(?: [\w'-]{1,20}){0,5} ?$")


def jargon_before(sentence: str, at: int) -> bool:
    """True when a technical thing is what fails at `at`: "pods are failing" tells customers nothing."""
    before = sentence[max(0, at - 60) : at]
    return any(_SUBJECT.fullmatch(before, match.end()) for match in (*exposed.JARGON.finditer(before), *_hosts(before)))


def _hosts(text: str) -> Iterator[re.Match[str]]:
    yield from exposed.HOST.finditer(text)
    yield from exposed.SERVICE_NAME.finditer(text)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())
