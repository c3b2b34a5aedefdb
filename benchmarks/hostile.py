"""Hostile senders and the true service: forgeries (W1), replays (W2), bodies made to hurt (W3). Used by `benchmarks.ingest`."""

import hmac
import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.wire import JSON_TYPE, Client, Service, alert, in_parallel, serving, webhook

SECRET = "a-secret-of-the-benchmark-0123456789"  # noqa: S105 - guards nothing but the benchmark
MEGABYTE = 1_000_000
SLOW = 50


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way of proving who sends: the source, a body it understands, and the header for a body."""

    source: str
    body: bytes
    header: str
    prove: Callable[[bytes], str]


def _hex(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, "sha256").hexdigest()


def schemes() -> tuple[Scheme, ...]:
    """Vendors that sign, each in its own way, and the shared secret of everyone else."""
    incident = {"id": "Q1", "type": "incident", "title": "Errors", "status": "triggered", "urgency": "high"}
    event = {
        "event": {
            "id": "E1",
            "event_type": "incident.triggered",
            "occurred_at": "2026-11-21T03:00:00Z",
            "data": incident,
        }
    }
    grafana = {**json.loads(webhook([alert(1)])), "orgId": 1, "title": "Errors", "state": "alerting"}
    issue = {"id": "7", "title": "ValueError", "level": "error", "status": "unresolved", "project": {"slug": "shop"}}
    sentry = {"action": "created", "installation": {"uuid": "u"}, "data": {"issue": issue}}
    return (
        Scheme("pagerduty", json.dumps(event).encode(), "x-pagerduty-signature", lambda body: f"v1={_hex(body)}"),
        Scheme("grafana", json.dumps(grafana).encode(), "x-grafana-alerting-signature", _hex),
        Scheme("sentry", json.dumps(sentry).encode(), "sentry-hook-signature", _hex),
        Scheme("alertmanager", webhook([alert(2)]), "authorization", lambda _: f"Bearer {SECRET}"),
    )


def forged(scheme: Scheme, dice: random.Random) -> tuple[bytes, dict[str, str]]:
    """A delivery that is almost genuine: one thing about body or proof is wrong."""
    proof = scheme.prove(scheme.body)
    ways = ["proof", "cut", "none", "empty", "secret", "longer"]
    way = dice.choice(ways if scheme.header == "authorization" else [*ways, "body", "body", "body"])
    if way == "none":
        return scheme.body, {**JSON_TYPE}
    changed = bytearray(scheme.body)
    if way == "body":
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(7)
    start = len(proof) - 30
    place = dice.randrange(start, len(proof))
    swapped = proof[:place] + ("0" if proof[place] != "0" else "1") + proof[place + 1 :]
    texts = {"proof": swapped, "cut": proof[:place], "empty": "", "longer": proof + "0"}
    texts["secret"] = proof[:start] + "".join(dice.choices("0123456789abcdef", k=30))
    return bytes(changed), {**JSON_TYPE, scheme.header: texts.get(way, proof)}


def forgeries(folder: Path, each: int, seed: int = 1) -> dict[str, Any]:
    """W1: of so many forgeries of each scheme, how many are let in; the genuine ones must be."""
    found = schemes()
    entries = {one.source: {"secrets": [{"env": "BENCH_SECRET"}]} for one in found}
    accepted = genuine = 0
    dice = random.Random(seed)
    with serving(folder, {"sources": entries}, {"BENCH_SECRET": SECRET}) as service:
        client = Client(service.port)
        for one in found:
            for _ in range(each):
                body, headers = forged(one, dice)
                accepted += client.post(f"/hooks/{one.source}", body, headers)[0] < 300
            proof = {**JSON_TYPE, one.header: one.prove(one.body)}
            genuine += client.post(f"/hooks/{one.source}", one.body, proof)[0] < 300
    return {
        "w1_schemes": len(found),
        "w1_genuine_accepted": genuine,
        "w1_forged": each * len(found),
        "w1_forged_accepted": accepted,
    }


def replays(folder: Path, count: int) -> dict[str, Any]:
    """W2: one delivery sent again and again, over several connections at once."""
    body = webhook([alert(number) for number in range(3)])
    with serving(folder) as service:
        _send(body, Client(service.port))
        before = incidents(service.port)
        in_parallel(service.port, 4, [partial(_send, body)] * count)
        return {"w2_replays": count, "w2_new_incidents": incidents(service.port) - before}


def _send(body: bytes, client: Client) -> None:
    status, answer = client.post("/hooks/alertmanager", body)
    if status >= 300:
        raise RuntimeError(f"the service answered {status}: {answer[:200]!r}")


def incidents(port: int) -> int:
    """How many incidents there are, up to the 500 that the API lists."""
    return len(Client(port).get("/api/incidents?limit=500")["incidents"])


def burdens(folder: Path, seconds: float = 6.0) -> dict[str, Any]:
    """W3: huge, endless, slow and deep bodies for that long, while an honest sender measures how long it waits."""
    with serving(folder, {"serve": {"read_seconds": seconds / 2}}) as service:
        client = Client(service.port)
        for number in range(50):
            client.post("/hooks/alertmanager", webhook([alert(number)]))
        time.sleep(2)
        before, peak, answers = service.resident_mb(), [0.0], list[int]()
        with honest(service, peak) as waits, slow_senders(service.port, SLOW) as slow:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                answers += [send(service.port) for send in (_huge, _endless, _deep, _deep_objects)]
            refused = sum(_refused(line) for line in slow)
        kept = Client(service.port).get("/healthz")["status"]
    return {
        "w3_bodies": len(answers),
        "w3_answers": sorted(set(answers)),
        "w3_slow": SLOW,
        "w3_slow_refused": refused,
        "w3_rss_growth_mb": round(peak[0] - before, 1),
        "w3_others_worst_ms": round(max(waits) * 1000, 1),
        "w3_others_served": len(waits),
        "w3_healthy_after": kept == "ok",
    }


@contextmanager
def honest(service: Service, peak: list[float]) -> Iterator[list[float]]:
    """Sends small honest webhooks all the while; yields how long each took, and keeps the peak of memory."""
    waits, over = list[float](), threading.Event()

    def send() -> None:
        client, number = Client(service.port), 1000
        while not over.is_set():
            number += 1
            began = time.perf_counter()
            _send(webhook([alert(number)]), client)
            waits.append(time.perf_counter() - began)
            peak[0] = max(peak[0], service.resident_mb())
            over.wait(0.02)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield waits
    finally:
        over.set()
        thread.join()


@contextmanager
def slow_senders(port: int, count: int) -> Iterator[list[socket.socket]]:
    """So many connections that send one byte a second of a body that they promised; yields them."""
    over = threading.Event()
    lines = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(count)]
    for line in lines:
        line.sendall(_head(f"content-length: {MEGABYTE // 2}"))

    def drip() -> None:
        while not over.wait(1.0):
            for line in lines:
                try:
                    line.sendall(b" ")
                except OSError:
                    continue  # the service hung up on it, as it should

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield lines
    finally:
        over.set()
        thread.join()
        for line in lines:
            line.close()


def _refused(line: socket.socket) -> bool:
    """The service has answered with a refusal, or hung up."""
    line.setblocking(False)
    try:
        answer = line.recv(64)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return not answer or answer.startswith(b"HTTP/1.1 4")


def _head(*more: str) -> bytes:
    lines = ("POST /hooks/alertmanager HTTP/1.1", "host: 127.0.0.1", "content-type: application/json", *more)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _huge(port: int) -> int:
    """64 MB, announced."""
    return _poured(port, f"content-length: {64 * MEGABYTE}", [b"x" * MEGABYTE] * 64)


def _endless(port: int) -> int:
    """64 MB in chunks, unannounced."""
    chunk = f"{MEGABYTE:x}\r\n".encode() + b"x" * MEGABYTE + b"\r\n"
    return _poured(port, "transfer-encoding: chunked", [*[chunk] * 64, b"0\r\n\r\n"])


def _deep(port: int) -> int:
    """A hundred thousand brackets."""
    body = b"[" * 100_000
    return _poured(port, f"content-length: {len(body)}", [body])


def _deep_objects(port: int) -> int:
    """A hundred thousand objects, one inside the other."""
    body = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    return _poured(port, f"content-length: {len(body)}", [body])


def _poured(port: int, how: str, parts: list[bytes]) -> int:
    """The status answered to a body poured in as fast as it is taken; 0 when the service only hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        try:
            line.sendall(_head(how, "connection: close"))
            for part in parts:
                line.sendall(part)
        except OSError:
            pass  # it hung up before the end: its answer may still be there to read
        try:
            first = line.recv(64).split(b" ")
        except OSError:
            return 0
    return int(first[1]) if len(first) > 1 else 0


def summary(folder: Path, *, each: int, count: int) -> dict[str, Any]:
    """The three figures together."""
    parts: Mapping[str, Callable[[Path], dict[str, Any]]] = {
        "w1": partial(forgeries, each=each),
        "w2": partial(replays, count=count),
        "w3": burdens,
    }
    return {key: value for name, part in parts.items() for key, value in part(folder / name).items()}
