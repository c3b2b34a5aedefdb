"""Faithful small fakes of log systems that Debian does not carry, over real HTTP. They answer as the vendors' API documents say.

Loki: GET /loki/api/v1/query_range (LogQL stream selector, nanoseconds, limit, direction). Elasticsearch: POST /INDEX/_search
(bool filter of range and match_phrase, sort, size). Both refuse what they would refuse in truth.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]
_SELECTOR = re.compile(r'\{([a-zA-Z_]\w*)(=~|!=)"((?:[^"\\]|\\.)*)"\}$')


@contextmanager
def serving(answer: Callable[[str, str, dict[str, list[str]], bytes, Any], Answer]) -> Iterator[str]:
    """The address of a server that answers with `answer(method, path, params, body, headers)`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = answer(self.command, parts.path, parse_qs(parts.query), body, self.headers)
            sent = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def loki(streams: list[tuple[dict[str, str], list[tuple[int, str]]]]):
    """A Loki that holds `streams`: labels, and lines with their nanoseconds."""

    def answer(method, path, params, body, headers):
        if path != "/loki/api/v1/query_range" or method != "GET":
            return 404, b"404 page not found"
        selector = _SELECTOR.match(params["query"][0])
        if not selector:
            return 400, b"parse error at line 1, col 1: syntax error"
        label, operator, value = selector[1], selector[2], re.sub(r"\\(.)", r"\1", selector[3])
        start, end, limit = int(params["start"][0]), int(params["end"][0]), int(params["limit"][0])
        wanted = [
            (labels, at, line)
            for labels, lines in streams
            if (re.fullmatch(value, labels.get(label, "")) if operator == "=~" else labels.get(label, "") != value)
            for at, line in lines
            if start <= at < end
        ]
        wanted.sort(key=lambda one: one[1], reverse=params["direction"][0] == "backward")
        grouped: dict[str, dict[str, Any]] = {}
        for labels, at, line in wanted[:limit]:
            grouped.setdefault(json.dumps(labels), {"stream": labels, "values": []})["values"].append([str(at), line])
        return 200, {
            "status": "success",
            "data": {"resultType": "streams", "result": list(grouped.values()), "stats": {}},
        }

    return serving(answer)


def elasticsearch(documents: list[dict[str, Any]], api_key: str = ""):
    """An Elasticsearch that holds `documents`, each as its `_source` would be."""

    def answer(method, path, params, body, headers):
        if api_key and headers.get("Authorization") != f"ApiKey {api_key}":
            return 401, {
                "error": {"type": "security_exception", "reason": "missing authentication credentials"},
                "status": 401,
            }
        if not path.endswith("/_search") or method != "POST":
            return 405, {"error": "Incorrect HTTP method", "status": 405}
        asked = json.loads(body)
        ((field, order),) = asked["sort"][0].items()
        found = [one for one in documents if all(_holds(clause, one) for clause in asked["query"]["bool"]["filter"])]
        found.sort(key=lambda one: one[field], reverse=order["order"] == "desc")
        hits = [
            {"_index": "logs-2026", "_id": str(n), "_score": None, "_source": one, "sort": [one[field]]}
            for n, one in enumerate(found)
        ]
        return 200, {"took": 3, "timed_out": False, "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
                     "hits": {"max_score": None, "hits": hits[: asked["size"]]}}  # fmt: skip

    return serving(answer)


def _holds(clause: dict[str, Any], document: dict[str, Any]) -> bool:
    ((kind, inner),) = clause.items()
    if kind == "bool":
        return sum(_holds(one, document) for one in inner["should"]) >= inner["minimum_should_match"]
    ((field, value),) = inner.items()
    found: Any = document
    for part in [field] if field in document else field.split("."):
        found = found.get(part, {}) if isinstance(found, dict) else {}
    if kind == "match_phrase":
        return isinstance(found, str) and value.lower() == found.lower()
    if kind == "range":
        return (
            datetime.fromisoformat(value["gte"])
            <= datetime.fromisoformat(found)
            <= datetime.fromisoformat(value["lte"])
        )
    raise AssertionError(f"this fake knows no {kind}")
