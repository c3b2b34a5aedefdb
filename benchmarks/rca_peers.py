"""fse-baro beside ours on the same cases: its robust scorer and N-sigma, as they are installed. Called by `rca`.

It lives in an environment of its own, `.peers`, made on first use from the hash-locked `requirements/peers.txt`. Where that
cannot be had, the peers are left out by name.
"""

import json
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tocsin.analysis.rootcause.observed import Observed
from tocsin.model.signals import Series

HOME = Path(__file__).resolve().parents[1]
PEERS = HOME / ".peers"
PYTHON = PEERS / "bin" / "python"
NAMES = ("robust_scorer", "n_sigma")
_DONE = PEERS / ".done"


def installed() -> bool:
    """Whether fse-baro is there, after having tried to get it."""
    if _DONE.exists():
        return True
    print("rca: installing fse-baro into .peers, once ...", file=sys.stderr, flush=True)
    make = [sys.executable, "-m", "venv", str(PEERS)]
    fill = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "-q",
        "--retries",
        "1",
        "--require-hashes",
        "-r",
        str(HOME / "requirements" / "peers.txt"),
    ]
    for command in (make, fill):
        run = subprocess.run(command, check=False, capture_output=True, text=True)
        if run.returncode:
            print(f"rca: peers skipped, fse-baro cannot be installed: {run.stderr.strip()[-300:]}", file=sys.stderr)
            return False
    _DONE.touch()
    return True


class Peers:
    """fse-baro in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ranked(self, observed: Observed) -> dict[str, tuple[list[str], float]]:
        """For each scorer the services by their best metric, and the processor seconds the scorer took."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the peers' process has no pipes")
        table, owners = _table(observed)
        if self._process.poll() is not None:
            return {}
        self._process.stdin.write(json.dumps(table) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            return {}
        answer = json.loads(line)
        return {name: (_services(answer[name]["ranks"], owners), answer[name]["seconds"]) for name in NAMES}


@contextmanager
def peers() -> Iterator[Peers | None]:
    """The peers, for a whole run; None where they cannot be had."""
    if not installed():
        yield None
        return
    command = [str(PYTHON), str(Path(__file__).with_name("peer_worker.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Peers(process)
        finally:
            process.terminate()


def _services(ranks: list[str], owners: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(owners[column] for column in ranks))


def _table(observed: Observed) -> tuple[dict[str, Any], dict[str, str]]:
    """One table as fse-baro reads it: the healthy reference, then the case; a row for each moment, numbered through.

    Gaps are filled with the value before, as its authors do.
    """
    step = _step(observed)
    columns = {
        (one.service, one.metric): f"{at}:{one.service}_{one.metric}" for at, one in enumerate(observed.recent.series)
    }
    usual = _rows([one for one in observed.reference.series if (one.service, one.metric) in columns], step)
    recent = _rows(observed.recent.series, step)
    before = [row for _, row in usual] + [row for at, row in recent if at * step < (observed.onset or 0.0)]
    rows = [row for _, row in (*usual, *recent)]
    filled = {name: _filled([row.get(key, math.nan) for row in rows]) for key, name in columns.items()}
    owners = {name: service for (service, _), name in columns.items()}
    return {"time": list(range(len(rows))), "columns": filled, "inject_time": len(before)}, owners


def _rows(many: Sequence[Series], step: float) -> list[tuple[int, dict[tuple[str, str], float]]]:
    rows: dict[int, dict[tuple[str, str], float]] = {}
    for one in many:
        for at, value in zip(one.times, one.values, strict=True):
            rows.setdefault(int(at // step), {})[one.service, one.metric] = value
    return sorted(rows.items())


def _step(observed: Observed) -> float:
    """Seconds between two samples."""
    gaps = [float(np.median(np.diff(one.times))) for one in observed.recent.series if len(one.times) > 1]
    return max(float(np.median(gaps)), 1e-9) if gaps else 1.0


def _filled(values: list[float]) -> list[float]:
    last, filled = 0.0, []
    for value in values:
        last = value if np.isfinite(value) else last
        filled.append(last)
    return filled
