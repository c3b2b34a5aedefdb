"""Takes secrets out of text before anyone stores, shows or reasons over it. Called by the investigate stage and by intake.

A secret becomes a keyed pseudonym such as `<secret:3f2a>`: the same secret gets the same mark within one installation, so
evidence stays comparable, and nobody without the key can test a guess. The marks are made so that JSON stays valid and CSV
keeps its columns. Pure: the key is passed in. Time is linear in the text; what is not a secret is not touched.
"""

import base64
import binascii
import hmac
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tocsin.guard.patterns import APART, ELEMENT, FORMATS, HARMLESS, KEY, KEY_ANCHORS, VALUE

Redact = Callable[[str], "Redacted"]
"""A `redact` with its key already in hand; what stages are given."""

_MARK = re.compile(r"<secret:[0-9a-f]{4}>")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_JSON_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$")
_PEM_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_LIMIT = 20_000
_PEM_REST = re.compile(r"(?:[A-Za-z0-9+/=:,\- ]|\\n|\\r|\s){0,20000}")
_CARD = re.compile(r"(?<![\w.:-])(?:\d[ -]?){13,15}\d(?![\w-]|\.\d)")
_CARD_ISSUER = re.compile(r"4\d{15}$|(?:5[1-5]|2[2-7]|6[45]|35)\d{14}$|6011\d{12}$|3[47]\d{13}$|3[068]\d{12}$")
_WORDS = re.compile(r"[a-z]{5,}|[A-Z]{5,}")
_TOKEN_MIN = 32
_ENTROPY_MIN = 4.1  # bits a character; 40 random base64 characters have about 4.8, identifiers and paths below 4

_TOKEN_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_RUNS = bytes(97 if code in _TOKEN_BYTES else 32 for code in range(256))
_DIGITS = bytes(100 if 48 <= code <= 57 else 45 if code in b" -" else 46 for code in range(256))
_CARD_SHAPES = (b"dddd-dddd-dddd-dd", b"dddd-dddddd-dddd", b"d" * 14)


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text without its secrets, and how many were taken out."""

    text: str
    count: int


class _Span(NamedTuple):
    """Where a secret stands; `quote` is what its mark must be wrapped in to keep JSON valid ("" nearly always)."""

    start: int
    end: int
    quote: str = ""


def redact(text: str, key: bytes) -> Redacted:
    """`text` with every secret replaced by its pseudonym under `key` (one key per installation, 16 bytes or more)."""
    spans = _merged(sorted(_found(text)))
    pieces: list[str] = []
    at = 0
    for start, end, quote in spans:
        mark = pseudonym(text[start:end], key)
        pieces += (text[at:start], quote, mark, quote)
        at = end
    pieces.append(text[at:])
    return Redacted("".join(pieces), len(spans))


def pseudonym(secret: str, key: bytes) -> str:
    """The mark that stands for a secret: 16 bits of its HMAC-SHA256, enough to compare, too few to find it again."""
    return f"<secret:{hmac.digest(key, secret.encode('utf-8', 'surrogatepass'), 'sha256').hex()[:4]}>"


def _found(text: str) -> Iterator[_Span]:
    """Every secret, in no order. The searches run on ASCII bytes of the same length, so offsets agree."""
    plain = text.encode("ascii", "replace")
    lower = plain.lower()
    yield from _formats(text, lower)
    yield from _named(text, lower)
    yield from _basic_credentials(text, lower)
    yield from _private_keys(text, lower)
    yield from _cards(text, plain)
    yield from _random_tokens(text, plain)


def _hits(lower: bytes, anchor: bytes) -> Iterator[int]:
    at = lower.find(anchor)
    while at >= 0:
        yield at
        at = lower.find(anchor, at + len(anchor))


def _formats(text: str, lower: bytes) -> Iterator[_Span]:
    """Formats of the table, matched only where their literal stands and never twice over the same stretch."""
    for form in FORMATS:
        for anchor in form.anchors:
            done = 0
            for at in _hits(lower, anchor):
                match = form.at.match(text, at) if at >= done else None
                if match and not HARMLESS.match(match[1]):
                    done = match.end(1)
                    yield _Span(match.start(1), done)


def _named(text: str, lower: bytes) -> Iterator[_Span]:
    """Values whose name says that they are secret."""
    for anchor in KEY_ANCHORS:
        done = 0
        for at in _hits(lower, anchor):
            if at < done or _MARK.match(text, max(0, at - 1)):
                continue
            name = _NAME.match(text, at)
            if name is None or not KEY.search(text, max(0, at - 24), name.end()):
                continue
            if value := VALUE.match(text, name.end()) or APART.match(text, name.end()):
                done = value.end()
                yield from _value_span(value)
            elif (element := ELEMENT.match(text, name.end())) and not HARMLESS.match(element[1]):
                done = element.end()
                yield _Span(element.start(1), element.end(1))


def _value_span(value: re.Match[str]) -> Iterator[_Span]:
    group = value.lastgroup or "bare"
    secret = value[group]
    if HARMLESS.match(secret) or (group == "bare" and secret[0] in "=:"):
        return
    in_json = group == "bare" and value["close"] in ('"', '\\"') and _JSON_NUMBER.match(secret) is not None
    yield _Span(value.start(group), value.end(group), value["close"] if in_json else "")


def _basic_credentials(text: str, lower: bytes) -> Iterator[_Span]:
    """`Basic dXNlcjpwYXNz` anywhere, told from prose by decoding it: the credentials hold a colon."""
    pattern = re.compile(r"basic(?:\s|%20){1,4}([A-Za-z0-9+/]{6,1000}={0,2})", re.IGNORECASE)
    for at in _hits(lower, b"basic"):
        match = pattern.match(text, at)
        if match and b":" in _decoded(match[1]):
            yield _Span(match.start(1), match.end(1))


def _decoded(coded: str) -> bytes:
    try:
        return base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True)
    except binascii.Error:
        return b""


def _private_keys(text: str, lower: bytes) -> Iterator[_Span]:
    """PEM blocks whole, line breaks or `\\n` alike; a block cut off before its end goes as far as it looks like one."""
    end = 0
    for at in _hits(lower, b"-----begin "):
        begin = _PEM_BEGIN.match(text, at)
        if begin is None or at < end:
            continue
        close = lower.find(b"-----end", begin.end(), at + _PEM_LIMIT)
        if close >= 0 and lower.find(b"-----begin", begin.end(), close) < 0:
            end = lower.find(b"-----", close + 8, close + 80)
            end = end + 5 if end >= 0 else close + 8
        else:
            rest = _PEM_REST.match(text, begin.end())
            end = rest.end() if rest else begin.end()
        yield _Span(at, end)


def _cards(text: str, plain: bytes) -> Iterator[_Span]:
    """Card numbers: the right length, a known issuer, a valid check digit, and nothing glued to them."""
    shape = plain.translate(_DIGITS)
    for wanted in _CARD_SHAPES:
        for at in _hits(shape, wanted):
            match = _CARD.match(text, at)
            digits = re.sub(r"[ -]", "", match[0]) if match else ""
            if match and _CARD_ISSUER.match(digits) and _luhn(digits):
                yield _Span(match.start(), match.end())


def _luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812."""
    odd = sum(int(digit) for digit in digits[-1::-2])
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0


def _random_tokens(text: str, plain: bytes) -> Iterator[_Span]:
    """Long runs of letters and digits that look drawn by lot. Hexadecimal runs are left: they are ids far more often."""
    runs = plain.translate(_RUNS)
    at = runs.find(b"a" * _TOKEN_MIN)
    while at >= 0:
        end = runs.find(b" ", at)
        end = len(runs) if end < 0 else end
        if _looks_random(text[at : min(end, at + 512)]):
            while end < len(text) and text[end] == "=":
                end += 1
            yield _Span(at, end)
        at = runs.find(b"a" * _TOKEN_MIN, end)


def _looks_random(token: str) -> bool:
    """Mixed case with digits, high entropy, no words in it and not cut into path or name parts."""
    kinds = (str.isupper, str.islower, str.isdigit)
    if any(sum(map(kind, token)) < max(1, len(token) // 24) for kind in kinds):
        return False
    if sum(token.count(mark) for mark in "/-_") > len(token) // 8 or len(_WORDS.findall(token)) > len(token) // 20:
        return False
    return _entropy(token) >= _ENTROPY_MIN


def _entropy(token: str) -> float:
    """Shannon entropy, bits a character."""
    total = len(token)
    return -sum(count / total * math.log2(count / total) for count in Counter(token).values())


def _merged(spans: list[_Span]) -> list[_Span]:
    """Spans in order, overlapping ones as one."""
    merged: list[_Span] = []
    for span in spans:
        if merged and span.start < merged[-1].end:
            last = merged.pop()
            span = _Span(last.start, max(last.end, span.end), last.quote or span.quote)
        merged.append(span)
    return merged
