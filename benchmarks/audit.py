"""How fast the audit reads and whether it finds tampering: `python -m benchmarks.audit --json`.

Two measurements on SQLite files made for the occasion. `verify_rows_per_s`: a whole database of events, projections
and evidence, median of three runs; `verify_rows_per_cpu_s` counts only our own work, as an idle machine would. `found`:
random tamperings, one at a time on a fresh copy, each of which the audit must find, and name by incident and event;
those that only an anchor can show are compared with one made before.
"""

import argparse
import asyncio
import json
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.tampering import Hand, tamper
from tocsin.model.event import AlertJoined, AlertRepeated, Body, Declared, EvidenceCollected, FindingsReported, Noted
from tocsin.model.evidence import Evidence, EvidenceKind, Finding, FindingKind, Quote, digest
from tocsin.ports import Ledger
from tocsin.store.audit import anchor, verify
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def incident(ledger: Ledger, name: str, length: int) -> None:
    """One incident of `length` events, of the kinds and sizes that a response leaves behind, one body erased."""
    kept = answer(name)
    ledger.evidence.put(name, kept)
    for number, body in enumerate(story(name, kept, length - 1)):
        ledger.timeline.append(name, body, actor="system", at=START + timedelta(seconds=number))
    end = START + timedelta(seconds=length)
    ledger.timeline.erase_body(
        name, length // 2 + 1, reason="asked by the person", actor="person:dpo@example.com", at=end
    )


def answer(name: str) -> Evidence:
    """A stored log answer."""
    content = "\n".join(f"{name} worker {line}: connection refused" for line in range(20))
    return Evidence(
        id=f"{name}-E", kind=EvidenceKind.LOGS, source="loki", query="q", content=content, sha256=digest(content),
        collected_at=START,
    )  # fmt: skip


def story(name: str, kept: Evidence, length: int) -> list[Body]:
    """The bodies, in order: opened, joined, looked at, found, and then the long tail of repeats and notes."""
    quote = Quote(evidence_id=kept.id, text="connection refused")
    found = Finding(
        id=f"{name}-F",
        role="logs",
        kind=FindingKind.LOG_NEW,
        text="a new error appeared",
        confidence=0.8,
        quotes=(quote,),
    )
    bodies: list[Body] = [
        Declared(
            title="Checkout fails", service="checkout", reason="first alert", alert_id=f"{name}-A", started_at=START
        ),
        AlertJoined(alert_id=f"{name}-B", title="Errors", service="cart", reason="a neighbour of checkout"),
        EvidenceCollected(evidence_id=kept.id, source="loki", query="q", sha256=kept.sha256, summary="20 lines"),
        FindingsReported(role="logs", findings=(found,)),
    ]
    for number in range(length - len(bodies)):
        repeated = AlertRepeated(alert_id=f"{name}-A", count=number + 2, reason="it fired again")
        bodies.append(Noted(text=f"note {number}") if number % 3 else repeated)
    return bodies


def fill(path: Path, incidents: int, length: int) -> None:
    """A database of that many incidents of that many events, closed and whole in one file."""

    async def write() -> None:
        async with open_store(StoreSettings(url=f"sqlite:///{path}")) as store:
            works = [partial(incident, name=f"INC-20261121-{one:06d}", length=length) for one in range(incidents)]
            await asyncio.gather(*map(store.write, works))

    asyncio.run(write())
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")


def speed(folder: Path, incidents: int, length: int) -> dict[str, Any]:
    """Events verified per second, the whole verification: open, chain, fold, projection, evidence, close."""
    path = folder / "speed.db"
    fill(path, incidents, length)
    settings, rates, cpu_rates = StoreSettings(url=f"sqlite:///{path}"), [], []
    for _ in range(3):
        began, cpu = time.perf_counter(), time.process_time()
        verdict = verify(settings)
        rates.append(verdict.events / (time.perf_counter() - began))
        cpu_rates.append(verdict.events / (time.process_time() - cpu))
        if not verdict.ok or verdict.events != incidents * length:
            raise SystemExit(f"the audit of an untouched database is wrong: {verdict.faults[:3]}")
    size = round(path.stat().st_size / 1e6, 1)
    speeds = {"verify_rows_per_s": statistics.median(rates), "verify_rows_per_cpu_s": statistics.median(cpu_rates)}
    return {"events": incidents * length, "megabytes": size, **{name: round(rate) for name, rate in speeds.items()}}


def detection(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """How many of `count` tamperings are found, and named."""
    whole, copy = folder / "whole.db", folder / "copy.db"
    fill(whole, incidents=6, length=9)
    settings = StoreSettings(url=f"sqlite:///{copy}")
    remembered = anchor(StoreSettings(url=f"sqlite:///{whole}"), START)
    dice, found, named, missed = random.Random(seed), 0, 0, []
    kinds: Counter[str] = Counter()
    for _ in range(count):
        shutil.copyfile(whole, copy)
        with closing(sqlite3.connect(copy)) as db:
            db.execute("PRAGMA synchronous = OFF")
            done = tamper(Hand(db, dice))
        verdict = verify(settings, anchor=remembered if done.anchor else None)
        places = {(fault.incident_id, fault.seq) for fault in verdict.faults}
        found += not verdict.ok
        named += bool(places & done.places)
        kinds[done.kind.split()[0]] += 1
        if not places & done.places:
            missed.append(f"{done.kind} at {sorted(done.places)}: {[str(fault) for fault in verdict.faults]}")
    figures = {"tampered": count, "found": found, "named": named, "kinds": dict(sorted(kinds.items()))}
    return {**figures, "missed": missed[:10], "seed": seed}


def main() -> None:
    """Prints the figures; --json prints one object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", help="a seed for the dice; the databases are made here")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--incidents", type=int, default=4000)
    parser.add_argument("--length", type=int, default=25)
    parser.add_argument("--tamper", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-audit-") as name:
        fast = speed(Path(name), asked.incidents, asked.length)
        figures = {"benchmark": "audit", **fast, **detection(Path(name), asked.tamper, int(asked.data or 20261121))}
    if asked.json:
        print(json.dumps(figures))
        return
    print(f"verify: {figures['verify_rows_per_s']:,} events/s over {figures['events']:,} ({figures['megabytes']} MB)")
    print(
        f"tampering: {figures['found']:,} of {figures['tampered']:,} found, {figures['named']:,} named; {figures['kinds']}"
    )
    for line in figures["missed"]:
        print(f"  missed {line}")


if __name__ == "__main__":
    main()
