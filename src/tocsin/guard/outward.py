"""Outward: what an agent has written, before it leaves by a tool, without secrets, personal data and what acts when shown. Pure.

Asked at the gate for every tool that acts, and by the built-in notifier. A model repeats what it has read, so its words are
treated as the stranger's: a link is not clicked, a picture not fetched, a mention calls nobody.
"""

import re
from typing import Any

from tocsin.guard.personal import impersonal
from tocsin.guard.redact import Redact
from tocsin.model.plain import INVISIBLE

_LINK = re.compile(
    r"!?\[[^\]\n]*\]\([^)\n]*\)?|<[^>\n]*\|[^>\n]*>|\b[a-z][a-z0-9+.-]{1,15}:/{0,2}/\S+|\bwww\.\S+", re.IGNORECASE
)
_MENTION = re.compile(r"<[!@#][^>\n]*>|@(?:channel|here|everyone|all)\b", re.IGNORECASE)
_HOST = re.compile(
    r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|ai|invalid|example|xyz|ru|cn|info|dev|app|site|me)\b(?:/\S*)?", re.IGNORECASE
)


def inert(text: str) -> str:
    """Without anything that acts when it is shown: a name in it calls nobody, an address in it is not fetched or clicked."""
    text = "\n".join(INVISIBLE.sub(" ", line) for line in text.splitlines())
    text = _MENTION.sub("[mention]", _LINK.sub("[link]", text))
    return _HOST.sub("[address]", text).strip()


def outward(value: Any, redact: Redact, own: str = "") -> Any:  # noqa: ANN401 - JSON in, JSON out
    """The arguments of a call that acts, each text inert, without secrets and personal data. What stands in `own` stays.

    `own` is what people wrote about the agent: a channel, an address, a name that its document gives it to use.
    """
    if isinstance(value, str):
        return value if value and value in own else inert(impersonal(redact(value).text))
    if isinstance(value, dict):
        return {name: outward(one, redact, own) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [outward(one, redact, own) for one in value]
    return value
