"""Amazon SNS proves itself by an RSA signature in the body. Verifies it, and confirms subscriptions of topics we asked for.

Both the certificate and the confirmation come from a URL in the body, so both must be Amazon's own and both go through the
injected guarded client. Nothing is fetched for a topic that is not on the list.
"""

import base64
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from urllib.parse import SplitResult, parse_qs, urlsplit

from tocsin.errors import IntakeError, SourceError, Unauthentic
from tocsin.sources.authenticity.settings import SourceSettings
from tocsin.sources.reading.payload import decode

Fetch = Callable[[str], Awaitable[bytes]]
"""GET through the guarded outbound client; raises SourceError."""
_HOST = re.compile(r"sns\.[a-z0-9-]{3,40}\.amazonaws\.com(?:\.cn)?\Z", re.IGNORECASE)
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}


async def verify(body: bytes, settings: SourceSettings, now: datetime, fetch: Fetch) -> dict[str, str]:
    """The message's own strings once its signature holds. Raises Unauthentic."""
    message = _message(body)
    if message.get("TopicArn", "") not in settings.topics:
        raise Unauthentic("The SNS topic is not on the list.", "Name its ARN under `sources.aws_sns.topics`.")
    sha1 = _uses_sha1(message, settings)
    url = message.get("SigningCertURL", "")
    if not is_certificate_url(url):
        raise Unauthentic("The SNS certificate is not at Amazon's own address.")
    try:
        certificate = await fetch(url)
        signature = base64.b64decode(message.get("Signature", ""), validate=True)
    except (SourceError, ValueError) as failure:
        raise Unauthentic(
            "The SNS signature cannot be checked.", "See whether the certificate is reachable."
        ) from failure
    _check(certificate, signature, string_to_sign(message), now, sha1=sha1)
    return message


def _message(body: bytes) -> dict[str, str]:
    """The strings of the envelope, exactly as sent: cleaning them would break the signature."""
    try:
        envelope = decode(body, {})
    except IntakeError as refusal:
        raise Unauthentic("The body is no SNS message.") from refusal
    strings = (
        {name: value for name, value in envelope.items() if isinstance(value, str)}
        if isinstance(envelope, dict)
        else {}
    )
    if strings.get("Type") not in _SIGNED:
        raise Unauthentic("The body is no SNS message.")
    return strings


def _uses_sha1(message: dict[str, str], settings: SourceSettings) -> bool:
    version = message.get("SignatureVersion", "")
    if version == "2":
        return False
    if version == "1" and settings.allow_sha1:
        return True
    raise Unauthentic("The SNS signature version is not accepted.", "Set the topic's SignatureVersion to 2.")


def string_to_sign(message: dict[str, str]) -> bytes:
    """Amazon's canonical form: `Key\\nValue\\n` in a fixed order, an absent Subject left out."""
    names = _SIGNED[message["Type"]]
    return "".join(f"{name}\n{message[name]}\n" for name in names if name in message).encode()


def is_certificate_url(url: str) -> bool:
    """True for an https address of SNS itself that ends in .pem."""
    parts = _own(url)
    return parts is not None and parts.path.endswith(".pem") and not parts.query and not parts.fragment


def _own(url: str) -> SplitResult | None:
    """The parts of an https address of SNS on the default port, without user or odd characters."""
    if not url.isascii() or any(mark in url for mark in "\\\t\r\n @"):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    good = parts.scheme == "https" and port in (None, 443) and _HOST.match(parts.hostname or "")
    return parts if good else None


def _check(certificate: bytes, signature: bytes, signed: bytes, now: datetime, *, sha1: bool) -> None:
    from cryptography import x509  # heavy, and needed only where SNS is
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256

    try:
        loaded = x509.load_pem_x509_certificate(certificate)
        key = loaded.public_key()
        if not loaded.not_valid_before_utc <= now <= loaded.not_valid_after_utc or not isinstance(
            key, rsa.RSAPublicKey
        ):
            raise Unauthentic("The SNS certificate is expired, not yet valid, or not RSA.")
        algorithm = SHA1() if sha1 else SHA256()  # noqa: S303  version 1 is SHA-1 by Amazon's definition, and opt-in
        key.verify(signature, signed, padding.PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError) as failure:
        raise Unauthentic("The SNS signature does not match the message.") from failure


async def confirm(body: bytes, settings: SourceSettings, now: datetime, fetch: Fetch) -> bool:
    """Confirms a subscription whose signature holds and whose topic is listed. True when there was one to confirm.

    Raises Unauthentic when the signature does not hold or the address is not that of this very topic's confirmation.
    """
    message = await verify(body, settings, now, fetch)
    if message["Type"] != "SubscriptionConfirmation":
        return False
    url = message.get("SubscribeURL", "")
    parts = _own(url)
    asked = parse_qs(parts.query) if parts else {}
    if asked.get("Action") != ["ConfirmSubscription"] or asked.get("TopicArn") != [message["TopicArn"]]:
        raise Unauthentic("The SNS confirmation address is not Amazon's own for this topic.")
    await fetch(url)
    return True
