"""The one guarded HTTP client for addresses that come from outside: a certificate, a subscription to confirm, a webhook to call.

Resolves the name once, checks every address it resolves to, connects to the one it checked, follows no redirect and reads no
more than a limit. Connectors to systems that the operator configured have their own clients; this one trusts nobody.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

import httpx
from pydantic import AfterValidator, Field

from tocsin.connectors.http_json import trusted_authorities
from tocsin.errors import SourceError
from tocsin.model.ground import Value

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to textual addresses."""
_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?\Z", re.I
)
_NUMERIC_LABEL = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z", re.I)
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_TUNNELS_V6 = tuple(map(ipaddress.ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_AWAY = "Check the address, the network, and whether it is up."
_RELAY_V4 = ipaddress.ip_network("192.88.99.0/24")


def _network(text: str) -> str:
    ipaddress.ip_network(text)
    return text


class OutboundSettings(Value):
    """The section `outbound`. The defaults let nothing but public https through."""

    allow_http: bool = False
    allow_networks: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    """Private networks that may be reached all the same, such as `10.20.0.0/16`."""
    ports: tuple[int, ...] = (443, 80, 8443)
    max_bytes: int = Field(default=1_000_000, ge=1)
    timeout_seconds: float = Field(default=10.0, gt=0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. A redirect is an answer like any other: it is not followed."""

    status: int
    headers: dict[str, str]
    body: bytes


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """What the operating system says. Raises SourceError when it knows no such name."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failure:
        raise SourceError(f"The name {host} does not resolve.", "Check the address.") from failure
    return [str(entry[4][0]) for entry in found]


class Outbound:
    """The client. `get` and `post` raise SourceError for anything that must not or does not work."""

    def __init__(
        self,
        settings: OutboundSettings,
        resolve: Resolve = system_resolve,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._resolve = resolve
        self._transport = transport
        self._allowed = tuple(map(ipaddress.ip_network, settings.allow_networks))

    async def get(self, url: str) -> bytes:
        """The body of a 2xx answer."""
        answer = await self.request("GET", url)
        if not 200 <= answer.status < 300:
            raise SourceError(
                f"{shown(url)} answered {answer.status}.", "Redirects are not followed; give the final address."
            )
        return answer.body

    async def post(self, url: str, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        """Sends a body; the caller judges the status."""
        return await self.request("POST", url, body, headers)

    async def request(self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """One request to the address that was checked, within the caps. Raises SourceError."""
        parts = self._parts(url)
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                address = await self._checked_address(parts)
                return await self._send(method, parts, address, body, headers or {})
        except TimeoutError as failure:
            raise SourceError(
                f"{shown(url)} took longer than {self._settings.timeout_seconds:g} s.", _AWAY
            ) from failure
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:
            raise SourceError(f"{shown(url)} could not be reached: {type(failure).__name__}.", _AWAY) from failure

    def _parts(self, url: str) -> SplitResult:
        """Refuses every spelling that two programs could read differently."""
        if not url.isascii() or any(char <= " " or char in '\\<>"{}|^`\x7f' for char in url) or len(url) > 4_000:
            raise _refused(url, "it holds characters that do not belong into an address")
        try:
            parts = urlsplit(url)
            port = _port(parts)
        except ValueError as mistake:
            raise _refused(url, "it is malformed") from mistake
        schemes = ("https", "http") if self._settings.allow_http else ("https",)
        if parts.scheme not in schemes:
            raise _refused(url, f"only {' and '.join(schemes)} may leave")
        if "@" in parts.netloc or not parts.hostname:
            raise _refused(url, "it names a user, or no host")
        if port not in self._settings.ports:
            raise _refused(url, f"port {port} is not among {', '.join(map(str, self._settings.ports))}")
        return parts

    async def _checked_address(self, parts: SplitResult) -> Address:
        """The first of the host's addresses, when all of them may be reached."""
        host = parts.hostname or ""
        literal = _literal(host, parts)
        texts = [str(literal)] if literal else await self._resolve(host, _port(parts))
        addresses = [_parsed(text, parts) for text in texts]
        if not addresses:
            raise _refused(parts.geturl(), "its name has no address")
        for address in addresses:
            if not self._may_reach(address):
                raise _refused(parts.geturl(), f"{address} is not a public address")
        return addresses[0]

    def _may_reach(self, address: Address) -> bool:
        return is_public(address) or any(
            address in network for network in self._allowed if network.version == address.version
        )

    async def _send(
        self, method: str, parts: SplitResult, address: Address, body: bytes, headers: dict[str, str]
    ) -> Answer:
        """Connects to the checked address; the name goes into the Host header and into the certificate check."""
        host = parts.hostname or ""
        pinned = httpx.URL(parts.geturl()).copy_with(host=str(address), fragment=None)
        own = {"Host": parts.netloc, "User-Agent": "tocsin", "Accept-Encoding": "identity"}
        async with (
            httpx.AsyncClient(
                transport=self._transport,
                follow_redirects=False,
                trust_env=False,
                verify=trusted_authorities(),
                timeout=self._settings.timeout_seconds,
            ) as client,
            client.stream(
                method, pinned, content=body, headers={**headers, **own}, extensions={"sni_hostname": host}
            ) as answer,
        ):
            return Answer(answer.status_code, dict(answer.headers), await self._bounded(answer))

    async def _bounded(self, answer: httpx.Response) -> bytes:
        """Reads raw bytes only, so that a compressed bomb stays small."""
        read = bytearray()
        async for chunk in answer.aiter_raw():
            read += chunk
            if len(read) > self._settings.max_bytes:
                raise SourceError(f"The answer is larger than {self._settings.max_bytes} bytes.", "Ask for less.")
        return bytes(read)


def is_public(address: Address) -> bool:
    """True only for an address of the open internet: no private, loopback, link-local, shared, tunnelled or reserved one."""
    if isinstance(address, ipaddress.IPv4Address):
        special = address.is_multicast or address.is_reserved or address.is_unspecified or address in _RELAY_V4
        return address.is_global and not special
    # Mapped, NAT64, compatible, site-local and unique-local addresses are all outside 2000::/3; 6to4 and Teredo are inside.
    return address in _GLOBAL_V6 and address.is_global and not any(address in tunnel for tunnel in _TUNNELS_V6)


def _port(parts: SplitResult) -> int:
    return parts.port if parts.port is not None else (80 if parts.scheme == "http" else 443)


def _literal(host: str, parts: SplitResult) -> Address | None:
    """An address written as such. Other spellings of numbers (decimal, octal, hex, short) are refused, not interpreted."""
    if ":" in host:
        return _parsed(host, parts)
    if _NUMERIC_LABEL.match(host.rstrip(".").rpartition(".")[2]):
        return _parsed(host, parts)
    if not _NAME.match(host):
        raise _refused(parts.geturl(), "its host is no host name")
    return None


def _parsed(text: str, parts: SplitResult) -> Address:
    try:
        address = ipaddress.ip_address(text)
    except ValueError as mistake:
        raise _refused(parts.geturl(), "its address is written in an unusual way") from mistake
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        raise _refused(parts.geturl(), "its address names an interface")
    return address


def _refused(url: str, why: str) -> SourceError:
    return SourceError(
        f"{shown(url)} is not called: {why}.", "Give a public https address, or allow it under `outbound`."
    )


def shown(url: str) -> str:
    """The address without its query and user, which may hold secrets, and without anything that could deceive a reader."""
    return ascii(url.split("?")[0].rpartition("@")[2][:100])[1:-1]
