"""Trains the type model that ships with tocsin: `python -m benchmarks.train_triage [DATA]`. Deterministic; needs only NumPy.

Multinomial logistic regression over the cues of `tocsin.analysis.classify`, drawn not towards zero but towards what
`technologies` and `concepts` already say (a Gaussian prior with those means), so a trade never seen in the data keeps
its expert weight. Every row is seen three times: whole, without its labels, and as if its product were unknown.
"""

import argparse
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.analysis.classify import CLASSES, Classifier, Cue, cues_of
from tocsin.analysis.concepts import CONCEPTS
from tocsin.analysis.technologies import TYPE_OF
from tocsin.model.ground import IncidentType

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "corpora" / "alerts.jsonl"
MODEL = ROOT / "src" / "tocsin" / "roles" / "analysts" / "triage_model.json"

TRUST = {"high": 1.0, "row-override": 1.0, "medium": 0.8, "low": 0.6}
ALLOWED = 0.1
"""Share of a row's target that is spread over every type a fair reader accepts."""
RIDGE = 0.003
STEPS = 250
FOLDS = 8
PRODUCT_POWER = 0.6
"""A product with n rows weighs n ** (1 - this): many rules for one product are not many opinions."""
PRIOR = {"first-type": 2.0, "title-type": 0.6, "body-type": 0.4, "later-type": 1.2, "label-type": 0.6}
CONCEPT_PRIOR = {"title-concept": 0.95, "body-concept": 0.65}
PRODUCTS_NEEDED = 3
"""A word must be seen with this many products before it may speak: fewer, and it may just be a name."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled alert rule. `group` is its technology; nothing but title, body and labels is shown to the model."""

    id: str
    group: str
    title: str
    body: str
    labels: str
    truth: int
    accepted: frozenset[int]
    trust: str

    def cues(self, *, labels: bool = True, technologies: bool = True) -> tuple[Cue, ...]:
        """What the model sees of this row."""
        return cues_of(self.title, self.body, self.labels if labels else "", technologies=technologies)


def read_rows(path: Path) -> list[Row]:
    """The rows of a JSON Lines file in the shape of `corpora/alerts.jsonl`."""
    return [_row(json.loads(line)) for line in path.read_text().splitlines() if line.strip()]


def _row(data: dict[str, Any]) -> Row:
    return Row(
        id=data["id"],
        group=data["group"],
        title=data["title"],
        body=f"{data.get('summary') or ''}\n{data.get('description') or ''}",
        labels=" ".join(
            f"{name}={_flat(value)}"
            for name, value in sorted((data.get("labels") or {}).items())
            if name not in IGNORED
        ),
        truth=_index(data["type_label"]),
        accepted=frozenset(_index(label) for label in data["accept"]),
        trust=data["label_confidence"],
    )


IGNORED = {"severity", "level", "priority", "author"}
"""Labels that say how loud, or who wrote the rule, not what broke; the router leaves them out too."""


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={_flat(one)}" for name, one in sorted(value.items()))
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _index(label: str) -> int:
    return CLASSES.index(IncidentType.INFRASTRUCTURE if label == "other" else IncidentType(label))


def folds_of(rows: Iterable[Row], count: int = FOLDS) -> dict[str, int]:
    """Product -> fold: whole products, largest first into the emptiest fold, so that the split never depends on chance."""
    sizes = Counter(row.group for row in rows)
    load, where = [0] * count, {}
    for group, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        where[group] = load.index(min(load))
        load[where[group]] += size
    return where


def train(rows: Sequence[Row]) -> Classifier:
    """The model of these rows, not yet calibrated."""
    views = [(row, row.cues(labels=labels, technologies=known)) for labels, known in VIEWS for row in rows]
    names = _vocabulary(views)
    weights, bias = _descend(_design(views, names), _targets(views), _trust(views), _prior(names))
    rounded = {name: tuple(np.round(row, 3).tolist()) for name, row in zip(names, weights, strict=True)}
    return Classifier({name: row for name, row in rounded.items() if any(row)}, tuple(np.round(bias, 3).tolist()))


VIEWS = ((True, True), (False, True), (True, False))
View = tuple[Row, tuple[Cue, ...]]


def _vocabulary(views: Sequence[View]) -> list[str]:
    """Every expert cue, and every word that several products share."""
    seen: dict[str, set[str]] = defaultdict(set)
    for row, cues in views:
        for cue in cues:
            seen[cue.name].add(row.group)
    expert = {f"{kind}:{one}" for kind in PRIOR for one in CLASSES} | {
        f"{kind}:{one}" for kind in CONCEPT_PRIOR for one in CONCEPTS
    }
    expert |= {
        f"{kind}-trade:{trade}" for kind in ("first", "later", "title", "body", "label") for trade in TYPE_OF
    } & set(seen)
    return sorted(expert | {name for name, groups in seen.items() if len(groups) >= PRODUCTS_NEEDED})


def _design(views: Sequence[View], names: Sequence[str]) -> Matrix:
    column = {name: index for index, name in enumerate(names)}
    design = np.zeros((len(views), len(names)))
    for line, (_, cues) in enumerate(views):
        for cue in cues:
            if cue.name in column:
                design[line, column[cue.name]] = cue.weight
    return design


def _targets(views: Sequence[View]) -> Matrix:
    targets = np.zeros((len(views), len(CLASSES)))
    for line, (row, _) in enumerate(views):
        targets[line, row.truth] = 1 - ALLOWED
        for index in row.accepted:
            targets[line, index] += ALLOWED / len(row.accepted)
    return targets


def _trust(views: Sequence[View]) -> Matrix:
    sizes = Counter(row.group for row, _ in views)
    trust = np.array([TRUST[row.trust] * sizes[row.group] ** -PRODUCT_POWER for row, _ in views])
    return np.asarray(trust / trust.mean())


def _prior(names: Sequence[str]) -> Matrix:
    """Where each weight is drawn to: what the expert tables say, zero for plain words."""
    prior = np.zeros((len(names), len(CLASSES)))
    for line, name in enumerate(names):
        kind, _, what = name.partition(":")
        if kind in PRIOR:
            prior[line, CLASSES.index(IncidentType(what))] = PRIOR[kind]
        elif kind in CONCEPT_PRIOR:
            expected, strength, _ = CONCEPTS[what]
            prior[line, CLASSES.index(expected)] = strength * CONCEPT_PRIOR[kind]
    return prior


def _descend(design: Matrix, targets: Matrix, trust: Matrix, prior: Matrix) -> tuple[Matrix, Matrix]:
    """Nesterov's accelerated gradient on weighted cross-entropy plus the ridge towards the prior; the last row is the bias."""
    count = len(design)
    design = np.hstack([design, np.ones((count, 1))])
    prior = np.vstack([prior, np.zeros(len(CLASSES))])
    pace = 1 / (0.05 * float((design**2).sum(1).max() * trust.max()) + RIDGE)
    weights, ahead, momentum = prior.copy(), prior.copy(), 1.0
    for _ in range(STEPS):
        slope = design.T @ ((_shares(design @ ahead) - targets) * trust[:, None]) / count + RIDGE * (ahead - prior)
        stepped = ahead - pace * slope
        following = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
        ahead = stepped + (momentum - 1) / following * (stepped - weights)
        weights, momentum = stepped, following
    return weights[:-1], weights[-1]


def _shares(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))


def cross_validate(rows: Sequence[Row], *, technologies: bool = True) -> Matrix:
    """Scores of every row by a model that never saw its product: (rows, types), before calibration."""
    where = folds_of(rows)
    scores = np.zeros((len(rows), len(CLASSES)))
    for fold in sorted(set(where.values())):
        model = train([row for row in rows if where[row.group] != fold])
        for line, row in enumerate(rows):
            if where[row.group] == fold:
                scores[line] = model.scores(row.cues(technologies=technologies))
    return scores


def temperature_of(rows: Sequence[Row], scores: Matrix) -> float:
    """The temperature under which held-out probabilities are most honest (lowest log loss)."""
    truth = np.array([row.truth for row in rows])
    lines = np.arange(len(rows))

    def loss(temperature: float) -> float:
        return float(-np.log(_shares(scores / temperature)[lines, truth] + 1e-12).mean())

    return min((round(0.5 + step / 20, 2) for step in range(60)), key=loss)


def write_model(model: Classifier, temperature: float, path: Path) -> None:
    """The model as a compact JSON document: weights in thousandths."""
    document = {
        "made_by": "python -m benchmarks.train_triage",
        "classes": list(CLASSES),
        "temperature": temperature,
        "bias": [round(value * 1000) for value in model.bias],
        "weights": {name: [round(value * 1000) for value in row] for name, row in model.weights.items()},
    }
    path.write_text(json.dumps(document, separators=(",", ":"), sort_keys=True) + "\n")


def main() -> None:
    """Trains on DATA and writes the package's model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=MODEL)
    chosen = parser.parse_args()
    rows = read_rows(chosen.data)
    temperature = temperature_of(rows, cross_validate(rows))
    model = train(rows)
    write_model(model, temperature, chosen.out)
    print(
        json.dumps(
            {
                "rows": len(rows),
                "cues": len(model.weights),
                "temperature": temperature,
                "bytes": chosen.out.stat().st_size,
            }
        )
    )


if __name__ == "__main__":
    main()
