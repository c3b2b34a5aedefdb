"""How often the faulty service is named first: `python -m benchmarks.rca [DATA_SET_FOLDER] --json --predictions FILE`.

One data set's folder, or all that lie beside the checkout. Every case is ranked with the onset given, with the onset told
60 seconds late where samples are that dense, and with no onset at all; and once more with every service renamed, which must
change nothing; where there are logs and traces, also without logs and with ever fewer traces.
In the same run, on the same series: a robust scorer and N-sigma, at their best, with the onset given.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rca_data import Case, read_cases, renamed, shuffled
from benchmarks.rca_less import with_less
from tocsin.analysis.rootcause import ranking
from tocsin.analysis.rootcause.observed import Observed

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "bench" / "rca"
LATE = 60.0
"""Seconds by which the late onset is off."""
MEGABYTE = 1024.0 * 1024.0
Floats = NDArray[np.float64]
Scorer = Callable[[Floats, Floats], float]


def ours(observed: Observed) -> list[str]:
    """Services, the most likely first cause first."""
    return [suspect.service for suspect in ranking.rank(observed)]


def robust(before: Floats, after: Floats) -> float:
    """The furthest rise from the median before, in interquartile ranges: the robust scorer of BARO."""
    low, middle, high = np.quantile(before, [0.25, 0.5, 0.75])
    return float(np.max((after - middle) / ((high - low) or 1.0)))


def n_sigma(before: Floats, after: Floats) -> float:
    """The furthest rise from the mean before, in standard deviations: N-sigma as BARO ships it."""
    return float(np.max((after - before.mean()) / (before.std() or 1.0)))


def peer(observed: Observed, scorer: Scorer) -> list[str]:
    """Services by their furthest metric. As BARO does: constant columns are dropped, memory counts in megabytes."""
    usual = {(one.service, one.metric): one.values for one in observed.reference.series}
    best: dict[str, float] = {}
    for one in observed.recent.series:
        values = np.array([*usual.get((one.service, one.metric), ()), *one.values])
        since = np.array([False] * (len(values) - len(one.values)) + [at >= (observed.onset or 0) for at in one.times])
        before, after = values[~since & np.isfinite(values)], values[since & np.isfinite(values)]
        if before.size and after.size and np.ptp(before) and np.ptp(after):
            unit = MEGABYTE if "mem" in one.metric.lower() and "rate" not in one.metric.lower() else 1.0
            best[one.service] = max(best.get(one.service, -np.inf), scorer(before / unit, after / unit))
    return sorted(best, key=lambda service: -best[service])


def place(found: Sequence[str], answer: str) -> int | None:
    """The rank of the answer, 1 for the first; None when it is not named."""
    return found.index(answer) + 1 if answer in found else None


def figures(places: Sequence[int | None]) -> dict[str, float]:
    """AC@1, AC@3 and Avg@5 of these ranks."""
    within = [sum(1 for rank in places if rank and rank <= k) / len(places) for k in range(1, 6)]
    return {"ac1": round(within[0], 4), "ac3": round(within[2], 4), "avg5": round(sum(within) / 5, 4)}


def variants(case: Case) -> Iterator[tuple[str, Observed]]:
    """The case as asked: onset given, 60 seconds late where samples are seconds, and unknown."""
    observed = case.observed
    yield "onset_given", observed
    if case.exact_onset and observed.onset is not None:
        yield "onset_60s_late", replace(observed, onset=observed.onset + LATE)
    yield "onset_found", replace(observed, onset=None)
    yield from with_less(observed)


def same_when_renamed(observed: Observed, found: Sequence[str]) -> bool:
    """Whether the ranking stays the same with every service called otherwise."""
    names = shuffled(ranking.services(observed))
    return ours(renamed(observed, names)) == [names[service] for service in found]


def measure(folder: Path, lines: list[str]) -> dict[str, Any]:
    """One data set; a line per case goes to `lines`. Seconds count reading and ranking, with the onset given."""
    places: dict[str, list[int | None]] = {}
    seconds, renames, began = [], [], time.perf_counter()
    spent, begun_cpu = 0.0, time.process_time()
    for case in read_cases(folder):
        for name, observed in variants(case):
            found = ours(observed)
            places.setdefault(name, []).append(place(found, case.answer))
            if name == "onset_given":
                seconds.append(time.perf_counter() - began)
                spent += time.process_time() - begun_cpu
                lines.append(_line(case, found, seconds[-1]))
                renames.append(same_when_renamed(observed, found))
        for name, scorer in (("peer_robust_scorer", robust), ("peer_n_sigma", n_sigma)):
            places.setdefault(name, []).append(place(peer(case.observed, scorer), case.answer))
        began, begun_cpu = time.perf_counter(), time.process_time()
    if not seconds:
        return {"cases": 0}
    taken = round(float(np.mean(seconds)), 3)
    answer: dict[str, Any] = {
        "cases": len(seconds),
        "seconds_per_case": taken,
        "processor_seconds_per_case": round(spent / len(seconds), 3),
        "unchanged_when_renamed": all(renames),
    }
    if any(rank for ranks in places.values() for rank in ranks):
        answer |= figures(places["onset_given"]) | {name: figures(ranks) for name, ranks in places.items()}
    return answer


def _line(case: Case, found: Sequence[str], seconds: float) -> str:
    return json.dumps({"case": case.name, "predictions": list(found), "seconds": round(seconds, 4)})


def main() -> int:
    """Measures the folder given, or every data set beside the checkout, and prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, help="the folder of one data set")
    parser.add_argument("--json", action="store_true", help="one line instead of an indented object")
    parser.add_argument("--predictions", type=Path, help="write one JSON line per case: services, best first")
    chosen = parser.parse_args()
    folders = [chosen.data] if chosen.data else sorted(DATA.glob("*/")) if DATA.is_dir() else []
    if not folders or not folders[0].is_dir():
        print("rca: skipped, the data is not here", file=sys.stderr)
        return 0
    lines: list[str] = []
    found = {folder.name: measure(folder, lines) for folder in folders}
    if chosen.predictions:
        chosen.predictions.write_text("\n".join(lines) + "\n")
    answer = {"benchmark": "rca", **(found[folders[0].name] if chosen.data else found)}
    print(json.dumps(answer, indent=None if chosen.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
