"""Sealed words: what a link or a form brings back to us, unchanged, for one purpose, and in time. Pure.

Used by the status page: to confirm an address, to end a subscription, to know a form as our own. Nothing is kept for them: a
seal is an HMAC over the words, so whoever holds it proves only that we gave it to them.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

STATUS_PAGE = "statuspage"
"""The name of the installation's own key for all of this (ports.KeyStore)."""
_LONGEST = 4000
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def seal(secret: str, purpose: str, words: Mapping[str, Any], until: datetime | None = None) -> str:
    """The words with a seal, fit for a URL. `until` None: for ever."""
    told = {"w": dict(words), **({"u": int(until.timestamp())} if until else {})}
    body = _coded(json.dumps(told, separators=(",", ":"), sort_keys=True).encode())
    return f"{body}.{_coded(_mac(secret, purpose, body))}"


def unseal(secret: str, purpose: str, token: str, now: datetime) -> dict[str, Any] | None:
    """The words, when we sealed them for that purpose and the time is not over; None for anything else."""
    body, _, mac = token[:_LONGEST].partition(".")
    try:
        if not hmac.compare_digest(_mac(secret, purpose, body), _read(mac)):
            return None
        told = json.loads(_read(body))
    except (ValueError, binascii.Error):
        return None
    until = told.get("u")
    if until is not None and now >= datetime.fromtimestamp(until, UTC):
        return None
    words: dict[str, Any] = told["w"]
    return words


def naming(secret: str) -> Callable[[str], str]:
    """Inner names to public ones: twelve characters, always the same on this installation, of no use to guess from."""

    def named(inner: str) -> str:
        digest = hmac.digest(secret.encode(), inner.encode("utf-8", "surrogatepass"), sha256)
        return "".join(_ALPHABET[byte & 31] for byte in digest[:12])

    return named


def _mac(secret: str, purpose: str, body: str) -> bytes:
    return hmac.digest(secret.encode(), f"{purpose}\x1f{body}".encode("utf-8", "surrogatepass"), sha256)


def _coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
