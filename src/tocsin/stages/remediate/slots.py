"""What a slot may hold: each parameter type as a shape, checked before a value comes anywhere near a call. Pure.

Used by `render`. Shapes are narrow on purpose: no blank, no quote, no sign that a shell, SQL or a path could stumble over, and
never a dash at the start, which a program would read as an option.
"""

import re
from ipaddress import ip_address

from tocsin.errors import DataError
from tocsin.library.runbook import ParameterType

LONGEST = 256
_LARGEST = 2**31 - 1
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?"
_SHAPES: dict[ParameterType, str] = {
    ParameterType.IDENTIFIER: r"[A-Za-z0-9_][A-Za-z0-9_.$-]{0,127}",
    ParameterType.HOST: _NAME,
    ParameterType.URL: rf"https?://{_NAME}(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9._~/-]{{0,128}})?",
    ParameterType.PATH: r"/[A-Za-z0-9._@+/-]{0,254}",
    ParameterType.SERVICE: _NAME,
    ParameterType.DATABASE: r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}",
    ParameterType.DEPLOYMENT: _NAME,
    ParameterType.POD: _NAME,
    ParameterType.NODE: _NAME,
    ParameterType.NAMESPACE: _NAME,
    ParameterType.ACCOUNT: r"[A-Za-z0-9_][A-Za-z0-9._@+-]{0,127}",
    ParameterType.VERSION: r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}",
    ParameterType.QUANTITY: r"[0-9]{1,9}(?:\.[0-9]{1,3})?(?:m|k|M|G|T|Ki|Mi|Gi|Ti|%)?",
    ParameterType.QUEUE: r"[A-Za-z0-9_][A-Za-z0-9._:-]{0,127}",
}
_COMPILED = {kind: re.compile(shape) for kind, shape in _SHAPES.items()}


class Unfilled(DataError):
    """A step's slots cannot be filled: which, why, and who can supply them. Nothing was asked of anybody and nothing ran."""

    code = "TCS-ACTION-SLOT"


def shaped(name: str, kind: ParameterType, given: str | int) -> str | int:
    """The value as its type has it: an int for numbers, otherwise text as given. Raises Unfilled."""
    text = str(given)
    if isinstance(given, bool) or not text or len(text) > LONGEST or text.startswith("-") or not text.isascii():
        raise _wrong(name, kind)
    if kind in (ParameterType.INTEGER, ParameterType.PORT):
        return _number(name, kind, text)
    accepted = _is_address(text) if kind is ParameterType.IP else bool(_COMPILED[kind].fullmatch(text))
    if not accepted or ".." in text:
        raise _wrong(name, kind)
    return text


def _number(name: str, kind: ParameterType, text: str) -> int:
    most = 65_535 if kind is ParameterType.PORT else _LARGEST
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > most or (kind is ParameterType.PORT and int(text) == 0):
        raise _wrong(name, kind)
    return int(text)


def _is_address(text: str) -> bool:
    try:
        return "%" not in str(ip_address(text))
    except ValueError:
        return False


def _wrong(name: str, kind: ParameterType) -> Unfilled:
    """The value is not repeated: it may be anything."""
    return Unfilled(
        f"The value given for {name} is not a plain {kind}.", f"Give one {kind}, without blanks or a dash first."
    )


def addresses(text: str) -> tuple[str, ...]:
    """Every IP address that stands in a text, once, in order."""
    found = re.findall(r"[0-9A-Fa-f:.]{3,45}", text)
    return tuple(dict.fromkeys(one for one in (each.strip(".:") for each in found) if _is_address(one)))


def stands_in(value: str, text: str) -> bool:
    """Whether a value stands in a text as a whole word."""
    return re.search(rf"(?<![\w.@-]){re.escape(value)}(?![\w@-]|\.\w)", text) is not None
