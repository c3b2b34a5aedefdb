"""One HTTP request that may change something, and the honest word on whether it did.

Used by the executors `http` and `kubernetes`. Bounded in time and size, no redirects, no proxies from the environment. The
credential is read anew for every request, because mounted tokens rotate.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from tocsin.connectors.executors.call import cut, failed
from tocsin.errors import TocsinError
from tocsin.model.action import RenderedStep
from tocsin.model.plain import one_line

Credential = Callable[[], dict[str, str]]
"""The headers that prove who asks, read when they are needed."""
MAX_ANSWER_BYTES = 8 * 1024 * 1024
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
"""Failures before the first byte of a request could leave."""
SURELY_NOT = frozenset({501, 505})
"""Server errors that say: this was not even tried."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent. `content` is a body already encoded, `kind` its content type."""

    method: str
    path: str
    content: bytes = b""
    kind: str = "application/json"
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    most_bytes: int = MAX_ANSWER_BYTES

    @property
    def changes(self) -> bool:
        """Anything but a look."""
        return self.method not in ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer. `body` may be cut at `Request.most_bytes`; `whole` says whether it was not."""

    status: int
    body: bytes
    whole: bool = True

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")


class Wire:
    """One system at one address. `name` is how errors call it."""

    def __init__(
        self,
        name: str,
        url: str,
        credential: Credential,
        *,
        verify: ssl.SSLContext | bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.name = name
        self._url, self._credential = url.rstrip("/"), credential
        self._verify, self._transport = verify, transport

    async def send(self, step: RenderedStep, request: Request) -> Answer:
        """Sends it once, within the step's time. Raises SourceError when it surely did nothing, else OutcomeUnknown."""
        try:
            async with asyncio.timeout(step.timeout_seconds):
                return await self._exchange(step, request)
        except TimeoutError as late:
            raise self._cut(step, request, f"was not answered within {step.timeout_seconds:g} s") from late
        except NEVER_SENT as failure:
            raise failed(
                f"{self.name} cannot be reached: {type(failure).__name__}.", "Check its address and the network."
            ) from failure
        except httpx.HTTPError as failure:
            raise self._cut(step, request, f"was cut off ({type(failure).__name__})") from failure

    async def _exchange(self, step: RenderedStep, request: Request) -> Answer:
        limit = step.timeout_seconds
        async with (
            httpx.AsyncClient(
                verify=self._verify,
                transport=self._transport,
                follow_redirects=False,
                trust_env=False,
                timeout=httpx.Timeout(limit, connect=min(5.0, limit / 2)),
            ) as client,
            client.stream(
                request.method,
                self._url + request.path,
                params=request.query or None,
                content=request.content or None,
                headers=self._headers(request),
            ) as response,
        ):
            body, whole = await _read(response, request.most_bytes)
        self._judge(step, request, response, body)
        return Answer(response.status_code, body, whole)

    def _headers(self, request: Request) -> dict[str, str]:
        kind = {"Content-Type": request.kind} if request.content else {}
        return {
            "User-Agent": "tocsin",
            "Accept": "application/json, */*",
            **request.headers,
            **kind,
            **self._credential(),
        }

    def _judge(self, step: RenderedStep, request: Request, response: httpx.Response, body: bytes) -> None:
        """2xx passes. 4xx is a no. A redirect or a server error leaves it open whether a change was made."""
        status = response.status_code
        if 200 <= status < 300:
            return
        said = one_line(body[:2000].decode(errors="replace"), 300)
        what = f"{self.name} answered {status} to {request.method} {request.path}{': ' if said else ''}{said}"
        if 400 <= status < 500 or status in SURELY_NOT or not request.changes:
            raise failed(f"{what}.", "Read its answer and its log; redirects are not followed.")
        raise cut(step, f"{what}.")

    def _cut(self, step: RenderedStep, request: Request, how: str) -> TocsinError:
        what = f"{request.method} {request.path} to {self.name} {how}."
        return cut(step, what) if request.changes else failed(what, "Try again; it only reads.")


async def _read(response: httpx.Response, most: int) -> tuple[bytes, bool]:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > most:
            return bytes(body[:most]), False
    return bytes(body), True
