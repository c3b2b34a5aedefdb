"""How soon a peer goes on with a dead worker's incidents: `python -m benchmarks.takeover --json`. PostgreSQL only.

`dead_s`: a worker is killed in the middle of an incident; seconds until its peer has taken that incident's next step.
`paused`: a worker is stopped (SIGSTOP) at the worst moment, after an executor had its effect on the receiver and before that is
on record; the peer takes over after `paused_seconds`; then the stopped one is let go again. What it still wants to write is
refused: `doubled` counts events that stand twice in the end, and effects under a second key. `repeated` are effects whose key
the receiver knew.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the parent forks: it must have no threads

from benchmarks.processes import ended, forked, seconds, stopped
from benchmarks.receivers import FarEnds, far_ends
from benchmarks.reckoning import Tally, databases, steps_taken, tally
from benchmarks.walking import Fault, Plan, warm, worker


def moves_on(url: str, since: float, patience: float = 300.0) -> float:
    """Seconds from `since` (monotonic) until a step more is ticked than now."""
    before = steps_taken(url)
    while steps_taken(url) == before:
        if time.monotonic() - since > patience:
            raise SystemExit("nobody has taken the incident over")
        time.sleep(0.02)
    return time.monotonic() - since


def killed_once(url: str, ends: FarEnds, number: int) -> float:
    """A worker in the middle of an incident, and a peer that sees it alive; then it is dead."""
    fault = Fault("begin", 4, signal=signal.SIGSTOP)
    first = forked(partial(worker, Plan(url, ends, ((number, "http"),), fault, f"a{number}")))
    stopped(first)
    peer = forked(partial(worker, Plan(url, ends, name=f"b{number}")))
    time.sleep(2.0)
    os.kill(first, signal.SIGKILL)
    took = moves_on(url, time.monotonic())
    ended(first)
    time.sleep(1.0)
    os.kill(peer, signal.SIGKILL)
    ended(peer)
    return took


def paused_once(url: str, ends: FarEnds, pause: float) -> tuple[float, Tally]:
    """A worker that sleeps through its own dismissal; when its incident went on, and what it doubled."""
    fault = Fault("after", signal=signal.SIGSTOP)
    first = forked(partial(worker, Plan(url, ends, ((1, "http"),), fault, "a", 2.0)))
    stopped(first)
    begun = time.monotonic()
    peer = forked(partial(worker, Plan(url, ends, name="b", paused_seconds=2.0)))
    took = moves_on(url, begun)
    time.sleep(max(0.0, pause - took))
    os.kill(first, signal.SIGCONT)
    time.sleep(3.0)
    for pid in (first, peer):
        os.kill(pid, signal.SIGTERM)
    for pid in (first, peer):
        os.kill(pid, signal.SIGKILL)
        ended(pid)
    return took, tally(Plan(url, ends))


def main() -> None:
    """Prints the figures; --json prints one object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pause", type=float, default=60.0, help="seconds for which the paused worker stands still")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-takeover-") as name, databases(Path(name)) as stores:
        if "postgresql" not in stores:
            print(json.dumps({"benchmark": "takeover", "skipped": "no PostgreSQL on this machine"}))
            sys.exit(0)
        warm(Path(name))
        begun, fresh = time.monotonic(), stores["postgresql"]
        url = fresh("dead")
        with far_ends(Path(name) / "dead") as ends:
            times = sorted(killed_once(url, ends, number) for number in range(1, asked.runs + 1))
        with far_ends(Path(name) / "paused") as ends:
            took, told = paused_once(fresh("paused"), ends, asked.pause)
        figures = {
            "benchmark": "takeover",
            "dead_runs": len(times),
            "dead_s_median": round(times[len(times) // 2], 2),
            "dead_s_max": round(times[-1], 2),
            "paused_s": round(asked.pause),
            "paused_taken_over_s": round(took, 2),
            "lost": told.lost,
            "doubled": told.doubled,
            "repeated": told.repeated,
            "seconds": seconds(begun),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
