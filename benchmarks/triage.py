"""How well the type of an alert is told, on products not trained on: `python -m benchmarks.triage [DATA] --json`.

On the rows the shipped model was trained on, its own accuracy would flatter it, so there the headline figures are those of
a cross-validation that keeps whole products apart. On any other rows the shipped model itself is measured. The answer
says which. `accuracy_4_sure`: rows of the mission's four types whose label is of high confidence, infrastructure left out.
"""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.train_triage import DATA, MODEL, Matrix, Row, cross_validate, read_rows
from tocsin.analysis.classify import CLASSES, Classifier
from tocsin.model.ground import IncidentType

FOUR = [index for index, one in enumerate(CLASSES) if one is not IncidentType.INFRASTRUCTURE]


def figures(rows: Sequence[Row], scores: Matrix, prefix: str = "") -> dict[str, float]:
    """The accuracies of these scores; `accepted` counts any answer that a fair reader allows."""
    best = scores.argmax(1)
    truth = np.array([row.truth for row in rows])
    sure = [line for line, row in enumerate(rows) if row.trust == "high" and row.truth in FOUR]
    folded = np.array(FOUR)[scores[sure][:, FOUR].argmax(1)]
    return {
        f"{prefix}accuracy_5": _share(best == truth),
        f"{prefix}accuracy_5_accepted": _share([int(best[line]) in row.accepted for line, row in enumerate(rows)]),
        f"{prefix}accuracy_4_sure": _share(folded == truth[sure]),
    }


def _share(right: Sequence[bool] | NDArray[np.bool_]) -> float:
    return round(float(np.mean(right)), 4) if len(right) else 0.0


def shipped() -> Classifier:
    """The model in the package, read as the router reads it."""
    return Classifier.from_document(json.loads(MODEL.read_text()))


def speed(model: Classifier, rows: Sequence[Row]) -> dict[str, float]:
    """Milliseconds to tell one alert's type, from raw text."""
    took = []
    for row in rows:
        began = time.perf_counter()
        model.classify(row.title, row.body, row.labels)
        took.append((time.perf_counter() - began) * 1000)
    return {"ms_p50": round(float(np.percentile(took, 50)), 3), "ms_p99": round(float(np.percentile(took, 99)), 3)}


def measure(rows: Sequence[Row], scores: Matrix, *, trained_on: bool) -> dict[str, Any]:
    """The whole answer for one data set."""
    by_shipped = figures(rows, scores)
    if not trained_on:
        return {**by_shipped, "headline": "shipped model on rows it was not trained on"}
    held_out = figures(rows, cross_validate(rows), "cv_")
    unnamed = figures(rows, cross_validate(rows, technologies=False), "cv_unnamed_")
    headline = {name.removeprefix("cv_"): value for name, value in held_out.items()}
    return {
        **headline,
        **held_out,
        **unnamed,
        "shipped_on_its_training_rows": by_shipped,
        "headline": "cross-validation by product: each row judged by a model that never saw its product",
        "cv_unnamed": "the same with every technology name unknown to us: the floor for a product nobody has heard of",
    }


def _trained_on(rows: Sequence[Row]) -> bool:
    """True when any of these rows is one the shipped model has learnt from: then its own figures would flatter it."""
    learnt = {row.id for row in read_rows(DATA)} if DATA.exists() else set()
    return any(row.id in learnt for row in rows)


def main() -> None:
    """Measures DATA and prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--json", action="store_true", help="one line instead of an indented object")
    parser.add_argument("--predictions", type=Path, help="write one JSON line per row: id, type, shares")
    chosen = parser.parse_args()
    rows, model = read_rows(chosen.data), shipped()
    scores = np.array([model.scores(row.cues()) for row in rows])
    answer = {
        "benchmark": "triage",
        "rows": len(rows),
        **measure(rows, scores, trained_on=_trained_on(rows)),
        **speed(model, rows),
    }
    if chosen.predictions:
        _write_predictions(chosen.predictions, rows, model)
    print(json.dumps(answer, indent=None if chosen.json else 2))


def _write_predictions(path: Path, rows: Sequence[Row], model: Classifier) -> None:
    lines = []
    for row in rows:
        verdict = model.classify(row.title, row.body, row.labels)
        shares = {str(one): round(share, 4) for one, share in verdict.shares.items()}
        lines.append(json.dumps({"id": row.id, "type": verdict.type, "shares": shares}))
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
