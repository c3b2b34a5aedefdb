"""Speaks JSON with a system over HTTP: bounded in time and size, no redirects, every failure a SourceError in plain words.

Used by windows, pagers, channels and trackers. The addresses come from the configuration, never from an alert.
"""

import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from tocsin.config import Secret
from tocsin.connectors.answers import refusal
from tocsin.errors import SourceError
from tocsin.model.ground import Value

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
MAX_ANSWER_BYTES = 32 * 1024 * 1024


class HttpAccess(Value):
    """How to reach a system: its address, and at most one way to prove who asks."""

    url: str
    bearer: Secret | None = None
    username: str = ""
    password: Secret | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    """More headers, such as a tenant; not for secrets."""
    timeout_seconds: float = Field(default=10, gt=0, le=120)

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("give an address that begins with http:// or https://")
        if parts.username or parts.password:
            raise ValueError("keep the password out of the address; use `username` and `password`")
        return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


class HttpJson:
    """One system, asked in JSON. `secret` is the value of whichever secret the access names ("" for none).

    `hidden` are further secrets, sent in bodies, that no error may repeat; `keys` are headers that hold secrets.
    """

    def __init__(
        self,
        name: str,
        access: HttpAccess,
        secret: str = "",
        scheme: str = "Bearer",
        hidden: tuple[str, ...] = (),
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self.name, self.access, self._keys = name, access, dict(keys or {})
        self._secret, self._scheme, self._hidden = secret, scheme, (*hidden, *self._keys.values())

    @asynccontextmanager
    async def open(self) -> AsyncIterator["HttpSession"]:
        """A session for the few requests of one answer."""
        import httpx  # here, because it costs a tenth of a second that `tocsin parse` need not pay

        headers = {"Accept": "application/json", **self.access.headers, **self._keys}
        basic = httpx.BasicAuth(self.access.username, self._secret) if self.access.username else None
        if self._secret and basic is None:
            headers["Authorization"] = f"{self._scheme} {self._secret}"
        within, trusted = self.access.timeout_seconds, trusted_authorities()
        async with httpx.AsyncClient(headers=headers, auth=basic, timeout=within, verify=trusted) as client:
            yield HttpSession(self.name, self.access.url, client, (self._secret, *self._hidden))


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Whose certificates are believed. Read once: it takes longer than most requests."""
    import httpx

    return httpx.create_ssl_context()


def _why(failure: Exception) -> str:
    return str(failure).rstrip(".") or type(failure).__name__


class HttpSession:
    """Open for the time of one answer."""

    def __init__(self, name: str, url: str, client: "httpx.AsyncClient", secrets: tuple[str, ...] = ()) -> None:
        self.name, self.url = name, url
        self._client = client
        self._secrets = secrets

    async def get(self, path: str, shape: type[T], params: Sequence[tuple[str, str]] = ()) -> T:
        """What GET answers, checked to be of that shape. Raises SourceError."""
        return self._read(await self._ask("GET", path, params=list(params)), shape)

    async def post_form(self, path: str, shape: type[T], form: Mapping[str, str]) -> T:
        """What a posted form is answered with, checked to be of that shape. Raises SourceError."""
        return self._read(await self._ask("POST", path, data=dict(form)), shape)

    async def post_json(self, path: str, shape: type[T], document: object) -> T:
        """What a posted JSON document is answered with, checked to be of that shape. Raises SourceError."""
        return self._read(await self._ask("POST", path, json=document), shape)

    async def post_bytes(self, path: str, shape: type[T], body: bytes, headers: Mapping[str, str]) -> T:
        """What a body with headers of its own (a signature of it) is answered with, checked. Raises SourceError."""
        return self._read(await self._ask("POST", path, content=body, headers=dict(headers)), shape)

    async def patch_json(self, path: str, shape: type[T], document: object) -> T:
        """What a JSON document sent by PATCH is answered with, checked to be of that shape. Raises SourceError."""
        return self._read(await self._ask("PATCH", path, json=document), shape)

    async def _ask(self, method: str, path: str, **parts: Any) -> bytes:  # noqa: ANN401 - httpx names the parts
        import httpx

        try:
            async with self._client.stream(method, f"{self.url}{path}", **parts) as response:
                body = await self._bounded(response)
        except httpx.TimeoutException as late:
            raise self._error("LATE", "did not answer in time.", "Ask for less, or raise timeout_seconds.") from late
        except httpx.HTTPError as failure:
            raise self._error(
                "DOWN", f"cannot be reached: {_why(failure)}.", "Check the address and the network."
            ) from failure
        if not 200 <= response.status_code < 300:
            who = f"{self.name} at {self.url}"
            raise refusal(who, response.status_code, response.headers, body, self._secrets)
        return body

    def _read(self, body: bytes, shape: type[T]) -> T:
        try:
            return TypeAdapter(shape).validate_json(body)
        except ValidationError as mistake:
            unread = mistake.errors()[0]["type"] == "json_invalid"
            wrong = "with something that is not JSON." if unread else "in a shape we do not know."
            raise self._error("ANSWER", f"answered {wrong}", "Check the address: is it this system?") from mistake

    async def _bounded(self, response: "httpx.Response") -> bytes:
        pieces, size = [], 0
        async for piece in response.aiter_bytes():
            size += len(piece)
            if size > MAX_ANSWER_BYTES:
                raise self._error("LARGE", f"answered with more than {MAX_ANSWER_BYTES >> 20} MiB.", "Ask for less.")
            pieces.append(piece)
        return b"".join(pieces)

    def _error(self, code: str, what: str, do: str) -> SourceError:
        return SourceError(f"{self.name} at {self.url} {what}", do, code=f"TCS-SOURCE-{code}")
