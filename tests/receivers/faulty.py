"""An HTTP server in front of a fake, whose next answers can go wrong in every way the network and the vendor know."""

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx


class Fault(StrEnum):
    """What happens to a call."""

    RESET = "reset"
    """The connection is reset before anything is read."""
    CLOSED = "closed"
    """The request is read, and the connection closed without a word; nothing was done."""
    HANG = "hang"
    ERROR = "error"
    """503."""
    BUSY = "busy"
    """429, with Retry-After."""
    TRUNCATED = "truncated"
    """It was done, and the answer breaks off."""
    ACK_LOST = "ack_lost"
    """It was done, and the answer never comes."""
    WRONG = "wrong"
    """400: understood, and not taken."""
    DENIED = "denied"
    """401."""


RETRY_AFTER = 7


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answered:
    status: int
    body: Any = b""
    """Bytes as they are, anything else as JSON."""
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[Asked], Answered]


class _Quiet(ThreadingHTTPServer):
    """A caller that hung up is no news."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError | httpx.TransportError):
            super().handle_error(request, client_address)


class Faulty:
    """The server. `next` makes the next calls go wrong, `always` all of them until it is None again."""

    def __init__(self, answering: Answering, wrong: Answered | None = None) -> None:
        """`wrong` is how the vendor says that it does not take something, where that is not a plain 400."""
        self._wrong = wrong
        self.always: Fault | None = None
        self.asked: list[Asked] = []
        self._next: list[Fault | None] = []
        self._let_go = threading.Event()
        self._answering = answering
        self._one_at_a_time = threading.Lock()
        self._port = 0
        self.up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    def next(self, fault: Fault | None, times: int = 1) -> None:
        """What happens to the next calls, in order; None lets one through."""
        self._next += [fault] * times

    def up(self) -> None:
        """Listens, on the port it had."""
        self._server = _Quiet(("127.0.0.1", self._port), self._handler())
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def down(self) -> None:
        """Nobody listens."""
        self._let_go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._let_go.clear()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                self.close_connection = True
                fault = faulty._next.pop(0) if faulty._next else faulty.always
                if fault is Fault.RESET:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    return
                self.raw_requestline = self.rfile.readline(65_537)
                if self.raw_requestline and self.parse_request():
                    self.close_connection = True  # parsing has set it to what the client would like
                    faulty._handle(self, fault)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return Handler

    def _handle(self, to: BaseHTTPRequestHandler, fault: Fault | None) -> None:
        parts = urlsplit(to.path)
        headers = {name.lower(): value for name, value in to.headers.items()}
        body = to.rfile.read(int(headers.get("content-length", 0)))
        asked = Asked(to.command, parts.path, parse_qsl(parts.query, keep_blank_values=True), headers, body)
        if fault is Fault.CLOSED:
            return
        if fault is Fault.HANG:
            self._let_go.wait(30)
            return
        wrong = {
            Fault.ERROR: Answered(503, b"upstream is away"),
            Fault.BUSY: Answered(429, b"slow down", {"Retry-After": str(RETRY_AFTER)}),
            Fault.WRONG: self._wrong or Answered(400, b"we do not take this: " + repr(headers).encode() + body[:300]),
            Fault.DENIED: Answered(401, b"who are you, " + headers.get("authorization", "").encode()),
        }.get(fault)
        if wrong is None:
            with self._one_at_a_time:
                self.asked.append(asked)
                answer = self._answering(asked)
            if fault is Fault.ACK_LOST:
                return
        else:
            answer = wrong
        self._answer(to, answer, cut=fault is Fault.TRUNCATED)

    def _answer(self, to: BaseHTTPRequestHandler, answer: Answered, *, cut: bool) -> None:
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        to.send_response(answer.status)
        for name, value in {"Connection": "close", **answer.headers}.items():
            to.send_header(name, value)
        to.send_header("Content-Length", str(len(body) + (100 if cut else 0)))
        to.end_headers()
        to.wfile.write(body[: len(body) // 2] if cut else body)


@contextmanager
def faulty(answering: Answering, wrong: Answered | None = None) -> Iterator[Faulty]:
    """Serves on a free loopback port until the block ends."""
    server = Faulty(answering, wrong)
    try:
        yield server
    finally:
        server.down()


def forwarding(url: str) -> Answering:
    """Hands every call on to another server."""

    def answer(asked: Asked) -> Answered:
        left_out = {"host", "content-length", "connection", "accept-encoding"}
        headers = {name: value for name, value in asked.headers.items() if name not in left_out}
        told = httpx.request(
            asked.method, url + asked.path, params=asked.query, content=asked.body, headers=headers, timeout=10
        )
        kept = {name: told.headers[name] for name in ("content-type", "retry-after") if name in told.headers}
        return Answered(told.status_code, told.content, kept)

    return answer
