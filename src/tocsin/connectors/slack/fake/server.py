"""The fake workspace's HTTP server: Slack's Web API at a loopback address, as Slack's own client speaks to it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tocsin.connectors.slack.fake.methods import call
from tocsin.connectors.slack.fake.workspace import Workspace


@contextmanager
def serving(workspace: Workspace) -> Iterator[str]:
    """Serves until the block ends; yields the address for `channels.slack.url`."""

    class Handler(_Handler):
        pass

    Handler.workspace = workspace
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    workspace: Workspace
    _one_at_a_time = threading.Lock()

    def do_POST(self) -> None:
        """One call: its method is the path, its arguments are a form or JSON, its token a header."""
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        args: dict[str, Any] = dict(parse_qsl(parts.query)) | self._arguments(body)
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or str(args.get("token") or "")
        with self._one_at_a_time:
            status, headers, answer = call(self.workspace, parts.path.removeprefix("/api/"), token, args)
        if answer is None:
            self.close_connection = True  # the work is done, and the answer never arrives
            return
        self._answer(status, headers, json.dumps(answer).encode())

    do_GET = do_POST

    def _arguments(self, body: bytes) -> dict[str, Any]:
        if (self.headers.get("Content-Type") or "").startswith("application/json"):
            found: dict[str, Any] = json.loads(body or b"{}")
            return found
        return dict(parse_qsl(body.decode(), keep_blank_values=True))

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""
