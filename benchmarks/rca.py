"""How often the faulty service is named first: `python -m benchmarks.rca [DATA_SET_FOLDER] --json --predictions FILE`.

One data set's folder, or all that lie beside the checkout. Every case is ranked with the onset given, with the onset told
60 seconds late where samples are that dense, and with no onset at all; and once more with every service renamed, which must
change nothing; as the cause ranker of the product sees it (the last hour, the same hour of the day before where the healthy
stretch is that long, an alert that names no signal); where there are logs and traces, also without logs and with ever fewer traces.
In the same run, on the same series with the onset given: the scorers of fse-baro as they are installed (`peer_...`), and how
many processor seconds either side takes to rank a case, without reading it.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import answers
from benchmarks.rca_data import Case, read_cases, renamed, shuffled
from benchmarks.rca_less import with_less
from benchmarks.rca_peers import Peers, peers
from tocsin.analysis.rootcause import ranking
from tocsin.analysis.rootcause.observed import Observed

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "bench" / "rca"
GIVEN, PEER = "onset_given", "peer_"
LATE = 60.0
"""Seconds by which the late onset is off."""


def ours(observed: Observed) -> list[str]:
    """Services, the most likely first cause first."""
    return [suspect.service for suspect in ranking.rank(observed)]


def place(found: Sequence[str], answer: str) -> int | None:
    """The rank of the answer, 1 for the first; None when it is not named."""
    return found.index(answer) + 1 if answer in found else None


def figures(places: Sequence[int | None]) -> dict[str, float]:
    """AC@1, AC@3 and Avg@5 of these ranks."""
    within = [sum(1 for rank in places if rank and rank <= k) / len(places) for k in range(1, 6)]
    return {"ac1": round(within[0], 4), "ac3": round(within[2], 4), "avg5": round(sum(within) / 5, 4)}


def variants(case: Case) -> Iterator[tuple[str, Observed]]:
    """The case as asked: onset given, 60 seconds late where samples are seconds, unknown, and as the product sees it."""
    observed = case.observed
    yield GIVEN, observed
    if case.exact_onset and observed.onset is not None:
        yield "onset_60s_late", replace(observed, onset=observed.onset + LATE)
    yield "onset_found", replace(observed, onset=None)
    yield "in_the_product", answers.as_the_product_sees(case)
    yield from with_less(observed)


def same_when_renamed(observed: Observed, found: Sequence[str]) -> bool:
    """Whether the ranking stays the same with every service called otherwise."""
    names = shuffled(ranking.services(observed))
    return ours(renamed(observed, names)) == [names[service] for service in found]


@dataclass(slots=True)
class Tally:
    """What came of the cases of one data set, by variant or peer."""

    places: dict[str, list[int | None]] = field(default_factory=dict)
    ranking: dict[str, list[float]] = field(default_factory=dict)
    """Processor seconds of the ranking alone."""
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    renamed: list[bool] = field(default_factory=list)

    def add(self, name: str, found: Sequence[str], answer: str, taken: float) -> None:
        """One ranking of one case."""
        self.places.setdefault(name, []).append(place(found, answer))
        self.ranking.setdefault(name, []).append(taken)

    def said(self) -> dict[str, Any]:
        """All figures; without any place named, as in a blind run, only the times."""
        if not self.seconds:
            return {"cases": 0}
        timed = {name: _mean(many) for name, many in self.ranking.items() if name == GIVEN or name.startswith(PEER)}
        answer: dict[str, Any] = {
            "cases": len(self.seconds),
            "seconds_per_case": _mean(self.seconds),
            "processor_seconds_per_case": _mean(self.processor),
            "ranking_seconds_per_case": timed,
            "unchanged_when_renamed": all(self.renamed),
        }
        if any(rank for ranks in self.places.values() for rank in ranks):
            answer |= figures(self.places[GIVEN]) | {name: figures(ranks) for name, ranks in self.places.items()}
        return answer


def measure(folder: Path, lines: list[str], others: Peers | None) -> dict[str, Any]:
    """One data set; a line per case goes to `lines`. Seconds count reading and ranking, with the onset given."""
    tally = Tally()
    began, begun = time.perf_counter(), time.process_time()
    for case in read_cases(folder):
        for name, observed in variants(case):
            at = time.process_time()
            found = ours(observed)
            tally.add(name, found, case.answer, time.process_time() - at)
            if name == GIVEN:
                tally.seconds.append(time.perf_counter() - began)
                tally.processor.append(time.process_time() - begun)
                lines.append(_line(case, found, tally.seconds[-1]))
                tally.renamed.append(same_when_renamed(observed, found))
        for name, (found, taken) in (others.ranked(case.observed) if others else {}).items():
            tally.add(f"{PEER}{name}", found, case.answer, taken)
        began, begun = time.perf_counter(), time.process_time()
    return tally.said()


def _mean(many: Sequence[float]) -> float:
    return round(float(np.mean(many)), 4)


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
    with peers() as others:
        found = {folder.name: measure(folder, lines, others) for folder in folders}
    if chosen.predictions:
        chosen.predictions.write_text("\n".join(lines) + "\n")
    answer = {"benchmark": "rca", **(found[folders[0].name] if chosen.data else found)}
    print(json.dumps(answer, indent=None if chosen.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
