"""Kill the worker at every boundary of its walk, and at random times: `python -m benchmarks.crash --json`.

SIGKILL, on SQLite and on PostgreSQL, with several seeds. A boundary is: before a step begins, after a commit of a step, after
its effect on the world, and after it returned but before the engine remembers it. Each kill comes with a fresh incident;
then a worker is left alone until all is done, and every timeline and every key that the receiver was given is counted.
`lost`: incidents that miss anything; `doubled`: events twice on a timeline, or an effect under a second key; `repeated`: the
same key given again after a cut between effect and commit, which is what keys are for.
"""

import argparse
import json
import os
import random
import signal
import tempfile
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the parent forks: it must have no threads

from benchmarks.walking import Plan, Tally, databases, ended, forked, seconds, tally, worker

KINDS = ("begin", "commit", "effect", "return")
KILLED = -9


def at_every_boundary(plan: Plan, first: int, most: int) -> tuple[int, int]:
    """Kills at the first, second, ... boundary of each kind until a worker comes through; kills, and the next free number."""
    kills, number = 0, first
    for kind in KINDS:
        for index in range(most):
            if not killed_at(plan, number, (kind, index)):
                break
            kills, number = kills + 1, number + 1
    return kills, number + 1


def killed_at(plan: Plan, number: int, boundary: tuple[str, int]) -> bool:
    """A worker with one fresh incident, killed there; False when it came through because there is no such boundary."""
    doomed = Plan(plan.url, plan.receiver, (number,), boundary, until_done=True)
    return ended(forked(partial(worker, doomed))) == KILLED


def at_random_times(plan: Plan, first: int, kills: int, dice: random.Random) -> int:
    """Kills a worker with a fresh incident at any time of its first three seconds; the next free number."""
    for number in range(first, first + kills):
        pid = forked(partial(worker, Plan(plan.url, plan.receiver, (number,))))
        time.sleep(dice.uniform(0.1, 3.0))
        os.kill(pid, signal.SIGKILL)
        ended(pid)
    return first + kills


def one_store(url: str, keys: Path, most: int, seeds: int, at_random: int) -> tuple[int, Tally]:
    """All kills on one fresh store, then one worker to the end."""
    plan = Plan(url, keys)
    kills, number = at_every_boundary(plan, 1, most)
    for seed in range(seeds):
        number = at_random_times(plan, number, at_random, random.Random(seed))
    last = Plan(plan.url, plan.receiver, until_done=True)
    if ended(forked(partial(worker, last)), 120) != 0:
        raise SystemExit("the last worker did not come to an end")
    return kills + seeds * at_random, tally(plan)


def main() -> None:
    """Prints the figures; --json prints one object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seeds", type=int, default=3, help="of the random times")
    parser.add_argument("--boundaries", type=int, default=12, help="of each kind, at most")
    parser.add_argument("--random", type=int, default=3, help="kills at random times, for each seed and store")
    asked = parser.parse_args()
    begun, kills, sums = time.monotonic(), 0, {"incidents": 0, "lost": 0, "doubled": 0, "repeated": 0}
    with tempfile.TemporaryDirectory(prefix="tocsin-crash-") as name, databases(Path(name)) as stores:
        for store, fresh in stores.items():
            keys = Path(name) / f"{store}.keys"
            died, told = one_store(fresh("crash"), keys, asked.boundaries, asked.seeds, asked.random)
            kills += died
            sums = {key: value + getattr(told, key) for key, value in sums.items()}
            if not asked.json:
                print(f"{store}: {died} kills, {told}")
        figures = {"benchmark": "crash", "kills": kills, **sums, "stores": sorted(stores), "seconds": seconds(begun)}
    print(json.dumps(figures) if asked.json else figures)


if __name__ == "__main__":
    main()
