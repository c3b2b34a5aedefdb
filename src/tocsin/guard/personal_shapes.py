"""What personal data looks like: one table of shapes, with the check digits that tell them from other numbers. Read by `personal`.

Every quantifier has an upper bound, so that no text can make an expression wander.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

_MACHINES = "service|socket|timer|mount|slice|scope|target|device|path|swap|automount|internal|local|svc|cluster|git"
_EMAIL = (
    r"(?<![\w.%+/-])(?!(?:git|root)(?:@|%40))([\w.+-]{1,64}(?:@|%40)(?!\d{1,9}\.\d)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}"
    rf"(?!(?:{_MACHINES})\b)[^\W\d_]{{2,24}})(?![\w-]|@|\.\w|:[^\W\d])"
)
_ABROAD = r"(?<![\w+.])((?:\+|%2B)(?!1[0-4][0-5]\d(?!\d))[1-9](?:[ ./-]?\(?\d\)?){7,13})(?![\d.:]\d|\w)"
_AMERICAN = (
    r"(?<![\w.+])(?<![\w.+]-)((?:1[-.])?(?:[2-9]\d\d([-.])[2-9]\d\d\2\d{4}|"
    r"\([2-9]\d\d\) ?[2-9]\d\d[- ]\d{4}))(?![\w-]|\.\d)"
)
_IS = r"\\?[\"']?(?:[ \t]{0,4}[:=][ \t]{0,4}|%3D)\\?[\"']?"
_CALLED = (
    rf"(?i)(?<![a-z])(?:(?:tele)?phone|mobile|msisdn|cell|fax|tel)(?:[_ -]?(?:number|no|nr))?{_IS}"
    r"(\+?\d(?:[ ./()-]{0,2}\d){6,14})(?![\d-])"
)
_NAMES = r"(?:first|last|middle|full|given|family|customer|patient|cardholder|card_holder)[_ -]?name|surname"
_BORN = r"date[_ -]?of[_ -]?birth|birth[_ -]?date|birthday|dob"
_PAPERS = r"(?:passport|national[_ -]?id|tax[_ -]?id|ssn|driving[_ -]?licen[cs]e)(?:[_ -]?(?:number|no|nr))?"
_HOME = r"(?:home|billing|shipping|street|postal|delivery)[_ -]?address|address_?line_?\d|post(?:al)?[_ -]?code|zip[_ -]?code"
_LABELLED = (
    rf"(?i)(?<![a-z])(?:{_NAMES}|{_BORN}|{_PAPERS}|{_HOME}){_IS}"
    r"((?<=[\"'])[^\"'\\\n<>]{2,80}(?=\\?[\"'])|[^\s\"'\\,;&<>()\[\]{}]{2,80})"
)
_NOTHING = re.compile(
    r"(?i)null|none|nil|true|false|undefined|unknown|n/a|required|invalid|missing|is|not|\*+|\W+|%\w|\$\{.*|\{.*"
)
_SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE"
_FIRST_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (*_FIRST_ODD, *_FIRST_ODD, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)


def _iban(text: str) -> bool:
    """ISO 13616: a number of a bank account, of any country."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


def _codice_fiscale(text: str) -> bool:
    """The Italian tax code."""
    even = sum(int(one) if one.isdigit() else ord(one) - ord("A") for one in text[1:15:2])
    return chr(ord("A") + (sum(_ODD[one] for one in text[0:15:2]) + even) % 26) == text[15]


def _dni(text: str) -> bool:
    """The Spanish identity card, and that of foreigners."""
    plain = text.replace("-", "")
    digits = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return len(plain) == 9 and _SPANISH[int(digits) % 23] == plain[-1]


def _nir(text: str) -> bool:
    """The French number of social security, with its key."""
    plain = text.replace(" ", "").replace("2A", "19").replace("2B", "18")
    return plain.isdigit() and len(plain) == 15 and 97 - int(plain[:13]) % 97 == int(plain[13:])


def _said(text: str) -> bool:
    """A value, and not a mark or a word for none."""
    return not _NOTHING.fullmatch(text)


def _any(_: str) -> bool:
    return True


class Shape(NamedTuple):
    """`kind` is what its mark calls it; group 1 of `at` is the piece; `holds` is asked besides."""

    kind: str
    at: re.Pattern[str]
    holds: Callable[[str], bool] = _any


SHAPES = (
    Shape("e-mail", re.compile(_EMAIL)),
    Shape("account", re.compile(r"(?<!\w)([A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)(?!\w)"), _iban),
    Shape("phone", re.compile(_ABROAD)),
    Shape("phone", re.compile(_AMERICAN)),
    Shape("phone", re.compile(_CALLED)),
    Shape("identity", re.compile(r"(?<![\w.])(?<![\w.]-)((?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4})(?![\w-]|\.\d)")),
    Shape("identity", re.compile(r"(?<!\w)([A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z])(?!\w)"), _codice_fiscale),
    Shape("identity", re.compile(r"(?<!\w)(?<!\w-)([XYZ]?\d{7,8}-?[A-Z])(?!\w)"), _dni),
    Shape(
        "identity",
        re.compile(
            r"(?<![\w.])(?<![\w.]-)([12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2})(?![\w-]|\.\d)"
        ),
        _nir,
    ),
    Shape("personal", re.compile(_LABELLED), _said),
)
"""In the order in which they are looked for; of two that overlap, the one that begins first counts."""
