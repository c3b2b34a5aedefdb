"""A service to practise on: it leaks the connections of its pool, and an admin endpoint closes the leak. Standard library only.

Started by the demo as a process of its own. It reads from standard input what it plays, `{"metric": [healthy, sick]}`, listens on
a free port of this machine only, and writes its address as its first line. It ends with its standard input.
"""

import json
import math
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LIMIT = 500
LEAKED = 480


class Pool:
    """So many connections, of which some have leaked. Every look at the metrics is a second of traffic, and leaks one more."""

    def __init__(self, plays: dict[str, list[float]]) -> None:
        self._plays = plays
        self._lock = threading.Lock()
        self._leaked, self._leaking, self._looks = LEAKED, True, 0
        self._resets: dict[str, dict[str, object]] = {}

    def metrics(self) -> dict[str, float]:
        """Every metric between healthy and sick, as full as the pool is, with a little noise."""
        with self._lock:
            self._looks += 1
            self._leaked = min(LEAKED, self._leaked + 1) if self._leaking else 0
            strain, noise = self._leaked / LEAKED, 0.02 * math.sin(self._looks * 2.4)
            return {
                name: (healthy + strain * (sick - healthy)) * (1 + noise)
                for name, (healthy, sick) in self._plays.items()
            }

    def used(self) -> float:
        """The share of the pool that is taken."""
        with self._lock:
            return round((self._leaked + 20) / LIMIT, 3)

    def reset(self, key: str) -> dict[str, object]:
        """Closes what leaked and switches the leaking path off; the same key again answers again and does nothing."""
        with self._lock:
            if key not in self._resets:
                self._resets[key] = {"released": self._leaked, "resets": len(self._resets) + 1}
                self._leaked, self._leaking = 0, False
            return self._resets[key]


def handler(pool: Pool) -> type[BaseHTTPRequestHandler]:
    """The requests it knows."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = {"/healthz": lambda: {"ok": True}, "/metrics": pool.metrics, "/pool": lambda: {"used": pool.used()}}
            self._answer(known[self.path]() if self.path in known else None)

        def do_POST(self) -> None:
            self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 10_000))
            wanted = self.path == "/admin/pool/reset"
            self._answer(pool.reset(self.headers.get("Idempotency-Key", "")) if wanted else None)

        def _answer(self, body: object) -> None:
            content = json.dumps(body if body is not None else {"error": "no such thing"}).encode()
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Says nothing: the demo has the screen."""

    return Handler


def main() -> None:
    """Plays until standard input ends."""
    pool = Pool(json.loads(sys.stdin.readline()))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(pool)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
