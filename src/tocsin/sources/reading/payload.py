"""Opens a webhook body: hostile bytes in, plain JSON values out, or a plain refusal. Called before any vendor looks.

Never raises anything but IntakeError, never inflates a compressed body, never guesses a character set other than UTF-8.
Numbers with a fraction become Decimal, so that an epoch in nanoseconds loses nothing.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import parse_qsl

from tocsin.errors import TooLarge, Unreadable

MAX_BYTES = 2_000_000
MAX_DEPTH = 64
MAX_FORM_FIELDS = 1_000
_FORM = re.compile(r"[\w.\-+%\[\]]{1,200}=[^\s{}<>]*\Z")
_JSON_HEAD = re.compile(r"\{|\[\s*[\[{\"\]]")  # `[FIRING] disk full` is a sentence, not a list
_SURROGATE = re.compile("[\ud800-\udfff]")

Json = dict[str, "Json"] | list["Json"] | str | int | Decimal | bool | None


def decode(body: bytes, headers: Mapping[str, str], max_bytes: int = MAX_BYTES) -> Json:
    """The body as JSON values; a form becomes an object of strings; anything else readable comes back as its text.

    Raises TooLarge over `max_bytes`, Unreadable for compressed, binary, malformed or hostile bodies.
    """
    if len(body) > max_bytes:
        raise TooLarge(f"The body has {len(body)} bytes; the limit is {max_bytes}.", "Send fewer alerts at once.")
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Unreadable("The body is compressed.", "Send it without Content-Encoding.")
    text = _utf8(body)
    if _is_form(text, headers):
        return _form(text)
    if _JSON_HEAD.match(text) or _says_json(headers):
        return json_value(text)
    return text


def _utf8(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as mistake:
        raise Unreadable(f"The body is not UTF-8 at byte {mistake.start}.", "Send UTF-8.") from mistake
    if not text:
        raise Unreadable("The body is empty.", "Send the alert as JSON or text.")
    if "\x00" in text:
        raise Unreadable("The body is binary.", "Send the alert as JSON or text.")
    return text


def _says_json(headers: Mapping[str, str]) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def json_value(text: str) -> Json:
    """One JSON text, refused when it holds what a careful parser must not swallow. Raises Unreadable."""
    try:
        value: Json = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_number, strict=False
        )
    except RecursionError as mistake:
        raise _too_deep() from mistake
    except ValueError as mistake:
        raise Unreadable(
            f"The body is not valid JSON: {_reason(mistake)}.", "Correct the sender's template."
        ) from mistake
    _inspect(value)
    return value


def _reason(mistake: ValueError) -> str:
    if isinstance(mistake, json.JSONDecodeError):
        return f"{mistake.msg} at line {mistake.lineno}, column {mistake.colno}"
    return "a number is too long" if "integer string" in str(mistake) else str(mistake)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return found


def _number(text: str) -> Decimal:
    """The number with all its digits; one that no sensor ever measured is refused, for Decimal has limits of its own."""
    exponent = text.lower().partition("e")[2]
    if len(exponent) > 4:
        raise ValueError("a number is out of range")
    return Decimal(text)


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not a JSON number")


def _too_deep() -> Unreadable:
    return Unreadable(f"The body nests deeper than {MAX_DEPTH} levels.", "Send a flatter payload.")


def _inspect(value: Json) -> None:
    """Walks level by level, so that a deep body costs no stack."""
    level: list[Json] = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Json] = []
        for one in level:
            if isinstance(one, str) and _SURROGATE.search(one):
                raise Unreadable("The body holds half a character (a lone surrogate).", "Send well-formed Unicode.")
            if isinstance(one, dict):
                below.extend(one)
                below.extend(one.values())
            elif isinstance(one, list):
                below.extend(one)
        if not below:
            return
        level = below
    raise _too_deep()


def _is_form(text: str, headers: Mapping[str, str]) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return (kind == "application/x-www-form-urlencoded" and text[0] not in "{[") or (
        not kind and bool(_FORM.match(text))
    )


def _form(text: str) -> Json:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS)
    except ValueError as mistake:
        raise Unreadable(
            "The form is malformed or has too many fields.", "Send fewer, well-formed fields."
        ) from mistake
    fields: dict[str, Json] = dict(pairs)
    if len(fields) != len(pairs):
        raise Unreadable("A field appears twice in the form.", "Send each field once.")
    inner = fields.get("payload")
    if len(fields) == 1 and isinstance(inner, str) and inner.lstrip()[:1] == "{":
        return json_value(inner)
    return fields
