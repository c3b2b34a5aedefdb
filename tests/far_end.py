"""A true HTTP server for a played far end: what an executor says crosses a real socket, and the socket can be cut."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Answering = Callable[[str, str, Mapping[str, str], Mapping[str, str], bytes], tuple[int, bytes] | None]
"""Method, path, query, headers (lower case) and body to status and body; None cuts the connection without a word."""


@contextmanager
def far_end(answering: Answering) -> Iterator[str]:
    """Serves on a free loopback port; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = answering(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            self.close_connection = True
            if answer is not None:
                self.send_response(answer[0])
                self.send_header("Content-Length", str(len(answer[1])))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(answer[1])

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
