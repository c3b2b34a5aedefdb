"""Words for places that read markup: nothing invisible, nobody called by an @, no longer than the place takes. Pure.

Used by the channels. Each escapes for its own markup besides.
"""

import re

from tocsin.model.plain import INVISIBLE, one_line, visible, web_link

__all__ = ["POSSIBLY_REPEATED", "heading", "readable", "to_the_letter", "uncalled", "web_link", "within"]

POSSIBLY_REPEATED = "(possibly repeated)"
"""Where the place cannot tell a second try from a second message, the reader is told that it may be one."""
_APART = "\u2060"
"""A word joiner: it shows nothing, and keeps two characters from being read as one."""
_CALL = re.compile(r"@(?=\w)|<(?=[@#!&/a-zA-Z])")
"""Where a name would be called, by `@name` or by `<@ID>`, `<!channel>`, `<at>`."""


def readable(text: str, limit: int) -> str:
    """The lines of a text without invisible characters, at most `limit` characters of it; what is cut shows as `…`."""
    text = text.encode("utf-8", "replace").decode()  # half a character would break whoever sends it
    lines = (" ".join(INVISIBLE.sub(" ", line).split(" ")).rstrip() for line in text.splitlines())
    clean = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


def heading(text: str, limit: int) -> str:
    """The same as one line."""
    return one_line(readable(text, 4 * limit), limit)


def within(text: str, most: int) -> str:
    """The beginning of the text that takes at most `most` bytes of UTF-8; what is cut shows as `…`."""
    raw = text.encode()
    return text if len(raw) <= most else raw[: most - 3].decode(errors="ignore").rstrip() + "…"


def to_the_letter(text: str, most: int) -> str:
    """Exactly what would run or go out, what hides in it spelled out; "" when it does not fit whole: a part would deceive."""
    shown = visible(text)
    return shown if len(shown.encode()) <= most else ""


def uncalled(text: str) -> str:
    """The same words, calling nobody: for places that offer no way to write a literal @."""
    return _CALL.sub(lambda found: found.group() + _APART, text)
