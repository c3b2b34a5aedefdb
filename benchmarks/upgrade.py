"""An upgrade with incidents in flight: `python -m benchmarks.upgrade --json`.

The old version is killed at every boundary of its walk, each time with a fresh incident; then a new version, whose body has
one step more after its opening, finishes what is there. Twice: with the change guarded by `walk.patched`, as it should be, and
without, as a mistake would have it: then a walk whose memory no longer fits breaks off, and its successor goes on from the
books. `stranded`: incidents that were not finished; `doubled` as in `benchmarks.crash`; `new_steps`: how often the step more
was taken.
"""

import argparse
import json
import os
import tempfile
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the parent forks: it must have no threads

from benchmarks.processes import ended, forked, seconds
from benchmarks.receivers import FarEnds, far_ends
from benchmarks.reckoning import databases, tally
from benchmarks.walking import Fault, Plan, warm, worker
from tocsin.walk import Step, Walk

KILLED = -9


class Newer:
    """The body of tomorrow: a second look after the opening."""

    def __init__(self, walk: Walk, guarded: bool, taken: Path) -> None:
        self._walk, self._guarded, self._taken = walk, guarded, taken
        self.step, self.together, self.part, self.rest = walk.step, walk.together, walk.part, walk.rest
        self.wait, self.patched = walk.wait, walk.patched

    async def ahead(self, step: Step) -> str:
        """As today's, but for the one step more."""
        said = await self._walk.ahead(step)
        if not self._guarded or await self._walk.patched("second look"):
            await self._walk.step("second_look", self._look)
        return said

    async def _look(self) -> str:
        with self._taken.open("a") as lines:
            lines.write("taken\n")
        return ""


def upgraded(url: str, ends: FarEnds, *, guarded: bool, boundaries: range) -> dict[str, int]:
    """Old workers killed at each of these boundaries, one new worker to the end."""
    number = 0
    for kind in ("step", "stepped"):
        for index in boundaries:
            number += 1
            old = Plan(url, ends, ((number, "http"),), Fault(kind, index), until_done=True)
            if ended(forked(partial(worker, old))) != KILLED:
                break
    taken = ends.folder / "taken"
    new = Plan(url, ends, until_done=True, body=partial(Newer, guarded=guarded, taken=taken))
    if ended(forked(partial(worker, new)), 600) != 0:
        raise SystemExit("the new version did not come to an end")
    told = tally(Plan(url, ends))
    steps = len(taken.read_text().splitlines()) if taken.exists() else 0
    return {"in_flight": number, "stranded": told.lost, "doubled": told.doubled, "new_steps": steps}


def main() -> None:
    """Prints the figures; --json prints one object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--first", type=int, default=0, help="boundary of each kind")
    parser.add_argument("--boundaries", type=int, default=9, help="of each kind, at most")
    asked = parser.parse_args()
    boundaries = range(asked.first, asked.first + asked.boundaries)
    begun, sums = time.monotonic(), {"in_flight": 0, "stranded": 0, "doubled": 0, "new_steps": 0}
    with tempfile.TemporaryDirectory(prefix="tocsin-upgrade-") as name, databases(Path(name)) as stores:
        warm(Path(name))
        for store, fresh in stores.items():
            for guarded in (True, False):
                how = "guarded" if guarded else "unguarded"
                with far_ends(Path(name) / f"{store}-{how}") as ends:
                    came = upgraded(fresh(how), ends, guarded=guarded, boundaries=boundaries)
                sums = {key: value + came[key] for key, value in sums.items()}
        figures = {"benchmark": "upgrade", **sums, "stores": sorted(stores), "seconds": seconds(begun)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
