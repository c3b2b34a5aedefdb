"""How far confidence can be believed: `python -m benchmarks.calibration [DATA] --json --predictions FILE [--svg FILE]`.

DATA is an archive or folder of recorded clusters, a root cause data set, or a folder of such; without it, all that lie beside
the checkout. A cluster gets the product's whole answer: an alert, every analyst, the specialist, the calibrated diagnosis. A
root cause case gets the ranking of services as the cause ranker states it; `whole_answer` is what the whole product makes of
the same metrics, calls and lines. `ece`: the expected calibration error of the shipped curves over ten bins, `ece_left_out`: the
same by curves fitted without the data set (of clusters: without the family of faults) a case comes from, `ece_renamed`: with
every service under another name. `coverage`: the share of answers at or above the floor, which name a cause; `accuracy_named`:
how often those are right. Without answers in DATA there are predictions only.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import answers, kubernetes, rca, rca_data, train_calibration
from benchmarks.answers import Whole
from benchmarks.train_calibration import RECORDED, Row
from tocsin.analysis import calibration
from tocsin.analysis.calibration import Bin, Calibration, Grounds
from tocsin.analysis.rootcause import ranking
from tocsin.analysis.rootcause.observed import Observed
from tocsin.cli.reliability import drawn
from tocsin.model.evidence import FindingKind
from tocsin.roles.analysts import certainty
from tocsin.roles.analysts.certainty import Certainty
from tocsin.roles.analysts.router import BuiltInRouter

SEED = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one case, how surely, and whether it is right (None in a blind run)."""

    case: str
    data: str
    judge: str
    grounds: Grounds
    predictions: list[Any]
    confidence: float
    right: bool | None
    seconds: float
    renamed: tuple[float, bool] | None = None
    whole: tuple[float, bool] | None = field(default=None)
    """(confidence, right) of the whole product where the answer itself is the ranking's."""
    whole_left_out: tuple[float, bool] | None = None
    """The same by curves that never saw this data set, where the answers to fit them on are at hand."""


def cluster_answers(data: Path, router: BuiltInRouter) -> Iterator[Answer]:
    """The product's whole answer to every recorded cluster."""
    for case in kubernetes.cases_in(data):
        began = time.perf_counter()
        whole = answers.answer(answers.cluster_world(case), router)
        pairs, sure = _pairs(whole), _sure(whole)
        seconds = time.perf_counter() - began
        other = kubernetes.renamed(case, SEED)
        again = answers.answer(answers.cluster_world(other), router)
        renamed = (_sure(again), _pairs(again)[:1] == [other.truth])
        yield Answer(
            case.name,
            Path(case.name).parent.name,
            certainty.CLUSTER,
            _grounds(whole),
            [{"fault_object": name, "root_cause": cause} for name, cause in pairs],
            sure,
            pairs[:1] == [case.truth] if case.truth else None,
            seconds,
            renamed if case.truth else None,
        )


def _pairs(whole: Whole) -> list[kubernetes.Pair]:
    """Object and cause of the fault the diagnosis rests on, then of the other faults as they were ranked."""
    faults = [one for one in whole.backing if one.kind is FindingKind.CLUSTER_FAULT][:1]
    faults += [one for report in whole.reports for one in report.findings if one.kind is FindingKind.CLUSTER_FAULT]
    named = ((f"{one.data['object_kind']}/{one.data['object']}", str(one.data["root_cause"])) for one in faults)
    return list(dict.fromkeys(named))


def _sure(whole: Whole) -> float:
    """The calibrated probability of the first hypothesis, named or not; 0 where there is none."""
    return _blamed(whole)[1]


def _blamed(whole: Whole, curves: Calibration | None = None) -> tuple[str, float]:
    """The service at which the whole answer sees the cause, and how surely."""
    told = (Certainty(curves) if curves else Certainty()).of(whole.diagnosis, whole.reports)
    return (told.hypotheses[0].service, told.hypotheses[0].confidence) if told.hypotheses else ("", 0.0)


def _grounds(whole: Whole) -> Grounds:
    findings = tuple(one for report in whole.reports for one in report.findings)
    return certainty.grounds_of(whole.diagnosis, findings)[1] if whole.diagnosis.hypotheses else Grounds(0.0)


def service_answers(folder: Path, router: BuiltInRouter, rows: Sequence[Row] = ()) -> Iterator[Answer]:
    """The first service of the ranking for every case of a data set, and what the whole product makes of it."""
    unseen = train_calibration.curves_without(rows, folder.name) if rows else None
    for case in rca_data.read_cases(folder):
        began = time.perf_counter()
        found, grounds, sure = _ranked(case.observed)
        seconds = time.perf_counter() - began
        names = rca_data.shuffled(ranking.services(case.observed))
        again, _, sure_again = _ranked(rca_data.renamed(case.observed, names))
        whole = answers.answer(answers.measured_world(case), router)
        blamed, confidence = _blamed(whole)
        blamed_unseen, confidence_unseen = _blamed(whole, unseen)
        yield Answer(
            case.name,
            folder.name,
            certainty.RANKING,
            grounds,
            list(found),
            sure,
            found[0] == case.answer if case.answer else None,
            seconds,
            (sure_again, again[0] == names.get(case.answer, "")) if case.answer else None,
            (confidence, blamed == case.answer) if case.answer else None,
            (confidence_unseen, blamed_unseen == case.answer) if case.answer and unseen else None,
        )


def _ranked(observed: Observed) -> tuple[list[str], Grounds, float]:
    suspects = ranking.rank(observed)
    second = suspects[1].share if len(suspects) > 1 else 0.0
    grounds = certainty.ranked(suspects[0].share, second, (one.witness for one in suspects[0].reasons))
    return (
        [one.service for one in suspects],
        grounds,
        round(certainty.shipped().probability(certainty.RANKING, grounds), 2),
    )


def figures(found: Sequence[Answer]) -> dict[str, Any]:
    """ECE, the reliability curve, coverage and accuracy of those whose answer is known."""
    known = [one for one in found if one.right is not None]
    told: dict[str, Any] = {"benchmark": "calibration", "cases": len(found)}
    if not known:
        return told
    pairs = [(one.confidence, float(bool(one.right))) for one in known]
    named = [right for sure, right in pairs if sure >= Certainty().floor]
    told |= {
        "ece": _error(pairs),
        "ece_left_out": _error(train_calibration.left_out(_rows(known))),
        "ece_renamed": _error([(sure, float(right)) for one in known if one.renamed for sure, right in [one.renamed]]),
        "accuracy": _mean([right for _, right in pairs]),
        "mean_confidence": _mean([sure for sure, _ in pairs]),
        "floor": Certainty().floor,
        "coverage": round(len(named) / len(pairs), 4),
        "accuracy_named": _mean(named),
        "by_data": {name: _one_set([one for one in known if one.data == name]) for name in _sets(known)},
        "whole_answer": _whole([(one.whole, one.whole_left_out) for one in known if one.whole]),
        "curve": [_point(one) for one in calibration.reliability(pairs)],
    }
    return told


def _rows(known: Iterable[Answer]) -> list[Row]:
    return [Row(one.judge, one.data, RECORDED, one.grounds, float(bool(one.right))) for one in known]


def _sets(known: Iterable[Answer]) -> list[str]:
    return sorted({one.data for one in known})


def _one_set(some: Sequence[Answer]) -> dict[str, Any]:
    return {
        "cases": len(some),
        "accuracy": _mean([float(bool(one.right)) for one in some]),
        "mean_confidence": _mean([one.confidence for one in some]),
    }


def _whole(found: Sequence[tuple[tuple[float, bool], tuple[float, bool] | None]]) -> dict[str, Any] | None:
    if not found:
        return None
    shipped, unseen = [one for one, _ in found], [one for _, one in found if one is not None]
    named = [float(right) for sure, right in shipped if sure >= Certainty().floor]
    return {
        "cases": len(found),
        "ece": _error(shipped),
        "ece_left_out": _error(unseen),
        "accuracy": _mean([float(right) for _, right in shipped]),
        "coverage": round(len(named) / len(found), 4),
        "accuracy_named": _mean(named),
    }


def _error(pairs: Iterable[tuple[float, float]]) -> float | None:
    found = calibration.error(calibration.reliability(pairs))
    return None if found is None else round(found, 4)


def _mean(some: Sequence[float]) -> float | None:
    return round(sum(some) / len(some), 4) if some else None


def _point(one: Bin) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(one).items()}


def all_answers(data: Path | None, router: BuiltInRouter, rows: Sequence[Row] = ()) -> Iterator[Answer]:
    """Of whatever `data` holds: clusters, one root cause data set, or several."""
    if data is None:
        if kubernetes.DATA.exists():
            yield from cluster_answers(kubernetes.DATA, router)
        data = rca.DATA
    if data.is_file() or next(data.rglob("tool_cache.json"), None):
        yield from cluster_answers(data, router)
    elif data.is_dir():
        for folder in _data_sets(data):
            yield from service_answers(folder, router, rows)


def _data_sets(data: Path) -> list[Path]:
    """The folder itself when all its cases are of one data set, else the data sets in it."""
    inside = [path for path in sorted(data.iterdir()) if path.is_dir()]
    names = {json.loads(path.read_text()).get("dataset") for path in data.rglob("case.json")}
    if len(names) > 1:
        return inside
    return [data] if any(data.glob("*/*.csv*")) or len(inside) != 1 else inside


def main() -> int:
    """Measures DATA and prints one JSON object, or the curve for people."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a drawing")
    parser.add_argument("--predictions", type=Path, help="write one JSON line per case")
    parser.add_argument(
        "--rows", type=Path, help="answers kept by train_calibration, for the whole answer's `ece_left_out`"
    )
    parser.add_argument("--svg", type=Path, help="draw the reliability curve into this file")
    chosen = parser.parse_args()
    if not (chosen.data or rca.DATA).exists():
        print("calibration: skipped, the data is not here", file=sys.stderr)
        return 0
    rows = train_calibration.kept(chosen.rows) if chosen.rows else ()
    found = list(all_answers(chosen.data, answers.router(), rows))
    told = figures(found)
    if chosen.predictions:
        chosen.predictions.write_text("".join(_line(one) for one in found))
    curve = tuple(Bin(**{**one, "n": int(one["n"])}) for one in told.get("curve", ()))
    if chosen.svg and curve:
        chosen.svg.write_text(svg(curve, told["ece"]))
    print(json.dumps(told) if chosen.json else "\n".join([*drawn(curve), json.dumps(told, indent=2)]))
    return 0


def _line(one: Answer) -> str:
    told = {
        "case": one.case,
        "predictions": one.predictions,
        "confidence": one.confidence,
        "unknown": one.confidence < Certainty().floor,
        "seconds": round(one.seconds, 4),
    }
    return json.dumps(told) + "\n"


def svg(curve: Sequence[Bin], ece: float) -> str:
    """The curve as a picture: where points lie on the diagonal, confidence can be believed."""
    most = max(one.n for one in curve)
    points = "".join(
        f'<circle cx="{40 + 320 * one.confidence:.1f}" cy="{340 - 320 * one.accuracy:.1f}" '
        f'r="{3 + 9 * (one.n / most) ** 0.5:.1f}"><title>{one.n} answers, confidence {one.confidence:.2f}, '
        f"right {one.accuracy:.2f}</title></circle>"
        for one in curve
    )
    axes = "".join(
        f'<text x="{40 + 320 * at / 5:.0f}" y="358">{at / 5:g}</text><text x="8" y="{344 - 320 * at / 5:.0f}">{at / 5:g}</text>'
        for at in range(6)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img" font-family="sans-serif" font-size="11">'
        f"<title>Reliability: how often answers were right, by how sure they were (error {ece:.3f})</title>"
        '<rect width="400" height="400" fill="#fff"/><path d="M40 20V340H360" fill="none" stroke="#444"/>'
        '<path d="M40 340L360 20" stroke="#bbb" stroke-dasharray="4"/>'
        f'<g fill="#444">{axes}<text x="150" y="380">confidence</text><text x="44" y="16">share that was right</text></g>'
        f'<g fill="#0b6bcb" fill-opacity=".8">{points}</g></svg>\n'
    )


if __name__ == "__main__":
    sys.exit(main())
