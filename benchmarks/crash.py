"""Kill the worker at every boundary of its walk, and at random times: `python -m benchmarks.crash --json`.

SIGKILL, on SQLite and on PostgreSQL, with several seeds, around steps that real executors carry out: `http` to a receiver in a
process of its own, `sql` on a true PostgreSQL, `command` as a true program, `manual` by a person. A boundary is: before a step
of the walk begins, after a commit, before and after an executor runs, midway (the far end has had the effect, nobody has heard),
and after a step returned but before the engine remembers it. Each seed takes every third boundary, so that three take all. Each
kill comes with a fresh incident; the seed decides what else is under way, and after a dozen kills comes a fresh store, so that
this does not grow with the kills. Then a worker and a person are left alone until all is done, and every timeline is held
against every far end. The two kinds of store are killed side by side.
`lost`: incidents that miss anything, or whose timeline and far end disagree; `doubled`: events twice on a timeline, an effect
under a second key, or twice where the far end takes no key; `repeated`: the same key given again after a cut, which is what
keys are for; `unknown`: steps that take no key and were cut, of which `asked` were put to a person, and none ran again.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from itertools import count, product
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the parent forks: it must have no threads

from benchmarks.processes import ended, forked, seconds
from benchmarks.receivers import KINDS, FarEnds, far_ends
from benchmarks.reckoning import Tally, databases, tally
from benchmarks.walking import Fault, Plan, warm, worker

BOUNDARIES = ("begin", "commit", "before", "midway", "after", "return")
HEARD = frozenset({"http", "command"})
"""Far ends that can kill the worker while it waits for their answer."""
KILLED = -signal.SIGKILL
Stores = Mapping[str, Callable[[str], str]]
"""For each kind of store, how to get the URL of a fresh one."""
ENOUGH = 12
"""Kills that a store sees before all is counted and the next one begins, at the end of a kind of boundary."""


class Killer:
    """One store, and everything that is done to its workers."""

    def __init__(self, url: str, ends: FarEnds, numbers: Iterator[int], dice: random.Random) -> None:
        self._plan, self._numbers, self._dice = Plan(url, ends), numbers, dice
        self.kills = dict.fromkeys((*BOUNDARIES, "random"), 0)

    def at_each(self, boundary: str, places: Iterable[int], kind: str) -> None:
        """Kills at these boundaries of the walk, for all but `http` from the first offer on, until a worker comes through."""
        for index in (0,) if boundary == "midway" else places:
            fault = Fault(boundary, index, acting=kind != "http")
            code = ended(forked(partial(worker, self._with(kind, fault))))
            if code != KILLED:
                break
            self.kills[boundary] += 1
        (self._plan.ends.folder / "cut").unlink(missing_ok=True)

    def at_random_times(self, kills: int, kinds: Sequence[str]) -> None:
        """Workers with a fresh incident, killed at any time of their first two seconds."""
        for kind in self._dice.choices(kinds, k=kills):
            pid = forked(partial(worker, self._with(kind, None)))
            time.sleep(self._dice.uniform(0.05, 2.0))
            os.kill(pid, signal.SIGKILL)
            self.kills["random"] += ended(pid) == KILLED

    def _with(self, kind: str, fault: Fault | None) -> Plan:
        """A worker with a fresh incident, and sometimes another one beside it."""
        others = self._dice.choices(self._plan.ends.kinds, k=self._dice.choice((0, 0, 1)))
        alerts = tuple((next(self._numbers), one) for one in (kind, *others))
        return Plan(self._plan.url, self._plan.ends, alerts, fault, until_done=True)

    def reckon(self) -> Tally:
        """One worker and a person to the end; then everything is counted."""
        last = Plan(self._plan.url, self._plan.ends, until_done=True)
        if ended(forked(partial(worker, last)), 1800) != 0:
            raise SystemExit("the last worker did not come to an end")
        return tally(self._plan)


def killers(asked: argparse.Namespace, store: str, stores: Stores, folder: Path) -> Iterator[tuple[str, Killer]]:
    """Each when it has killed enough: for every seed as many as it takes for all kinds of steps and of boundaries."""
    for seed in range(asked.seeds):
        effects = stores["postgresql"](f"effects-{store}-{seed}") if "postgresql" in stores else ""
        dice, numbers = random.Random(f"{store} {seed}"), count(1)
        places = range(seed % asked.every, asked.boundaries, asked.every)
        with far_ends(folder / f"ends-{store}-{seed}", effects) as ends:
            kinds = [kind for kind in ends.kinds if kind in asked.kinds]
            killer: Killer | None = None
            for kind, boundary in product(kinds, asked.at):
                if boundary == "midway" and kind not in HEARD:
                    continue
                killer = killer or Killer(stores[store](f"crash-{store}-{seed}-{kind}-{boundary}"), ends, numbers, dice)
                killer.at_each(boundary, places, kind)
                if sum(killer.kills.values()) >= ENOUGH:
                    yield f"{store} {seed} until {kind} {boundary}", killer
                    killer = None
            killer = killer or Killer(stores[store](f"crash-{store}-{seed}-random"), ends, numbers, dice)
            killer.at_random_times(asked.random, kinds)
            yield f"{store} {seed} random", killer


def kill_all(asked: argparse.Namespace, store: str, stores: Stores, folder: Path) -> None:
    """All kills of one kind of store, in a process of its own; what came of them goes into a file."""
    sums, kills = Tally(), dict.fromkeys((*BOUNDARIES, "random"), 0)
    for place, killer in killers(asked, store, stores, folder):
        told = killer.reckon()
        sums, kills = sums + told, {kind: kills[kind] + killer.kills[kind] for kind in kills}
        print(f"{place}: {sum(killer.kills.values())} kills, {told}", file=sys.stderr, flush=True)
    (folder / f"{store}.json").write_text(json.dumps({"sums": asdict(sums), "kills": kills}))


def on_each(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """What came of it on each kind of store, side by side."""
    with databases(folder) as stores:
        warm(folder)
        pids = {store: forked(partial(kill_all, asked, store, stores, folder)) for store in stores}
        try:
            for store, pid in pids.items():
                if ended(pid, 24 * 3600) != 0:
                    raise SystemExit(f"the kills on {store} did not come to an end")
        finally:
            for pid in pids.values():
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
        return {store: json.loads((folder / f"{store}.json").read_text()) for store in stores}


def main() -> None:
    """Prints the figures; --json prints one object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="of steps")
    parser.add_argument("--at", nargs="+", choices=BOUNDARIES, default=BOUNDARIES, help="of a walk")
    parser.add_argument("--seeds", type=int, default=3, help="of what else is under way, and of the random times")
    parser.add_argument("--boundaries", type=int, default=60, help="of each kind, at most")
    parser.add_argument(
        "--every", type=int, default=3, help="boundary of so many, each seed another: all seeds, all boundaries"
    )
    parser.add_argument("--random", type=int, default=10, help="kills at random times, for each seed and store")
    asked = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tocsin-crash-") as name:
        Path(name).chmod(0o755)
        found = on_each(asked, Path(name))
    sums = sum((Tally(**one["sums"]) for one in found.values()), Tally())
    kills = {kind: sum(one["kills"][kind] for one in found.values()) for kind in (*BOUNDARIES, "random")}
    figures = {
        "benchmark": "crash",
        "kills": sum(kills.values()),
        **asdict(sums),
        "at": kills,
        "stores": sorted(found),
        "seeds": asked.seeds,
        "seconds": seconds(begun),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
