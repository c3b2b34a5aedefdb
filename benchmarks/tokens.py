"""Tokens an incident takes when a model plays every role of the house: `python -m benchmarks.tokens [--json]`.

The grading suite, each case with a timeline of its own, against a scripted OpenAI-compatible server over real HTTP that answers
from what it is asked. It counts as it bills: four characters of messages and schema are a token in, four of the answer a token out.
`median` is of one incident, first question to last; `by_role` the median of those incidents on which the role was asked.
The suite once more under a cap of `cap` tokens an incident: `over_cap` counts incidents that spent more, `capped_completed` those
whose playbook succeeded all the same. `score` is what `tocsin eval` gives the reports.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

from tests.scripted_models import Scripted, every_role, model_server

from benchmarks.minds import playbooks, responded, settings, suite
from tocsin.grading import grade
from tocsin.model.incident import Incident
from tocsin.model.run import Phase

CAP = 1_500
ROOMY = 30_000
"""A budget that no incident comes near: what is measured is what they take."""


async def played(folder: Path, cap: int) -> tuple[list[Incident], float]:
    """The incidents of the suite, and its score."""
    incidents: list[Incident] = []
    async with model_server(Scripted(every_role)) as url:
        loaded = settings(folder, url, tokens_per_incident=cap)

        async def one(alert: str | bytes, evidence: Path | None, catalogue: dict[str, Any] | None) -> dict[str, Any]:
            found = await responded(loaded, alert, evidence, catalogue)
            incidents.append(found.incident)
            return found.report

        result = await grade(suite(), one)
    return incidents, result.score


def tokens(incident: Incident) -> int:
    """All that was spent on it."""
    return sum(one.tokens for one in incident.spendings)


def by_role(incidents: list[Incident]) -> dict[str, int]:
    """The median of each role, the dearest first."""
    found: dict[str, list[int]] = {}
    for incident in incidents:
        for role in {one.role for one in incident.spendings}:
            found.setdefault(role, []).append(sum(one.tokens for one in incident.spendings if one.role == role))
    medians = {role: int(median(each)) for role, each in found.items()}
    return dict(sorted(medians.items(), key=lambda pair: -pair[1]))


async def measured() -> dict[str, Any]:
    """Both rounds."""
    with playbooks() as folder:
        free, score = await played(folder, ROOMY)
        capped, _ = await played(folder, CAP)
    spent = sorted(tokens(one) for one in free)
    return {
        "benchmark": "tokens",
        "incidents": len(free),
        "median": int(median(spent)),
        "p90": spent[int(len(spent) * 0.9)],
        "most": spent[-1],
        "questions": sum(one.questions for incident in free for one in incident.spendings),
        "replaced": sum(bool(step.replaced) for incident in free for run in incident.runs for step in run.steps),
        "by_role": by_role(free),
        "score": score,
        "cap": CAP,
        "most_under_cap": max(tokens(one) for one in capped),
        "over_cap": sum(tokens(one) > CAP for one in capped),
        "capped_completed": sum(one.runs[-1].phase is Phase.SUCCEEDED for one in capped),
    }


def main() -> int:
    """1 when the median or the cap is not kept."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    result = asyncio.run(measured())
    print(json.dumps(result) if chosen.json else json.dumps(result, indent=2))
    return 1 if result["median"] > 3_000 or result["over_cap"] else 0


if __name__ == "__main__":
    sys.exit(main())
