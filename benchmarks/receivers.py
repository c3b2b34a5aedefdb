"""What the steps of killed workers truly reach: a receiver of requests, a table of a PostgreSQL, a program, and a person.

Made once for each store by `benchmarks.crash`, `takeover` and `upgrade`. Each far end writes down every effect that reaches it,
the repeated ones too, with the key it came with where it takes one. Steps that reach them are on pages of a runbook folder, one
for each kind of executor; the alert's words choose the page.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.servers import free_port, listening, wait_until

from benchmarks.processes import ended, forked

KINDS = ("http", "sql", "command", "manual")
KEYED = frozenset({"http", "sql"})
"""Kinds whose pages say `idempotent: true`: cut, they run again with their key. The others become `outcome_unknown`."""
WORDS = {"http": "valve", "sql": "ledgerbook", "command": "siren", "manual": "lever"}
"""The word in an alert that chooses the page."""
MOST_SERVICES = 1000
_PAGE = """---
id: {kind}_drill
title: {word} of a full disk
version: 1
types: [database, infrastructure, application, network]
match:
  causes: [disk_full]
  terms: [{word}, "pull the {word}", "the {word} of the disk"]
risk: {risk}
parameters:
  service: {{type: identifier, from: incident.service}}
---
# {word} of a full disk

The {word}, and nothing but the {word}: pull the {word}.

```yaml step
name: pull
text: Pull the {word} of this service.
purpose: mitigate
risk: {risk}
auto: {auto}
idempotent: {idempotent}
timeout: 20s
run: {run}
no_verify: The drill counts what arrived.
no_rollback: What has been pulled stays pulled.
```
"""
_RUNS = {
    "http": '{executor: http, target: receiver, method: POST, path: "/acts/{service}"}',
    "sql": '{executor: sql, target: effects, statement: "INSERT INTO effects (service, key) '
    "VALUES (:service, current_setting('application_name'))\"}",
    "command": '{executor: command, argv: [pull, "{service}"]}',
    "manual": '{executor: manual, by: the keeper, command: "pull {service}"}',
}


@dataclass(frozen=True, slots=True)
class FarEnds:
    """Where the far ends of one store are. `database` is "" on a machine without PostgreSQL: then there is no kind `sql`."""

    folder: Path
    url: str
    database: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of steps that reach something here."""
        return tuple(kind for kind in KINDS if kind != "sql" or self.database)

    def config(self) -> dict[str, Any]:
        """Sections that let steps reach these far ends, by themselves where the page says so, and without a limit."""
        pull = {"path": str(self.folder / "pull"), "operands": ["ledger-[0-9]+"], "separator": False}
        databases = {"effects": {"url": self.database.replace("+psycopg", "")}} if self.database else {}
        most = {"in_flight_per_service": 9999, "per_incident_per_hour": 9999, "per_service_per_hour": 9999}
        return {
            "runbooks": {"folders": [str(self.folder / "pages")]},
            "catalogue": {
                "services": [{"name": f"ledger-{number}"} for number in range(MOST_SERVICES)],
                "resources": {"service": ["receiver"], "database": ["effects"]},
            },
            "policy": {"mode": "act", "limits": most},
            "executors": {
                "http": {"endpoints": {"receiver": {"url": self.url}}},
                "sql": {"databases": databases},
                "command": {"programs": {"pull": pull}},
            },
        }

    def cut_midway(self, pid: int) -> None:
        """The next effect that reaches the receiver or the program kills that process before it can hear of it."""
        (self.folder / "cut").write_text(str(pid))

    def effects(self, kind: str) -> list[tuple[str, str]]:
        """(service, key) of every effect that ever reached that far end, in order; the key is "" where none is taken."""
        if kind == "sql":
            return _rows(self.database)
        log = self.folder / f"{kind}.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [(service, key) for service, _, key in (line.partition(" ") for line in lines)]


@contextmanager
def far_ends(folder: Path, database: str = "") -> Iterator[FarEnds]:
    """The far ends in a folder of their own, the receiver as a process; gone at the end."""
    (folder / "pages").mkdir(parents=True)
    for kind in KINDS:
        (folder / "pages" / f"{kind}.md").write_text(_page(kind))
    _program(folder)
    port = free_port()
    pid = forked(lambda: _receive(folder, port))
    try:
        wait_until(lambda: listening(port), "the receiver")
        if database and ended(forked(lambda: _table(database))) != 0:
            raise RuntimeError("the table of effects could not be made")
        yield FarEnds(folder, f"http://127.0.0.1:{port}", database)
    finally:
        os.kill(pid, signal.SIGKILL)
        ended(pid)


def _page(kind: str) -> str:
    keyed = kind in KEYED
    said = {"risk": "reversible" if keyed else "disruptive", "auto": str(keyed).lower(), "run": _RUNS[kind]}
    return _PAGE.format(kind=kind, word=WORDS[kind], idempotent=str(keyed).lower(), **said)


def _program(folder: Path) -> None:
    """Writes its argument down; then, when a cut is asked for, kills the worker that waits for it."""
    path = folder / "pull"
    path.write_text(
        f'#!/bin/sh\necho "$1" >> {folder}/command.log\n'
        f"if mv {folder}/cut {folder}/cut.taken 2>/dev/null; then kill -9 $(cat {folder}/cut.taken); fi\n"
    )
    path.chmod(0o755)


def _receive(folder: Path, port: int) -> None:
    """The receiver: takes an effect once for each key, and writes down each time it is asked."""
    log, lock = folder / "http.log", threading.Lock()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service, key = self.path.rpartition("/")[2], self.headers.get("Idempotency-Key", "")
            with lock, log.open("a") as lines:
                known = key in log.read_text()
                lines.write(f"{service} {key}\n")
            _kill_the_waiting(folder)
            answer = b"known" if known else b"taken"
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    ThreadingHTTPServer(("127.0.0.1", port), Receiver).serve_forever()


def _kill_the_waiting(folder: Path) -> None:
    with suppress(FileNotFoundError, ProcessLookupError):
        taken = (folder / "cut").rename(folder / "cut.taken")
        os.kill(int(taken.read_text()), signal.SIGKILL)


def _table(database: str) -> None:
    import psycopg

    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE effects (at serial, service text NOT NULL, key text NOT NULL)")


def _rows(database: str) -> list[tuple[str, str]]:
    import psycopg

    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT service, key FROM effects ORDER BY at").fetchall()
    return [(str(service), str(key)) for service, key in rows]


def counted(effects: list[tuple[str, str]]) -> tuple[dict[str, int], dict[str, set[str]]]:
    """How often each service was reached, and under which keys."""
    keys: dict[str, set[str]] = {}
    for service, key in effects:
        keys.setdefault(service, set()).add(key)
    return dict(Counter(service for service, _ in effects)), keys
