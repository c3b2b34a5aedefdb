"""How many alerts a second are taken in, durably, and what hostile senders achieve: `python -m benchmarks.ingest --json`.

Webhooks of one alert and of hundreds, over HTTP into the true service, each answered only after its commit is on disk.
Debian's Alertmanager takes the same alerts on its own API in the same run, in turns with us; it keeps alerts in memory
and writes none before it answers, so the ratio compares our safe with its fast. At the end the service is killed with
SIGKILL and the acknowledged alerts are counted on disk. Then threat model W1 to W3, see `benchmarks.hostile`.
"""

import argparse
import itertools
import json
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

from tests.servers_prometheus import ALERTMANAGER, alertmanager

from benchmarks.hostile import summary
from benchmarks.wire import Client, alert, in_parallel, serving, webhook

LANES = 8
BATCH = 200
Rates = dict[str, list[float]]
Work = Callable[[Client], None]
Targets = dict[str, tuple[int, Callable[[Sequence[int]], Work]]]


def take(path: str, body: bytes, client: Client) -> None:
    """Sends one body, which must be taken."""
    status, answer = client.post(path, body)
    if status >= 300:
        raise SystemExit(f"{path} answered {status}: {answer[:300]!r}")


def to_tocsin(numbers: Sequence[int]) -> Work:
    """These alerts as one webhook."""
    return partial(take, "/hooks/alertmanager", webhook([alert(number) for number in numbers]))


def to_alertmanager(numbers: Sequence[int]) -> Work:
    """These alerts as Prometheus would post them."""
    fields = ("labels", "annotations", "generatorURL")
    rows = [{key: alert(number)[key] for key in fields} for number in numbers]
    return partial(take, "/api/v2/alerts", json.dumps(rows).encode())


def rounds(targets: Targets, times: int, singles: int) -> Rates:
    """Alerts per second of each target in each round, targets in turn so that a busy moment hits all of them."""
    rates: Rates = {f"{name}_{how}": [] for name in targets for how in ("one_lane", "single", "hundreds")}
    for _, (name, (port, work)) in itertools.product(range(times), targets.items()):
        fresh = numbers[name]
        for how, lanes, size, count in _shapes(singles):
            bodies = [work([next(fresh) for _ in range(size)]) for _ in range(count)]
            rates[f"{name}_{how}"].append(size * count / in_parallel(port, lanes, bodies))
    return rates


numbers: dict[str, Iterator[int]] = {"tocsin": itertools.count(), "alertmanager": itertools.count()}
"""Each target sees every alert once, the same ones in the same order."""


def _shapes(singles: int) -> tuple[tuple[str, int, int, int], ...]:
    """Name, connections, alerts in a body, bodies."""
    return (
        ("one_lane", 1, 1, singles // 4),
        ("single", LANES, 1, singles),
        ("hundreds", 2, BATCH, max(2, singles // 50)),
    )


def on_disk(database: Path) -> int:
    """Alerts in the file that a killed service left behind."""
    with closing(sqlite3.connect(database)) as db:
        return int(db.execute("SELECT count(*) FROM alerts").fetchone()[0])


def throughput(folder: Path, times: int, singles: int) -> dict[str, Any]:
    """The medians, the ratios, and what a SIGKILL right after the last answer left on disk."""
    with ExitStack() as stack:
        service = stack.enter_context(serving(folder / "tocsin"))
        targets: Targets = {"tocsin": (service.port, to_tocsin)}
        if ALERTMANAGER:
            (folder / "alertmanager").mkdir()
            address = stack.enter_context(alertmanager(folder / "alertmanager"))
            targets["alertmanager"] = (int(address.rsplit(":", 1)[1]), to_alertmanager)
        rates = rounds(targets, times, singles)
        service.kill()
        sent, kept = next(numbers["tocsin"]), on_disk(service.database)
    figures: dict[str, Any] = {f"{name}_per_s": round(statistics.median(found)) for name, found in rates.items()}
    if ALERTMANAGER:
        for how in ("one_lane", "single", "hundreds"):
            ratio = figures[f"tocsin_{how}_per_s"] / figures[f"alertmanager_{how}_per_s"]
            figures[f"{how}_ratio"] = round(ratio, 3)
    else:
        figures["alertmanager"] = "skipped: alertmanager is not installed (Debian package prometheus-alertmanager)"
    return {**figures, "acknowledged": sent, "lost_after_kill": sent - kept}


def main() -> None:
    """Prints the figures; --json prints one object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", help="not used: the alerts are made here")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--singles", type=int, default=400, help="webhooks of one alert in a round")
    parser.add_argument("--forged", type=int, default=1000, help="forgeries of each scheme")
    parser.add_argument("--replays", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-ingest-") as name:
        figures = {"benchmark": "ingest", **throughput(Path(name), asked.rounds, asked.singles)}
        figures |= summary(Path(name), each=asked.forged, count=asked.replays)
    if asked.json:
        print(json.dumps(figures))
        return
    for key, value in figures.items():
        print(f"{key:>28}  {value}")


if __name__ == "__main__":
    main()
