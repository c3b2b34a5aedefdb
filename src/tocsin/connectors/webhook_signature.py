"""Standard Webhooks: what a signed delivery carries in its headers. Pure. Used by outgoing webhooks and by subscriptions.

A secret is `whsec_` and base64 of 24 to 64 bytes. While one is rotated there are two of them: a delivery is signed by both, and
whoever knows either can verify it.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable
from hashlib import sha256

from tocsin.errors import DataError

_PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The bytes to sign with. Raises DataError, which repeats nothing of the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise DataError("a webhook secret is not base64.", "Write it as whsec_ and the base64 of its bytes.") from wrong
    if not 24 <= len(key) <= 64:
        raise DataError(
            f"a webhook secret has {len(key)} bytes.", "Use 24 to 64 bytes, such as `openssl rand -base64 32`."
        )
    return key


def signed(name: str, seconds: int, body: bytes, keys: Iterable[bytes]) -> dict[str, str]:
    """The headers of a delivery: its id, which stays the same when it is tried again, the time of this try, its signatures."""
    content = b".".join((name.encode(), str(seconds).encode(), body))
    signatures = (base64.b64encode(hmac.new(key, content, sha256).digest()).decode() for key in keys)
    return {
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }
