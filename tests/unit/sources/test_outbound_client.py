"""The client for addresses from outside: more than two hundred hostile spellings, and not one connection."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable, Sequence

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.connectors.outbound import Outbound, OutboundSettings, is_public
from tocsin.errors import SourceError

PUBLIC = "93.184.216.34"
INSIDE_V4 = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
]  # fmt: skip
INSIDE_V6 = [
    "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2001::1", "2002:7f00:1::",
    "2002:a9fe:a9fe::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "3fff::1", "5f00::1", "4000::1",
    *(f"::ffff:{address}" for address in INSIDE_V4),
    *(f"::{address}" for address in INSIDE_V4[:4]),
    *(f"64:ff9b::{address}" for address in INSIDE_V4[:6]),
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "::ffff:0:127.0.0.1",
]  # fmt: skip
ODD_NUMBERS = [
    "2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "0177.0.0.01", "127.1", "127.0.1", "127.0.0.1.",
    "0x7f.1", "00000177.0.0.1", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.16689662", "0",
    "0x0", "127.0.0.01", "127.0.0.0x1", "1.2.3.4.5", "256.1.1.1", "300.300.300.300", "4294967297", "0x100000001", "08.8.8.8",
    "0x", "127.0.0.1.0x", "3232235777", "0300.0250.0.1", "0xc0.0xa8.0.1", "10.1", "192.168.1",
]  # fmt: skip
NAMES_INSIDE = [
    "localhost", "LOCALHOST", "localhost.", "ip6-localhost", "metadata", "metadata.google.internal", "kubernetes.default.svc",
    "printer.local", "127.0.0.1.nip.example", "rebind.example", "db.internal", "router.lan", "a.localhost", "x_y.internal",
]  # fmt: skip
MALFORMED = [
    "", "https", "https:", "https://", "https:///etc/passwd", "//example.org", "example.org", "/x", "https:/example.org",
    "https://user@example.org/", "https://user:pw@example.org/", "https://example.org@10.0.0.1/", "https://@example.org/",
    "https://example.org:22/", "https://example.org:0/", "https://example.org:6379/", "https://example.org:99999/",
    "https://example.org:x/", "https://example.org:-1/", "https://[::1", "https://::1/", "https://[::1%25eth0]/",
    "https://[fe80::1%eth0]/", "https://[2606:4700::1%25lo]/", "https://exam ple.org/", "https://example.org/a b",
    "https://example.org\\@10.0.0.1/", "https://example.org\\.evil/", "https://example.org\t/", "https://example.org/\r\nX: y",
    "https://example.org\n.evil/", "https://\x00example.org/", "https://example.org\x7f/", "https://ex\u00e4mple.org/",
    "https://\u2460\u2461\u2466.0.0.1/", "https://127\u30020\u30020\u30021/", "https://\uff11\uff12\uff17.0.0.1/",
    "https://example\u3002org/", "https://-a.example/", "https://a-.example/", "https://a..example/", "https://.example.org/",
    "https://" + "a" * 64 + ".example/", "https://" + "a." * 140 + "example/", "https://example.org/" + "x" * 5_000,
    "https://exa%6dple.org/", "https://127.0.0.1%2f@example.org/", "https://[127.0.0.1]/", "https://[::ffff:7f00:1]:443/",
    "https://{host}/", "https://<host>/", 'https://"a"/', "https://a|b/", "https://a^b/", "https://a`b/", "https://*/",
    "http://example.org/", "HTTP://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://10.0.0.1:70/_x",
    "dict://10.0.0.1:11211/", "javascript:alert(1)", "data:text/plain,x", "jar:https://example.org!/", "ws://example.org/",
    "unix:///var/run/docker.sock", "ldap://10.0.0.1/", "blob:https://example.org/x", "http+unix://x/", " https://example.org/",
]  # fmt: skip
HOSTILE = [
    *(f"https://{host}/" for host in (*INSIDE_V4, *ODD_NUMBERS, *NAMES_INSIDE)),
    *(f"https://[{host}]/" for host in INSIDE_V6),
    *(f"https://{host}:8443/latest/meta-data/" for host in INSIDE_V4),
    *MALFORMED,
]


class Chunks(httpx.AsyncByteStream):
    """A body that has not been read yet, as it comes from a real server."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk


def answer(status: int, *chunks: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, headers=headers, stream=Chunks(*chunks))


class Wire(httpx.AsyncBaseTransport):
    """Stands where the network would be, counts what reaches it, and answers as told."""

    def __init__(self, reply: Callable[[httpx.Request], httpx.Response] | None = None) -> None:
        self.seen: list[httpx.Request] = []
        self.reply = reply or (lambda request: answer(200, b"o", b"k"))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return self.reply(request)


def resolving(*addresses: str) -> Callable[[str, int], "asyncio.Future[Sequence[str]]"]:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve  # type: ignore[return-value]


def client(wire: Wire, *addresses: str, **settings: object) -> Outbound:
    return Outbound(OutboundSettings.model_validate(settings), resolving(*addresses), wire)  # type: ignore[arg-type]


def test_the_list_of_hostile_addresses_is_long_enough_to_mean_something() -> None:
    assert len(set(HOSTILE)) >= 200


@pytest.mark.parametrize("url", HOSTILE, ids=ascii)
def test_no_hostile_address_is_ever_connected_to(url: str) -> None:
    wire = Wire()
    with pytest.raises(SourceError):
        asyncio.run(client(wire, "127.0.0.1").get(url))
    assert wire.seen == []


@pytest.mark.parametrize("address", [*INSIDE_V4, *INSIDE_V6])
def test_a_name_that_resolves_to_the_inside_is_refused_even_beside_a_public_address(address: str) -> None:
    for addresses in ((address,), (PUBLIC, address), (address, PUBLIC)):
        wire = Wire()
        with pytest.raises(SourceError, match="not a public address"):
            asyncio.run(client(wire, *addresses).get("https://example.org/"))
        assert wire.seen == []


def test_the_address_that_was_checked_is_the_address_that_is_called() -> None:
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    wire = Wire()
    assert asyncio.run(Outbound(OutboundSettings(), rebinding, wire).get("https://example.org/a?b=c")) == b"ok"
    (request,) = wire.seen
    assert asked == ["example.org"]
    assert str(request.url) == f"https://{PUBLIC}/a?b=c"
    assert request.headers["host"] == "example.org"
    assert request.extensions["sni_hostname"] == "example.org"


def test_a_public_ipv6_address_is_called_in_brackets() -> None:
    wire = Wire()
    asyncio.run(client(wire, "2606:4700::1111").get("https://example.org/"))
    assert wire.seen[0].url.host == "2606:4700::1111"


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    wire = Wire(lambda request: answer(302, headers={"location": "http://169.254.169.254/"}))
    with pytest.raises(SourceError, match="302"):
        asyncio.run(client(wire, PUBLIC).get("https://example.org/"))
    assert len(wire.seen) == 1


def test_an_answer_larger_than_the_limit_is_cut_off() -> None:
    wire = Wire(lambda request: answer(200, b"x" * 60, b"x" * 41))
    with pytest.raises(SourceError, match="larger than 100"):
        asyncio.run(client(wire, PUBLIC, max_bytes=100).get("https://example.org/"))


def test_a_server_that_never_answers_costs_no_more_than_the_time_limit() -> None:
    async def asleep(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(30)
        return [PUBLIC]

    with pytest.raises(SourceError, match="longer than"):
        asyncio.run(Outbound(OutboundSettings(timeout_seconds=0.05), asleep, Wire()).get("https://example.org/"))


def test_what_breaks_on_the_way_is_one_kind_of_error() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(SourceError, match="could not be reached"):
        asyncio.run(client(Wire(broken), PUBLIC).get("https://example.org/"))


def test_a_private_network_is_reached_only_when_the_operator_names_it() -> None:
    wire = Wire()
    url = "http://10.20.1.5:9000/hook"
    opened = client(wire, allow_http=True, allow_networks=["10.20.0.0/16"], ports=[9000])
    assert asyncio.run(opened.post(url, b"{}", {"content-type": "application/json"})).status == 200
    with pytest.raises(SourceError):
        asyncio.run(opened.get("http://10.21.1.5:9000/"))
    assert [request.method for request in wire.seen] == ["POST"]


def test_a_sender_s_header_cannot_replace_the_host() -> None:
    wire = Wire()
    asyncio.run(client(wire, PUBLIC).post("https://example.org/", b"", {"Host": "evil.example"}))
    assert wire.seen[0].headers.get_list("host") == ["example.org"]


def test_a_true_server_is_called_over_a_true_socket() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        host = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"host:"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(host) + host)
        await writer.drain()
        writer.close()

    async def whole() -> bytes:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        settings = OutboundSettings(allow_http=True, allow_networks=("127.0.0.0/8",), ports=(port,))
        async with server:
            body = await Outbound(settings, resolving("127.0.0.1")).get(f"http://hooks.example.org:{port}/x")
        return body.replace(str(port).encode(), b"PORT")

    assert asyncio.run(whole()).lower() == b"host: hooks.example.org:port"


def test_an_error_never_repeats_the_secrets_of_an_address() -> None:
    with pytest.raises(SourceError) as refusal:
        asyncio.run(client(Wire(), PUBLIC).get("https://user:pw@example.org/?token=hush"))
    assert "hush" not in str(refusal.value)
    assert "pw" not in str(refusal.value)


@given(st.integers(0, 2**32 - 1))
def test_no_address_that_python_calls_private_is_public_to_us(number: int) -> None:
    address = ipaddress.IPv4Address(number)
    assert not (is_public(address) and (address.is_private or address.is_multicast or address.is_loopback))
    assert not is_public(ipaddress.IPv6Address(f"::ffff:{address}"))
    assert not is_public(ipaddress.IPv6Address((0x64FF9B << 96) | number))
