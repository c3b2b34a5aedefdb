"""The true service for a benchmark: `tocsin serve` as a process of its own, a keep-alive HTTP client, and made-up alerts.

Used by `benchmarks.ingest` and `benchmarks.latency`. Nothing is stubbed: the configuration is a file, the store is SQLite
on disk, every commit waits for the disk.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.servers import free_port, listening, wait_until

JSON_TYPE = {"content-type": "application/json"}
START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class Client:
    """One keep-alive connection. Not for two threads at once."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(self, path: str, body: bytes, headers: Mapping[str, str] = JSON_TYPE) -> tuple[int, bytes]:
        """Status and body of the answer."""
        return self._ask("POST", path, body, headers)

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever JSON the service answers
        """The JSON answered, which must be a success."""
        status, body = self._ask("GET", path, None, {})
        if status != 200:
            raise RuntimeError(f"GET {path} answered {status}: {body[:200]!r}")
        return json.loads(body)

    def events(self, incident: str) -> Iterator[tuple[str, float]]:
        """The kinds of an incident's events as they arrive on its stream, each with the time of arrival (monotonic)."""
        self._connection.request("GET", f"/api/incidents/{incident}/events")
        answer = self._connection.getresponse()
        for line in answer:
            if line.startswith(b"event: "):
                yield line[7:].strip().decode(), time.perf_counter()

    def close(self) -> None:
        """Hangs up."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        self._connection.request(method, path, body=body, headers=dict(headers))
        answer = self._connection.getresponse()
        return answer.status, answer.read()


@dataclass(frozen=True, slots=True)
class Service:
    """A running `tocsin serve`."""

    port: int
    process: "subprocess.Popen[bytes]"
    database: Path

    def resident_mb(self) -> float:
        """Megabytes of memory it holds now, from the kernel."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

    def kill(self) -> None:
        """SIGKILL: what was acknowledged must be there all the same."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(
    folder: Path, config: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> Iterator[Service]:
    """tocsin on a free loopback port over an empty SQLite file in `folder`, stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    database, file, port = folder / "tocsin.db", folder / "tocsin.yaml", free_port()
    file.write_text(json.dumps({"store": {"url": f"sqlite:///{database}"}, **(config or {})}))  # JSON is YAML
    program = [sys.executable, "-c", "from tocsin.cli import main; main()"]
    command = [*program, "serve", "--port", str(port), "--config", str(file)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(environ or {})}) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or listening(port), "tocsin serve", 120)
            if process.poll() is not None:
                raise RuntimeError(f"tocsin serve ended: {(folder / 'log').read_text()[-2000:]}")
            yield Service(port, process, database)
        finally:
            process.terminate()
            process.wait(timeout=30)


def alert(number: int, service: str = "", *, started: datetime = START) -> dict[str, Any]:
    """A made-up firing alert in Alertmanager's terms, no two alike; `service` defaults to one of fifty."""
    name = service or f"shop-{number % 50:02d}"
    labels = {"alertname": "HighErrorRate", "service": name, "instance": f"node-{number}", "severity": "warning"}
    text = f"{5 + number % 60}% of requests to {name} answer 500"
    return {
        "status": "firing",
        "labels": labels,
        "annotations": {"summary": f"{name} answers with errors", "description": text},
        "startsAt": (started + timedelta(milliseconds=number)).isoformat().replace("+00:00", "Z"),
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com/graph",
        "fingerprint": f"{number:016x}",
    }


def webhook(alerts: Sequence[Mapping[str, Any]]) -> bytes:
    """The body that Alertmanager would send for them."""
    shared = {"alertname": "HighErrorRate"}
    body = {"version": "4", "groupKey": "{}", "status": "firing", "receiver": "tocsin", "groupLabels": shared}
    rest = {"commonLabels": shared, "commonAnnotations": {}, "externalURL": "http://am.example.com", "alerts": alerts}
    return json.dumps({**body, **rest}).encode()


def in_parallel(port: int, lanes: int, work: Sequence[Callable[[Client], None]]) -> float:
    """Seconds that `work` takes over that many connections, each item once, no lane idle while there is work."""
    todo, failures = list(reversed(work)), list[BaseException]()
    clients = [Client(port) for _ in range(lanes)]

    def run(client: Client) -> None:
        try:
            while True:
                todo.pop()(client)
        except IndexError:
            client.close()
        except BaseException as failure:  # noqa: BLE001 - raised again below, in the caller's thread
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(client,)) for client in clients]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if failures:
        raise failures[0]
    return took


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]
