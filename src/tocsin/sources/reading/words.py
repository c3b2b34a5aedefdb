"""Cleans the words of a payload: unresolved template variables count as absent, control characters go, lengths are bounded."""

import re
from decimal import Decimal

MAX_TEXT = 20_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ABSENT = frozenset(
    (
        "null",
        "undefined",
        "<no value>",
        "[no value]",
        "<nil>",
        "(null)",
        "nan",
        "n/a",
        "*unknown*",
        "<null>",
        "%!s(<nil>)",
    )
)
_PLACEHOLDER = re.compile(
    r"""(?: \*[A-Za-z][\w ]*\*            # UptimeRobot: *alertDetails*
          | \$\{[^{}]*\}                  # ${NAME}
          | \$[A-Za-z_][\w.:]*\$?         # $EVENT_TITLE, $HOSTNAME$
          | \{\{[^{}]*\}\}                # {{ alert.name }}
          | \{[$A-Z?][A-Z0-9_.#:?<>"'/ -]*\}   # {EVENT.NAME}, {$MACRO}
          | %[A-Za-z][\w.]*%              # %name%
          | \#\#[A-Z][A-Z0-9._]*\#\#       # ##ALERTID##
        )\Z""",
    re.VERBOSE,
)


def words(value: object) -> str:
    """A scalar as clean text; "" for what is absent, a placeholder, or no scalar at all."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    if not isinstance(value, str):
        return ""
    text = _CONTROL.sub("", value[:MAX_TEXT].replace("\r\n", "\n")).strip()
    if text.lower() in _ABSENT or (len(text) < 200 and _PLACEHOLDER.match(text)):
        return ""
    return text


def line(value: object, limit: int = 300) -> str:
    """The same on one line, cut at `limit` with an ellipsis: for titles and names."""
    text = " ".join(words(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
