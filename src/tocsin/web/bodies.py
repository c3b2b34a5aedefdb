"""Receives a request's body safely: bounded in bytes and time while it streams in, never decompressed. Called by the hooks."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

from starlette.requests import ClientDisconnect, Request

from tocsin.errors import IntakeError, TooLarge, Unreadable
from tocsin.web.settings import ServeSettings

_KEPT = re.compile(
    r"content-(type|encoding|length)|user-agent|date|request-id|(ce|webhook|sentry-hook|x-amz-sns|x-github|x-pagerduty|x-grafana)-.{1,60}"
    r"|.{1,60}-(signature|timestamp|event|event-type)"
)
_SECRET = re.compile(r"auth|token|secret|passw|cookie|cred|session|jwt|bearer|api-?key")
_MOST_HEADERS = 40
_HEADER_CHARACTERS = 1000


class Busy(IntakeError):
    """Too much is arriving at once; the sender should come again. Nothing was kept."""

    code = "TCS-INTAKE-503"
    status = 503


class Slow(IntakeError):
    """The body did not arrive in time."""

    code = "TCS-INTAKE-408"
    status = 408


class InFlight:
    """How many bytes of bodies are in memory now, over all requests; bounds what many slow senders can take."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._now = 0

    @contextmanager
    def room(self) -> Iterator["Share"]:
        """A share of the room for one body, given back at the end."""
        share = Share(self)
        try:
            yield share
        finally:
            self._now -= share.taken

    def take(self, count: int) -> None:
        """Raises Busy when the room is full."""
        if self._now + count > self._most:
            raise Busy("Too many bodies are arriving at once.", "Send it again in a few seconds.")
        self._now += count


class Share:
    """One body's part of the room."""

    def __init__(self, flight: InFlight) -> None:
        self._flight = flight
        self.taken = 0

    def take(self, count: int) -> None:
        """Takes more of it."""
        self._flight.take(count)
        self.taken += count


class Refused(Exception):
    """A body that was not received whole: what came of it, and why it was refused."""

    def __init__(self, error: IntakeError, body: bytes) -> None:
        super().__init__(error.what)
        self.error = error
        self.body = body


async def receive_body(request: Request, settings: ServeSettings, share: Share) -> bytes:
    """The whole body. Raises Refused with what came of it: too large, too slow, compressed, broken off, or no room."""
    chunks: list[bytes] = []
    try:
        _check_encoding(request.headers)
        async with asyncio.timeout(settings.read_seconds):
            async for chunk in _bounded(request, settings.max_body_bytes):
                share.take(len(chunk))
                chunks.append(chunk)
    except TimeoutError:
        slow = Slow(f"The body did not arrive within {settings.read_seconds:g} seconds.", "Send it again, whole.")
        raise Refused(slow, b"".join(chunks)) from None
    except ClientDisconnect:
        raise Refused(Unreadable("The sender broke off.", "Send it again, whole."), b"".join(chunks)) from None
    except IntakeError as refusal:
        raise Refused(refusal, b"".join(chunks)) from None
    return b"".join(chunks)


async def _bounded(request: Request, most: int) -> AsyncIterator[bytes]:
    """The chunks up to the limit; raises TooLarge at the first byte beyond, without reading on."""
    left = most
    async for chunk in request.stream():
        if len(chunk) > left:
            yield chunk[:left]
            raise TooLarge(f"The body is larger than {most} bytes.", "Send fewer alerts at once.")
        left -= len(chunk)
        yield chunk


def _check_encoding(headers: Mapping[str, str]) -> None:
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise Unreadable("The body is compressed.", "Send it without Content-Encoding.")


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers worth keeping with a delivery: what a parser or a signature needs, and nothing that could be a secret."""
    kept: dict[str, str] = {}
    for name, value in headers.items():
        lower = name.lower()
        if _KEPT.fullmatch(lower) and not _SECRET.search(lower) and len(kept) < _MOST_HEADERS:
            kept[lower] = value[:_HEADER_CHARACTERS].replace("\x00", "")
    return kept
