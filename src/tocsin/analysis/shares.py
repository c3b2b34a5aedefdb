"""Shares in an alert's text: of users affected, of requests failing. Pure; read by `impact`.

A percentage counts only when the words beside it say what it is a share of, so CPU, disk and memory never pass for users.
A threshold that is named as one ("threshold 5%", "SLO 99.9%") is no share; "above 5%" is at least that much.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.analysis.clauses import Clause

WHO = (
    r"(?:users?|customers?|clients?|accounts?|tenants?|visitors?|subscribers?|players?|shoppers?|merchants?|"
    r"people|buyers?|patients?|students?|drivers?|guests?|viewers?|employees?|staff|traffic|(?:user\s?|customer\s?)?base|"
    r"callers?|passengers?|households?|readers|stores?|shops?|branches|locations?|terminals?|"
    r"workspaces?|organi[sz]ations?)"
    r"(?!\s+(?:limits?|quota|reads?|writes?|udf|transactions?|requests?|connections?|sessions?|calls?|errors?|queries)\b)"
)
WHAT = (
    r"(?:requests?|calls?|transactions?|queries|responses?|checkouts?|orders?|payments?|logins?|sign-?ins?|page\s?views?|"
    r"page\s?loads?|api\s?calls?|transfers?|uploads?|bookings?|purchases?|searches|sessions?|connections?|invocations?|"
    r"operations?|writes?|reads?|lookups?|handshakes?|traffic|messages?|deliveries|attempts?|hits?|authori[sz]ations?)"
)
FAILING = re.compile(
    r"\b(?:fail\w*|error\w*|(?<![/\d.])50[0-9](?!\s?[/%\d]| of | out )|"
    r"5xx|timeouts?|timed?[\s-]out|timing[\s-]out|drop\w*|reject\w*|refus\w*|declin\w*|abort\w*|"
    r"unsuccessful|lost|denied|return\w*|broken|unserved|unanswered|nxdomain|servfail|hang\w*|bounc\w*|bad\sgateway)\b",
    re.I,
)
HURT = re.compile(
    r"\b(?:affect\w*|impact\w*|cannot|can't|can not|unable|fail\w*|down|error\w*|see|seeing|sees|lose|losing|lost|experienc\w*|"
    r"timeouts?|time\s?out|outage|unavailable|broken|without|locked|blank|offline|stuck|get|getting|receiv\w*|report\w*|"
    r"disconnected|degraded|slow|hit|hitting|suffer\w*|crash\w*|blocked|denied|unreachable|complain\w*|empt\w*|hang\w*|"
    r"not secure|logged out|kicked out|dropp\w*|go(?:es)? (?:offline|dark)|lag)\b",
    re.I,
)
_NUMBER = r"(\d{1,3}(?:[.,]\d{1,4})?)\s?(?:%|percent\b|per\s?cent\b|pct\b)"
_PERCENT = re.compile(r"(?<![\w.,])" + _NUMBER, re.I)
_BETWEEN = (
    r"(?:\s+(?:of|the|our|all|its|active|their|incoming|paying|total|api|http|https|user|customer|client|web|mobile|eu|us))"
    r"{0,5}\s+"
)
_OF_WHO = re.compile(_BETWEEN + WHO + r"\b", re.I)
_OF_WHAT = re.compile(_BETWEEN.replace("{0,5}", "{0,6}") + r"(?:[\w./-]{1,40}\s+)?" + WHAT + r"\b", re.I)
_RATE_BEFORE = re.compile(
    r"\b(?:(?:error|failure|fail|5xx|reject\w*|timeout|drop|decline|abort)s?(?:\s+responses?)?[\s_-]?(?:rate|ratio|percent\w*)?|"
    r"errors|failing|failures|failed)\b(?!\s*budget)[^%\n]{0,60}(?:\bfrom\s+[\d.,]{1,6}\s?%[^%\n]{0,12})?$",
    re.I,
)
_RATE_AFTER = re.compile(
    r"^\s*(?:of\s+)?(?:http\s+)?(?:errors?|error[\s-]rate|failures?|failure[\s-]rate|failing|failed|5xx|50[0-9]s?|timeouts?)\b",
    re.I,
)
_OF_SOMETHING = re.compile(r"\s+of\s", re.I)
_ONLY = re.compile(r"\bonly\s+(?:about\s+)?$", re.I)
_STILL_WORKS = re.compile(r"\s+(?:can|could|are able|succeed|get through|still|were able)\b", re.I)
_GOOD_BEFORE = re.compile(r"\b(?:success(?:ful)?[\s_-]?(?:rate|ratio|requests)?|availability)\b[^%\n]{0,40}$", re.I)
_WHO_BEFORE = re.compile(
    r"\b(?:(?:affected|impacted|failing)\s+" + WHO + r"|" + WHO + r"\s+(?:affected|impacted|impact))\W[^%\n]{0,30}$",
    re.I,
)
_NOT_A_SHARE_BEFORE = re.compile(
    r"(?:\bthreshold|\blimit|\btarget|\bslo|\bsla|\bobjective|\bbaseline|\bnormal(?:ly)?|\busual(?:ly)?|\bexpected|\bbudget|\bwas|"
    r"\bpreviously|\bup|\bby|\bfrom|\bincreased|\bcpu|\bmemory|\bdisk|\bp\d\d)(?:\s+(?:of|is|at|around|about|to be))?\W{0,3}$",
    re.I,
)
_NOT_A_SHARE_AFTER = re.compile(
    r"^\s*(?:threshold|limit|target|slo\b|sla\b|objective|budget|increase|higher|more|above (?:normal|baseline)|"
    r"of (?:normal|baseline|usual)|cpu|memory|disk|full\b|used\b|utili[sz]ation|confidence|canary|rollout|discount)",
    re.I,
)
_AT_LEAST = re.compile(
    r"(?:over|more than|above|exceed\w*|greater than|higher than|>|at least|>=)\s*(?:about\s+)?$", re.I
)
_STRICTLY = re.compile(r"(?:over|more than|above|exceed\w*|greater than|higher than|>)\s*(?:about\s+)?$", re.I)
_COUNT = re.compile(
    r"(?<![\w./:])(\d{1,9})\s?(?:of|out of|in|/)\s?(?:the\s|our\s|all\s)?(\d{1,9})(?![\w.:/%])"
    r"(?:\s+([\w-]{1,30}))?(?:\s+([\w-]{1,30}))?",
    re.I,
)
_RATIO = re.compile(
    r"\b(?:error|failure|fail|5xx)[\w\s]{0,20}?[\s_-]?ratio\b[^\d\n%]{0,30}(0?\.\d{1,6}|1(?:\.0{1,6})?)(?![\d%])(?!\s?%)",
    re.I,
)
_QUANTITY = (
    r"\b(all|every|most|majority|half|two[\s-]thirds|three[\s-]quarters|one[\s-]third|a third|a quarter|"
    r"one in (?:two|three|four|five|ten))\b(?:\s+(?:of|the|our|its|these|[\w-]{2,12})){0,3}?\s+"
)
_WORDED_USERS = re.compile(
    _QUANTITY
    + WHO
    + r"\b|\b(everyone|everybody)\b|\b(half|most)\s+(?:of\s+)?(?:the|our)\s+(?:site|platform|app|product)\b",
    re.I,
)
_WORDED_REQUESTS = re.compile(_QUANTITY + WHAT + r"\b", re.I)
_NOBODY = re.compile(
    r"\b(?:nobody|no one|none of (?:the|our) " + WHO + r")\s+(?:can|could|is able|are able)\b"
    r"(?!\s+(?:to\s+)?(?:release|deploy|merge|build|commit|reproduce|tell|say|explain))",
    re.I,
)
_NUMERALS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMERAL = r"(" + "|".join(_NUMERALS) + r"|\d{1,3})"
_SO_MANY_OF = re.compile(
    r"(?<![\w.])" + _NUMERAL + r"\s+(?:of|out\s+of|in|from)(?:\s+every)?\s+" + _NUMERAL
    + r"\s+(?:[\w-]{1,20}\s+){0,2}?(?:(" + WHO + r")|(" + WHAT + r"))\b",
    re.I,
)  # fmt: skip
_MORE_THAN = re.compile(r"\b(?:over|more than|above|at least)\s+$", re.I)
_SAID = {
    "most": math.nextafter(0.5, 1),
    "majority": math.nextafter(0.5, 1),
    "half": 0.5,
    "twothirds": 2 / 3,
    "threequarters": 0.75,
    "onethird": 1 / 3,
    "athird": 1 / 3,
    "aquarter": 0.25,
    "oneintwo": 0.5,
    "oneinthree": 1 / 3,
    "oneinfour": 0.25,
    "oneinfive": 0.2,
    "oneinten": 0.1,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One share: of `users` or of requests, from `start` to `end` of the clause. `exact` is False for a lower bound."""

    users: bool
    value: float
    start: int
    end: int
    exact: bool = True


def shares(clause: Clause) -> Iterator[Seen]:
    """Every share the clause states. Denied shares and plain zeros are left out: they are no impact."""
    readers = (_percentages, _counts, _ratios, _worded, _so_many_of)
    for seen in (seen for read in readers for seen in read(clause.text)):
        if seen.value > 0 and not clause.denies(seen.start):
            yield seen


def _percentages(text: str) -> Iterator[Seen]:
    for found in _PERCENT.finditer(text):
        value = float(found[1].replace(",", ".")) / 100
        before, after = text[: found.start()], text[found.end() :]
        if value > 1 or _NOT_A_SHARE_BEFORE.search(before[-40:]) or _NOT_A_SHARE_AFTER.search(after):
            continue
        yield from _of_whom(text, found, value)


def _of_whom(text: str, found: re.Match[str], value: float) -> Iterator[Seen]:
    """What one percentage is a share of, by the words before and after it."""
    before, after = text[: found.start()][-100:], text[found.end() :][:140]
    exact = not _AT_LEAST.search(before)
    value = math.nextafter(value, 1) if _STRICTLY.search(before) else value
    users, requests = _OF_WHO.match(after), _OF_WHAT.match(after)
    if users and not _is_traffic(users[0]):
        if _ONLY.search(before) and _STILL_WORKS.match(after[users.end() :]):
            value = 1 - value
        yield Seen(True, value, found.start(), found.end() + users.end(), exact)
    elif _WHO_BEFORE.search(before):
        yield Seen(True, value, found.start(), found.end(), exact)
    elif _GOOD_BEFORE.search(before):
        yield Seen(False, 1 - min(value, 1), found.start(), found.end(), exact)
    elif requests and (FAILING.search(after) or FAILING.search(before[-60:]) or _RATE_BEFORE.search(before)):
        yield Seen(False, value, found.start(), found.end() + requests.end(), exact)
    elif _RATE_AFTER.search(after) or (_RATE_BEFORE.search(before) and not _OF_SOMETHING.match(after)):
        yield Seen(False, value, found.start(), found.end(), exact)


def _is_traffic(words: str) -> bool:
    return words.lower().split()[-1] == "traffic"


def _counts(text: str) -> Iterator[Seen]:
    """`5 of 20 requests failed`, `120/400 customers affected`."""
    for found in _COUNT.finditer(text):
        part, whole = int(found[1]), int(found[2])
        if not 0 < part <= whole:
            continue
        nouns = " ".join(word for word in (found[3], found[4]) if word)
        if re.search(rf"\b{WHO}\b", nouns, re.I):
            yield Seen(True, part / whole, found.start(), found.end())
        elif re.search(rf"\b{WHAT}\b", nouns, re.I) and FAILING.search(text):
            yield Seen(False, part / whole, found.start(), found.end())


def _ratios(text: str) -> Iterator[Seen]:
    for found in _RATIO.finditer(text):
        yield Seen(False, float(found[1]), found.start(), found.end())


def _worded(text: str) -> Iterator[Seen]:
    """`half of our customers cannot pay`, `all requests are failing`: only where the clause says they are hurt."""
    for found in _NOBODY.finditer(text):
        yield Seen(True, 1.0, found.start(), found.end())
    for found in _WORDED_USERS.finditer(text):
        if HURT.search(text[: found.start()]) or HURT.search(text[found.end() :]):
            yield Seen(True, _said(text, found), found.start(), found.end())
    for found in _WORDED_REQUESTS.finditer(text):
        if FAILING.search(text[found.end() :]) or FAILING.search(text[: found.start()][-60:]):
            yield Seen(False, _said(text, found), found.start(), found.end())


def _so_many_of(text: str) -> Iterator[Seen]:
    """`two of three card payments are declined`, `one in five customers`: only where the clause says they are hurt."""
    for found in _SO_MANY_OF.finditer(text):
        part, whole = _count(found[1]), _count(found[2])
        around = f"{text[: found.start()][-60:]} {text[found.end() :]}"
        if 0 < part <= whole and (HURT.search(around) or FAILING.search(around)):
            value = math.nextafter(part / whole, 1) if _MORE_THAN.search(text[: found.start()]) else part / whole
            yield Seen(found[3] is not None, value, found.start(), found.end())


def _count(numeral: str) -> int:
    return int(numeral) if numeral.isdigit() else 1 + _NUMERALS.index(numeral.lower())


def _said(text: str, found: re.Match[str]) -> float:
    quantity = next((group for group in found.groups() if group), "") if found.re.groups else ""
    value = _SAID.get(re.sub(r"[\s-]", "", quantity.lower()), 1.0)
    return math.nextafter(value, 1) if _MORE_THAN.search(text[: found.start()]) else value
