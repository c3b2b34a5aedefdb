"""Runs fse-baro's scorers as installed, for `rca_peers`, in an environment of its own: `.peers/bin/python peer_worker.py`.

One JSON object a line comes in: `{"time": [...], "columns": {name: [...]}, "inject_time": t}`; one goes out for each: for both
scorers the ranked columns and the seconds that they took. Imports nothing of ours.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

warnings.filterwarnings("ignore")

import pandas as pd  # type: ignore[import-untyped] # noqa: E402
from baro.root_cause_analysis import nsigma, robust_scorer  # type: ignore[import-not-found] # noqa: E402


def _ranked(scorer: Callable[..., dict[str, list[str]]], asked: dict[str, Any]) -> dict[str, object]:
    table = pd.DataFrame({"time": asked["time"], **asked["columns"]})
    began = time.process_time()
    try:
        ranks = scorer(table, asked["inject_time"])["ranks"]
    except Exception as failure:  # noqa: BLE001 - whatever a peer cannot rank, it has not ranked
        print(f"rca: a peer failed on a case: {type(failure).__name__}: {failure}", file=sys.stderr)
        ranks = []
    return {"ranks": ranks, "seconds": time.process_time() - began}


def main() -> None:
    """Answers until nothing more comes in."""
    for line in sys.stdin:
        asked = json.loads(line)
        answer = {}
        for name, scorer in (("robust_scorer", robust_scorer), ("n_sigma", nsigma)):
            answer[name] = _ranked(scorer, asked)
        print(json.dumps(answer), flush=True)


main()
