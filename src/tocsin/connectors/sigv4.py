"""AWS Signature Version 4 for a request with a body: which headers to send along. Pure; used by `cloudwatch`.

Tested against the vectors that AWS publishes. boto3 is not used: it would hold back the libraries that the service stands on.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


class Credentials(NamedTuple):
    """Who signs. `session` is "" for credentials that do not end."""

    key_id: str
    secret: str
    session: str = ""


class Scope(NamedTuple):
    """For where and when a signature is good."""

    region: str
    service: str
    at: datetime

    @property
    def stamp(self) -> str:
        """`20150830T123600Z`."""
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    @property
    def path(self) -> str:
        """`20150830/us-east-1/service/aws4_request`."""
        return f"{self.stamp[:8]}/{self.region}/{self.service}/aws4_request"


def signed(
    method: str, url: str, headers: Mapping[str, str], body: bytes, who: Credentials, scope: Scope
) -> dict[str, str]:
    """`headers` with the date, the session and the signature; every one of them is signed."""
    sent = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    sent |= {"host": urlsplit(url).netloc, "x-amz-date": scope.stamp}
    if who.session:
        sent["x-amz-security-token"] = who.session
    names = ";".join(sorted(sent))
    asked = "\n".join((ALGORITHM, scope.stamp, scope.path, _hashed(_canonical(method, url, sent, body))))
    signature = hmac.new(_key(who.secret, scope), asked.encode(), hashlib.sha256).hexdigest()
    proof = f"{ALGORITHM} Credential={who.key_id}/{scope.path}, SignedHeaders={names}, Signature={signature}"
    return sent | {"authorization": proof}


def _canonical(method: str, url: str, headers: Mapping[str, str], body: bytes) -> bytes:
    parts = urlsplit(url)
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in parse_qsl(parts.query, keep_blank_values=True))
    lines = (
        method,
        quote(parts.path or "/", safe="/-_.~"),
        "&".join(f"{name}={value}" for name, value in pairs),
        *(f"{name}:{headers[name]}" for name in sorted(headers)),
        "",
        ";".join(sorted(headers)),
        hashlib.sha256(body).hexdigest(),
    )
    return "\n".join(lines).encode()


def _key(secret: str, scope: Scope) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.path.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _hashed(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
