"""How often a cluster's fault is named rightly: `python -m benchmarks.kubernetes [DATA] --json --predictions FILE`.

DATA is a .tar.xz or a folder of cases; each case is a folder with `tool_cache.json`, what kubectl-like tools answered, and
`metadata.json`, whose `result` may be absent: then there are predictions and no score. `a1` and `a3`: share of cases whose
first (any of the first three) prediction names both object and cause. The checks were developed on one half of the cases
of each cause (`a1_developed`); the other half was only scored (`a1_unseen`). `a1_renamed`: the same after every service
got a random name, in all texts alike.
"""

import argparse
import hashlib
import json
import random
import re
import sys
import tarfile
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tocsin.analysis.cluster import diagnose
from tocsin.model.signals import ClusterAnswer

DATA = Path(__file__).resolve().parents[2] / "shared" / "bench" / "cloudopsbench-dev.tar.xz"
_LETTERS = "bcdfghjklmnpqrstvwxz"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded cluster, and its answer when it is told."""

    name: str
    answers: tuple[ClusterAnswer, ...]
    truth: Pair | None
    apps: tuple[str, ...]
    query: str = ""
    """What the recorder was asked: the alert, so to speak."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was predicted for a case, best first, and how long it took."""

    case: Case
    predictions: tuple[Pair, ...]
    seconds: float

    def within(self, first: int) -> bool:
        """Whether the answer is among the first predictions."""
        return self.case.truth in self.predictions[:first]


def _command(verb: str) -> Callable[[dict[str, Any]], str]:
    """`kubectl get pods web -n shop`, as a person would have typed it."""

    def written(asked: dict[str, Any]) -> str:
        narrow = f" -l {asked['label_selector']}" if asked.get("label_selector") else ""
        space = f" -n {asked['namespace']}" if asked.get("namespace") else ""
        subject = asked.get("resource_type") or asked.get("service_name") or ""
        return f"kubectl {verb} {subject} {asked.get('name') or ''}{narrow}{space}".replace("  ", " ")

    return written


_QUESTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "GetResources": _command("get"),
    "DescribeResource": _command("describe"),
    "GetErrorLogs": _command("logs"),
    "GetRecentLogs": _command("logs"),
    "GetAppYAML": lambda asked: f"manifest {asked.get('app_name', '')}",
    "GetAlerts": lambda _asked: "alerts",
    "CheckServiceConnectivity": lambda asked: f"reach {asked.get('service_name', '')}",
    "CheckNodeServiceStatus": lambda asked: f"systemctl {asked.get('node_name', '')} {asked.get('service_name', '')}",
    "GetServiceDependencies": lambda asked: f"calls {asked.get('service_name', '')}",
}


def read_case(folder: Path, root: Path) -> Case:
    """One case from its folder; the answer is None when the metadata does not tell it."""
    cache: dict[str, Any] = json.loads((folder / "tool_cache.json").read_text("utf-8"))
    answers = [one for call, told in cache.items() if (one := _answer(call, told))]
    alert = folder / "alert.json"
    if not any(one.name == "alerts" and len(one.text) > 2 for one in answers) and alert.is_file():
        answers.append(ClusterAnswer("alerts", alert.read_text("utf-8")))
    apps = {
        name.rpartition(" ")[2] for name in (one.name for one in answers) if name.startswith(("manifest ", "reach "))
    }
    return Case(
        str(folder.relative_to(root)), tuple(answers), _truth(folder), tuple(sorted(apps - {""})), _query(folder)
    )


def _answer(call: str, told: object) -> ClusterAnswer | None:
    tool, _, written = call.partition(":")
    try:
        asked = json.loads(written)
    except ValueError:
        return None
    if tool not in _QUESTIONS or not isinstance(asked, dict):
        return None
    return ClusterAnswer(_QUESTIONS[tool](asked), told if isinstance(told, str) else json.dumps(told))


def _query(folder: Path) -> str:
    path = folder / "metadata.json"
    return str(json.loads(path.read_text("utf-8")).get("query") or "") if path.is_file() else ""


def _truth(folder: Path) -> Pair | None:
    path = folder / "metadata.json"
    result = json.loads(path.read_text("utf-8")).get("result") if path.is_file() else None
    if not isinstance(result, dict) or "root_cause" not in result:
        return None
    return str(result.get("fault_object")), str(result["root_cause"])


def renamed(case: Case, seed: int) -> Case:
    """The case with every service under a random name of another length, in questions, texts and answer alike."""
    dice = random.Random(f"{seed} {case.name}")
    names = {app: "".join(dice.choices(_LETTERS, k=dice.randint(4, 18))) for app in case.apps}
    if not names:
        return case
    pattern = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))

    def new(text: str) -> str:
        return pattern.sub(lambda found: names[found[0]], text)

    answers = tuple(ClusterAnswer(new(one.name), new(one.text)) for one in case.answers)
    truth = (new(case.truth[0]), case.truth[1]) if case.truth else None
    return Case(case.name, answers, truth, case.apps, new(case.query))


def predict(case: Case) -> Outcome:
    """The ranked suspects of a case."""
    began = time.perf_counter()
    suspects = diagnose(case.answers)
    took = time.perf_counter() - began
    return Outcome(case, tuple((one.fault_object, one.root_cause) for one in suspects), took)


def halves(cases: Sequence[Case]) -> tuple[set[str], set[str]]:
    """The cases developed on and those only scored: every other one of each cause, in the order of their names' digests."""
    groups: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        if case.truth:
            groups[case.truth[1]].append(case.name)
    developed: set[str] = set()
    for names in groups.values():
        developed.update(sorted(names, key=lambda name: hashlib.sha256(_short(name).encode()).hexdigest())[::2])
    return developed, {name for names in groups.values() for name in names} - developed


def _short(name: str) -> str:
    return "/".join(name.split("/")[-2:])


def share(outcomes: Sequence[Outcome], first: int) -> float | None:
    """A@first, or None when no case tells its answer."""
    judged = [one.within(first) for one in outcomes if one.case.truth]
    return round(sum(judged) / len(judged), 4) if judged else None


def measure(cases: Sequence[Case], seed: int) -> tuple[dict[str, Any], list[Outcome]]:
    """The figures, and the outcomes as given."""
    outcomes = [predict(case) for case in cases]
    under_other_names = [predict(renamed(case, seed)) for case in cases]
    developed, unseen = halves(cases)
    told: dict[str, Any] = {"benchmark": "kubernetes", "cases": len(cases)}
    if any(case.truth for case in cases):
        told |= {"a1": share(outcomes, 1), "a3": share(outcomes, 3)}
        told |= {"a1_renamed": share(under_other_names, 1), "a3_renamed": share(under_other_names, 3)}
        for name, half in (("developed", developed), ("unseen", unseen)):
            some = [one for one in outcomes if one.case.name in half]
            told |= {f"a1_{name}": share(some, 1), f"a3_{name}": share(some, 3)}
    seconds = [one.seconds for one in outcomes]
    told |= {
        "seconds_per_case": round(sum(seconds) / max(len(seconds), 1), 4),
        "slowest_seconds": round(max(seconds, default=0), 4),
    }
    return told, outcomes


def cases_in(data: Path) -> Iterator[Case]:
    """The cases of a folder, or of an archive unpacked beside no project file."""
    if data.is_dir():
        for path in sorted(data.rglob("tool_cache.json")):
            yield read_case(path.parent, data)
        return
    with tempfile.TemporaryDirectory() as folder, tarfile.open(data) as archive:
        archive.extractall(folder, filter="data")
        yield from cases_in(Path(folder))


def main() -> None:
    """Measures DATA and prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--json", action="store_true", help="one line instead of an indented object")
    parser.add_argument("--predictions", type=Path, help="write one JSON line per case")
    parser.add_argument("--without", default="", help="leave out the answers whose question begins so (`manifest`)")
    parser.add_argument("--seed", type=int, default=1, help="of the random names")
    chosen = parser.parse_args()
    if not chosen.data.exists():
        print(f"kubernetes: skipped, there is no {chosen.data.name} here", file=sys.stderr)
        return
    cases = [_without(case, chosen.without) for case in cases_in(chosen.data)]
    told, outcomes = measure(cases, chosen.seed)
    if chosen.predictions:
        chosen.predictions.write_text("".join(_line(one) for one in outcomes), "utf-8")
    print(json.dumps(told, indent=None if chosen.json else 2))


def _without(case: Case, start: str) -> Case:
    kept = (one for one in case.answers if not start or not one.name.startswith(start))
    return replace(case, answers=tuple(kept))


def _line(one: Outcome) -> str:
    pairs = [{"fault_object": name, "root_cause": cause} for name, cause in one.predictions]
    return json.dumps({"case": one.case.name, "predictions": pairs, "seconds": round(one.seconds, 4)}) + "\n"


if __name__ == "__main__":
    main()
