"""What an HTTP answer that is no success means: try again, wait first, or never. Pure; shared by every client here."""

from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime

from tocsin.errors import SourceError

_PASSING = frozenset({408, 420, 425, 429})
"""Refusals that mean "later". 420 is Statuspage's own."""


def refusal(who: str, status: int, headers: Mapping[str, str], body: bytes, secrets: Iterable[str] = ()) -> SourceError:
    """The error for an answer outside 2xx. `headers` have lower-case names; what is repeated of the body holds no secret."""
    wait = wait_seconds(headers)
    if status in (401, 403) and not wait:
        do = "Check the secret of this connector."
        return SourceError(f"{who} refused our credentials ({status}).", do, code="TCS-SOURCE-DENIED")
    if status in _PASSING or status in (401, 403) or status >= 500:
        what = f"{who} answered {status}: {_said(body, secrets)}".rstrip(": ")
        return SourceError(what, "Look at its own log.", code="TCS-SOURCE-STATUS", wait_seconds=wait)
    if 300 <= status < 400:
        do = "Redirects are not followed; give the final address."
        return SourceError(f"{who} answered {status}.", do, code="TCS-SOURCE-STATUS", refused=True)
    what = f"{who} answered {status}: {_said(body, secrets)}".rstrip(": ")
    return SourceError(what, "Look at its own log.", code="TCS-SOURCE-STATUS", refused=True)


def wait_seconds(headers: Mapping[str, str]) -> float:
    """How long the answer asks us to wait: `Retry-After`, in seconds or as a date; 0 when it does not."""
    asked = headers.get("retry-after", "").strip()
    if asked.isdigit():
        return float(asked[:9])
    try:
        now = parsedate_to_datetime(headers.get("date", ""))  # the far end's own time: no clock of ours is needed
        if headers.get("x-ratelimit-remaining") == "0":
            return max(1.0, float(headers["x-ratelimit-reset"][:11]) - now.timestamp())
        return max(0.0, (parsedate_to_datetime(asked) - now).total_seconds())
    except (ValueError, TypeError, KeyError):
        return 0


def _said(body: bytes, secrets: Iterable[str]) -> str:
    text = " ".join(body[:2000].decode("utf-8", "replace").split())
    for secret in filter(None, secrets):
        text = text.replace(secret, "[secret]")
    return text[:200]
