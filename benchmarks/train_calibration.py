"""Fits the shipped curves of confidence: `python -m benchmarks.train_calibration [--rows FILE]`. Needs the public fault data.

Every case is answered as it was recorded and with less to see (no manifests, no logs, a part of the traces or of the answers,
the last hour that the product looks at), so that the curves learn what missing signals cost. A curve is a logistic function of
a few numbers, none of its weights negative, held by a ridge; every data set weighs alike, its cases as recorded as much as all
with less to see, and each gets one right and one wrong case more, because those who made the rankings have seen these cases.
For words alone the share of causes named rightly at first sight of three tables of alerts (docs/diagnosis.md) stands for every
alert in them.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.unit.case_making import brief, diagnosed, fact
from tests.unit.test_cause_recall import ALERTS

from benchmarks import answers, kubernetes, rca, rca_data, storms
from benchmarks.answers import Whole
from tocsin.analysis.calibration import Calibration, Curve, Grounds
from tocsin.analysis.cluster import diagnose
from tocsin.analysis.rootcause import ranking
from tocsin.analysis.rootcause.observed import Observed, Stretch
from tocsin.analysis.storm import candidates
from tocsin.analysis.topology import Graph
from tocsin.roles.analysts import certainty, suspect

Floats = NDArray[np.float64]
OUT = Path(__file__).resolve().parents[1] / "src" / "tocsin" / "roles" / "analysts" / "calibration.json"
FIRST_LOOK = (35 + 39 + 33) / (50 + 55 + 40)
"""The share of causes named rightly when the three tables of alerts were first seen."""
RIDGE = 0.0005
LEAST_WEIGHT = {"score": 3.0}
"""More of a judge's own score always means surer, even where the answers at hand do not show it: they hold no weak ones."""
READS = {
    certainty.CLUSTER: ("score", "margin"),
    certainty.RANKING: ("score", "margin"),
    certainty.STORM: ("score", "margin"),
    certainty.CAUSES: ("score", "margin", "mechanism"),
}
"""What each judge's curve reads. Tried and left out: how many witnesses agree, and how many signals could be looked at. They got
no weight, or one that made answers of a data set left out worse."""
RECORDED = "as recorded"


@dataclass(frozen=True, slots=True)
class Row:
    """One answer: who judged, from which data set, with how much to see, on which grounds, and what it was worth (0-1)."""

    judge: str
    data: str
    seen: str
    grounds: Grounds
    right: float


def cluster_rows(data: Path) -> Iterator[Row]:
    """Recorded clusters. A family of faults counts as a data set of its own, as there is one application only."""
    for case in kubernetes.cases_in(data):
        for seen, less in _fewer(case):
            suspects = diagnose(less.answers)
            if suspects and case.truth:
                first = suspects[0]
                second = suspects[1].score if len(suspects) > 1 else 0.0
                right = (first.fault_object, first.root_cause) == case.truth
                family = Path(case.name).parent.name
                yield Row(certainty.CLUSTER, family, seen, certainty.broken(first.score, second), float(right))


def _fewer(case: kubernetes.Case) -> Iterator[tuple[str, kubernetes.Case]]:
    yield RECORDED, case
    for start in ("manifest", "kubectl describe", "kubectl get"):
        yield start, replace(case, answers=tuple(one for one in case.answers if not one.name.startswith(start)))
    for share in (0.3, 0.6):
        dice = random.Random(f"{case.name} {share}")
        yield f"{share} lost", replace(case, answers=tuple(one for one in case.answers if dice.random() > share))


def ranking_rows(folder: Path) -> Iterator[Row]:
    """Services ranked on one data set, the onset given and found."""
    for case in rca_data.read_cases(folder):
        yield from _as_in_the_product(case, folder.name)
        for seen, less in _dimmer(case.observed, case.name):
            for onset, observed in (("", less), (", onset found", replace(less, onset=None))):
                suspects = ranking.rank(observed)
                first, second = suspects[0], suspects[1] if len(suspects) > 1 else suspects[0]
                grounds = certainty.ranked(first.share, second.share, (one.witness for one in first.reasons))
                right = float(first.service == case.answer)
                yield Row(certainty.RANKING, folder.name, f"{seen}{onset}", grounds, right)


def _as_in_the_product(case: rca_data.Case, data: str) -> Iterator[Row]:
    """As the cause ranker ranks it."""
    suspects = ranking.rank(answers.as_the_product_sees(case))
    right = float(suspects[0].service == case.answer)
    yield Row(certainty.RANKING, data, "in the product", suspect.grounds(suspects), right)


def _dimmer(observed: Observed, name: str) -> Iterator[tuple[str, Observed]]:
    yield RECORDED, observed
    if observed.recent.lines:
        yield "no logs", _only(observed, name, traces=1.0)
    if observed.recent.spans:
        yield "no logs, every third trace", _only(observed, name, traces=0.33)
        yield "metrics and calls only", _only(observed, name, traces=0.0)


def _only(observed: Observed, name: str, traces: float) -> Observed:
    """Without logs, with that share of the traces."""

    def stretch(one: Stretch) -> Stretch:
        spans = tuple(each for each in one.spans if random.Random(f"{name} {each.trace}").random() < traces)
        return Stretch(one.series, spans, ())

    return replace(observed, recent=stretch(observed.recent), reference=stretch(observed.reference))


def cause_rows(folder: Path) -> Iterator[Row]:
    """The whole answer on one data set, where the catalogue of causes alone decided it; right when the service is."""
    router = answers.router()
    for case in rca_data.read_cases(folder):
        found = _by_catalogue(answers.answer(answers.measured_world(case), router))
        if found is not None:
            grounds, service = found
            yield Row(certainty.CAUSES, folder.name, RECORDED, grounds, float(service == case.answer))


def _by_catalogue(whole: Whole) -> tuple[Grounds, str] | None:
    if not whole.diagnosis.hypotheses:
        return None
    findings = tuple(one for report in whole.reports for one in report.findings)
    judge, grounds = certainty.grounds_of(whole.diagnosis, findings)
    return (grounds, whole.diagnosis.hypotheses[0].service) if judge == certainty.CAUSES else None


def storm_rows() -> Iterator[Row]:
    """Storms on random systems, both kinds of them: made up, as no public data has storms whose cause is known."""
    for storm in storms.storms(400, seed=1):
        found = candidates(storms.heard(storm.rung), Graph(storm.edges))
        right = float(found[0].service == storm.fault)
        yield Row(certainty.STORM, storm.kind, RECORDED, certainty.stormed(found), right)


def word_rows() -> Iterator[Row]:
    """Alerts in people's words and nothing else."""
    for kind, text, _ in ALERTS:
        found, said = diagnosed(brief(text, kind), fact(text)), fact(text)
        if found.hypotheses:
            _, grounds = certainty.grounds_of(found, said.findings)
            yield Row(certainty.CAUSES, "words", RECORDED, grounds, FIRST_LOOK)


def fitted(rows: Sequence[Row], reads: Sequence[str]) -> Curve:
    """The curve of one judge, by projected gradient: no weight may be negative."""
    inputs, outcomes, weights = _weighed(rows, reads)
    least = np.array([LEAST_WEIGHT.get(name, 0.0) for name in reads])
    bias, slopes = 0.0, least.copy()
    for _ in range(6000):
        odds = bias + inputs @ slopes
        off = weights * (1 / (1 + np.exp(-odds)) - outcomes)
        bias -= float(off.sum()) * 2
        slopes = np.maximum(least, slopes - 2 * (inputs.T @ off + RIDGE * slopes))
    return Curve(round(bias, 3), {name: round(float(one), 3) for name, one in zip(reads, slopes, strict=True)})


def _weighed(rows: Sequence[Row], reads: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """Inputs, outcomes and weights; each data set weighs 1, half of it for the cases as recorded."""
    groups: dict[tuple[str, bool], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.data, row.seen == RECORDED].append(row)
    kinds = {data: sum(1 for name, _ in groups if name == data) for data, _ in groups}
    inputs, outcomes, weights = [], [], []
    for (data, _), some in groups.items():
        points = [[getattr(row.grounds, name) for name in reads] for row in some]
        middle = [float(one) for one in np.mean(points, axis=0)]
        inputs += [*points, middle, middle]
        outcomes += [*(row.right for row in some), 1.0, 0.0]
        weights += [1 / kinds[data] / (len(some) + 2)] * (len(some) + 2)
    return np.array(inputs), np.array(outcomes), np.array(weights) / len(kinds)


def all_rows() -> Iterator[Row]:
    """Everything that can be had here."""
    folders = sorted(path for path in rca.DATA.glob("*/") if path.is_dir())
    yield from word_rows()
    yield from storm_rows()
    for folder in folders:
        yield from cause_rows(folder)
        yield from ranking_rows(folder)
    yield from cluster_rows(kubernetes.DATA)


def left_out(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """(confidence, right) of every answer as recorded, by a curve that never saw its data set."""
    pairs = []
    for judge, data in sorted({(row.judge, row.data) for row in rows}):
        known = [row for row in rows if row.judge == judge and row.data != data]
        curve = fitted(known or [row for row in rows if row.judge == judge], READS[judge])
        pairs += [(curve.probability(row.grounds), row.right) for row in rows if (row.judge, row.data) == (judge, data)]
    return pairs


def curves_without(rows: Sequence[Row], data: str) -> Calibration:
    """The curves as they would be if that data set had never been seen."""
    return Calibration(
        {
            judge: fitted([one for one in rows if one.judge == judge and one.data != data], READS[judge])
            for judge in READS
        }
    )


def main() -> None:
    """Writes the curves, with where they come from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, help="keep the answers here, or take them from here when they are there")
    chosen = parser.parse_args()
    rows = kept(chosen.rows) if chosen.rows and chosen.rows.exists() else list(all_rows())
    if chosen.rows:
        chosen.rows.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows))
    OUT.write_text(json.dumps(_written(rows), indent=1) + "\n")


def kept(path: Path) -> list[Row]:
    """The answers that an earlier run kept."""
    found = map(json.loads, path.read_text().splitlines())
    return [Row(**{**one, "grounds": Grounds(**one["grounds"])}) for one in found]


def _written(rows: Sequence[Row]) -> dict[str, object]:
    judges = {judge: [row for row in rows if row.judge == judge] for judge in READS}
    curves = {judge: fitted(some, READS[judge]) for judge, some in judges.items()}
    return {
        "fitted_by": "python -m benchmarks.train_calibration",
        "answers": {judge: _counted(some) for judge, some in judges.items()},
        "curves": {judge: asdict(curve) for judge, curve in curves.items()},
    }


def _counted(rows: Iterable[Row]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.data] += 1
    return dict(sorted(counts.items()))


if __name__ == "__main__":
    main()
