"""HMAC signatures over the raw body, as PagerDuty, Grafana and Sentry make them, and the shared secrets of everyone else.

Every function answers yes or no in constant time over the secrets; none parses the body.
"""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

_HEX = re.compile(r"[0-9a-f]{64}\Z")
_UNIX = re.compile(r"[0-9]{1,11}\Z")
SHARED_HEADER = "x-tocsin-token"
GRAFANA_HEADER = "x-grafana-alerting-signature"
MAX_SIGNATURES = 20


def hmac_hex(secret: str, message: bytes) -> str:
    """HMAC-SHA256 as lower-case hex."""
    return hmac.new(secret.encode(), message, "sha256").hexdigest()


def pagerduty(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> bool:
    """`v1=<hex>[,v1=<hex>...]`: any of them may match any secret; other versions are ignored."""
    given = headers.get("x-pagerduty-signature", "").split(",")[:MAX_SIGNATURES]
    return _any_match((one.strip()[3:] for one in given if one.strip().startswith("v1=")), body, secrets)


def sentry(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> bool:
    """Bare hex. Sentry's timestamp header is not signed, so it proves nothing and is not read."""
    return _any_match([headers.get("sentry-hook-signature", "")], body, secrets)


def hmac_header(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], header: str, prefix: str) -> bool:
    """Hex after a fixed prefix, such as GitHub's `sha256=`."""
    given = headers.get(header.lower(), "")
    return given.startswith(prefix) and _any_match([given[len(prefix) :]], body, secrets)


def grafana(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    now: datetime,
    *,
    header: str = "",
    timestamp_header: str = "",
    tolerance: timedelta = timedelta(minutes=5),
) -> bool:
    """Bare hex; with a timestamp header configured the time is signed too and must be within `tolerance` of `now`."""
    message = body
    if timestamp_header:
        stamp = headers.get(timestamp_header.lower(), "")
        if not _UNIX.match(stamp) or abs(now - datetime.fromtimestamp(int(stamp), UTC)) > tolerance:
            return False
        message = stamp.encode() + b":" + body
    return _any_match([headers.get((header or GRAFANA_HEADER).lower(), "")], message, secrets)


def shared(headers: Mapping[str, str], token: str, secrets: Sequence[str], header: str = "") -> bool:
    """The secret itself, wherever senders can put it; `token` is what path or query held."""
    given = [token, headers.get((header or SHARED_HEADER).lower(), ""), _credential(headers.get("authorization", ""))]
    pairs = [(one, secret) for one in given if one for secret in secrets if secret]
    return sum(hmac.compare_digest(one.encode(), secret.encode()) for one, secret in pairs) > 0


def _credential(authorization: str) -> str:
    """A Bearer token, or the password of Basic credentials (the user name is free)."""
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
    except ValueError:  # not base64, or not UTF-8 inside
        return ""


def _any_match(given: Iterable[str], message: bytes, secrets: Sequence[str]) -> bool:
    """Compares all pairs, so that the time tells nothing about which one failed."""
    expected = [hmac_hex(secret, message).encode() for secret in secrets if secret]
    candidates = [one.encode() for one in given if _HEX.match(one)]
    return sum(hmac.compare_digest(one, wanted) for one in candidates for wanted in expected) > 0
