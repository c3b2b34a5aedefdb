"""`make bench`: every yardstick in turn, one JSON object on a line each. One whose data is not here says so and is skipped.

`python -m benchmarks [NAME ...] [--docs]`; with `--docs` the page docs/benchmarks.md is written from what these runs print.
"""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

YARDSTICKS = (
    "triage",
    "runbooks",
    "wording",
    "postmortem",
    "latency",
    "ingest",
    "audit",
    "weight",
    "kubernetes",
    "rca",
    "logs",
    "calibration",
    "storms",
    "topology",
    "argv",
    "approval",
    "cadence",
    "chat",
    "injection",
    "redaction",
    "tokens",
    "fallback",
    "agents",
    "crash",
    "takeover",
    "upgrade",
    "channels",
)
PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def main() -> int:
    """Runs the named yardsticks, or all; 1 when one of them failed to run."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", default=YARDSTICKS)
    options.add_argument("--docs", action="store_true", help="write docs/benchmarks.md")
    chosen = options.parse_args()
    results = {name: _run(name) for name in chosen.names}
    if chosen.docs:
        PAGE.write_text(_page({name: result for name, result in results.items() if result is not None}))
    return 1 if None in results.values() else 0


def _run(name: str) -> dict[str, Any] | None:
    """The yardstick's JSON object, printed as it comes; None when it did not run to its end."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json"]
    run = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    lines = run.stdout.strip().splitlines()
    if run.returncode != 0 or not lines:
        print(f"{name}: did not run to its end (exit code {run.returncode})", file=sys.stderr)
        return None
    print(lines[-1], flush=True)
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def _page(results: dict[str, dict[str, Any]]) -> str:
    cores = os.cpu_count()
    head = [
        "# Benchmarks",
        "",
        "Written by `python -m benchmarks --docs` from what the runs print; nothing here is typed by hand.",
        f"Machine: {cores} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        "shared with other work: compare ratios and medians, not single times.",
        "Figures on public data need that data beside the checkout; without it a yardstick says so and is skipped.",
        "",
    ]
    return "\n".join([*head, *(line for name, result in results.items() for line in _section(name, result))]) + "\n"


def _section(name: str, result: dict[str, Any]) -> list[str]:
    caption = (importlib.import_module(f"benchmarks.{name}").__doc__ or "").strip()
    rows = [f"| {key} | {_shown(value)} |" for key, value in result.items() if key != "benchmark"]
    return [f"## {name}", "", caption, "", "| figure | value |", "| --- | --- |", *rows, ""]


def _shown(value: object) -> str:
    """A figure as one cell; nested ones as short JSON."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text.replace("|", "\\|")[:1200]


if __name__ == "__main__":
    sys.exit(main())
