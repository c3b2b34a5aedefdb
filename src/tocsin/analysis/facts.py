"""Facts a text states outright: 500 of 500, 45%, 150 failed attempts, codes, addresses, hosts, durations, start times.

Called by the alert reader. Finds what is written and where, never what is meant. Text is data and is only matched against
fixed, bounded patterns.
"""

import ipaddress
import re
from dataclasses import dataclass

from tocsin.analysis import codes

LONGEST_TEXT = 20_000
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

_SENTENCE = re.compile(r"[^\n.!?;]+(?:[.!?;](?!\s|$)[^\n.!?;]*)*[.!?]?")
_NUMBER = r"[-+]?\d{1,15}(?:,\d{3}){0,4}(?:\.\d{1,9})?"
_USAGE = re.compile(rf"(?<![\d./])(?P<value>{_NUMBER})\s?(?:/|of|out of)\s?(?P<limit>{_NUMBER})(?!\d|[./]\d|%)")
_SHARE = re.compile(rf"(?<![\d.])(?P<value>{_NUMBER})\s?(?:%|percent\b|per cent\b)")
_ADDRESS = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){3,7})(?![\w:])")
_HOST = re.compile(
    r"(?<![\w.@/-])(?=[\w.-]{0,120}[a-z])(?:[a-z0-9]{1,40}-){1,8}[a-z]{0,20}\d{1,5}(?![\w-])"
    r"|(?<![\w.@/-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}\.(?:com|net|org|io|local|internal|cloud|dev|svc|lan|corp)\b"
)
_DURATION = re.compile(
    rf"(?<![\w.])(?P<value>{_NUMBER})\s?(?P<unit>ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b"
)
_STARTED = re.compile(r"\b(?:started(?: at)?|since|began|start at)\b[:\s]{1,3}(?P<value>[^\n.]{3,40})", re.IGNORECASE)
_QUANTITY = re.compile(
    rf"(?<![\w.:/-])(?P<value>{_NUMBER})\s?(?P<unit>[kMGTP]i?B|bytes|rps|qps|req/s|Mbps|Gbps)?"
    r"\s(?P<name>[a-z]{1,40}(?:[ -][a-z]{1,40}){0,3})"
)
_NAMED_NUMBER = re.compile(
    r"(?<!\w)(?P<name>[A-Za-z]\w{0,60}(?:[ -][A-Za-z]\w{0,60}){0,3})\s?(?::|=|is|at|reached|exceeded)\s{0,2}"
    rf"(?P<value>{_NUMBER})(?P<unit>[kMGTP]i?B)?(?![\w./%])"
)
_LITTLE = "a an and are as at by for from has have in is of on or over reached than the to under was were with"
_LINKS = frozenset(_LITTLE.split())
_WORDS_BEFORE = re.compile(r"([A-Za-z][A-Za-z_-]*(?: [A-Za-z][A-Za-z_-]*){0,3})[\s:=(]*$")
_WORDS_AFTER = re.compile(r"\s*(?:of\s)?([a-z][A-Za-z_-]*(?: [a-z0-9][\w-]*){0,3})")


@dataclass(frozen=True, slots=True)
class Fact:
    """One stated fact; `start` and `end` are its place in the text. `value` is a number where the fact is one."""

    fact: str
    name: str
    value: float | str
    start: int
    end: int
    unit: str = ""
    limit: float | None = None
    share: float | None = None
    scheme: str = ""
    meaning: str = ""


def read(text: str) -> list[Fact]:
    """Every fact of a text, in order; a number counts once, by its most telling reading."""
    text = text[:LONGEST_TEXT]
    found: list[Fact] = []
    taken = [False] * len(text)
    for reader in (_codes, _addresses, _usages, _shares, _durations, _quantities, _named_numbers, _hosts):
        for fact in reader(text):
            if not any(taken[fact.start : fact.end]):
                found.append(fact)
                taken[fact.start : fact.end] = [True] * (fact.end - fact.start)
    return sorted([*found, *_starts(text)], key=lambda fact: fact.start)


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of every sentence and line of a text, without the blanks around it."""
    places = []
    for found in _SENTENCE.finditer(text[:LONGEST_TEXT]):
        said = found.group()
        if said.strip().strip(" -*#."):
            start = found.start() + len(said) - len(said.lstrip())
            places.append((start, start + len(said.strip())))
    return places


def _number(written: str) -> float:
    return float(written.replace(",", ""))


def _codes(text: str) -> list[Fact]:
    return [
        Fact("code", code.label, code.code, start, end, scheme=code.scheme, meaning=code.meaning)
        for code, start, end in codes.find(text)
    ]


def _addresses(text: str) -> list[Fact]:
    return [
        Fact("address", _before(text, found.start()), found.group(), *found.span())
        for found in _ADDRESS.finditer(text)
        if _is_address(found.group())
    ]


def _is_address(written: str) -> bool:
    try:
        ipaddress.ip_address(written)
    except ValueError:
        return False
    return True


def _usages(text: str) -> list[Fact]:
    facts = []
    for found in _USAGE.finditer(text):
        value, limit = _number(found["value"]), _number(found["limit"])
        if limit > 0 and 0 <= value <= 10 * limit:
            name = _before(text, found.start()) or _after(text, found.end())
            facts.append(Fact("usage", name, value, *found.span(), limit=limit, share=min(value / limit, 1.0)))
    return facts


def _shares(text: str) -> list[Fact]:
    facts = []
    for found in _SHARE.finditer(text):
        value = _number(found["value"])
        name = _after(text, found.end()) or _before(text, found.start())
        share = value / 100 if 0 <= value <= 100 else None
        facts.append(Fact("share", name, value, *found.span(), unit="%", share=share))
    return facts


def _durations(text: str) -> list[Fact]:
    facts = []
    for found in _DURATION.finditer(text):
        unit = found["unit"]
        factor = 0.001 if unit.startswith(("ms", "milli")) else _SECONDS[unit[0]]
        facts.append(
            Fact("duration", _before(text, found.start()), _number(found["value"]) * factor, *found.span(), unit="s")
        )
    return facts


def _quantities(text: str) -> list[Fact]:
    return [
        Fact(
            "quantity", _without_links(found["name"]), _number(found["value"]), *found.span(), unit=found["unit"] or ""
        )
        for found in _QUANTITY.finditer(text)
    ]


def _named_numbers(text: str) -> list[Fact]:
    return [
        Fact(
            "quantity", _without_links(found["name"]), _number(found["value"]), *found.span(), unit=found["unit"] or ""
        )
        for found in _NAMED_NUMBER.finditer(text)
    ]


def _hosts(text: str) -> list[Fact]:
    return [Fact("host", _before(text, found.start()), found.group(), *found.span()) for found in _HOST.finditer(text)]


def _starts(text: str) -> list[Fact]:
    return [Fact("started", "started", found["value"].strip(), *found.span()) for found in _STARTED.finditer(text)]


def _before(text: str, end: int) -> str:
    """The words right before a place: `Active connections: 500/500` names its number."""
    found = _WORDS_BEFORE.search(text[max(0, end - 80) : end])
    return _without_links(found.group(1)) if found else ""


def _after(text: str, start: int) -> str:
    found = _WORDS_AFTER.match(text[start : start + 80])
    return _without_links(found.group(1)) if found else ""


def _without_links(words: str) -> str:
    """The phrase without the little words at its ends that only join it to the number."""
    parts = words.split()
    while parts and parts[-1].lower() in _LINKS:
        parts.pop()
    while parts and parts[0].lower() in _LINKS:
        parts.pop(0)
    return " ".join(parts)
