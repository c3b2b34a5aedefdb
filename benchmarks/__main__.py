"""`make bench`: every yardstick in turn, one JSON object on a line each. One whose data is not here says so and is skipped.

`python -m benchmarks [NAME ...] [--printed FILE ...] [--docs]`; with `--docs` the sections of docs/benchmarks.md are written from
what these runs print, and those of other yardsticks stay. With `--printed` nothing is run: the files hold what earlier runs
printed.
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
    options.add_argument("--docs", action="store_true", help="write their sections of docs/benchmarks.md")
    options.add_argument("--printed", nargs="+", type=Path, metavar="FILE", help="JSON lines that earlier runs printed")
    chosen = options.parse_args()
    results = _printed(chosen.printed) if chosen.printed else {name: _run(name) for name in chosen.names}
    if chosen.docs:
        fresh = {name: _section(name, result) for name, result in results.items() if result is not None}
        PAGE.write_text(_page({**_kept(PAGE.read_text()), **fresh}))
    return 1 if None in results.values() else 0


def _printed(files: list[Path]) -> dict[str, dict[str, Any] | None]:
    """What runs printed, by the yardstick's own name; the last of one name counts."""
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines() if line.startswith("{")]
    return {line["benchmark"]: line for line in lines}


def _kept(page: str) -> dict[str, str]:
    """The sections that a page has, by yardstick."""
    return {part.split("\n", 1)[0]: f"## {part.strip()}\n" for part in page.split("\n## ")[1:]}


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


def _page(sections: dict[str, str]) -> str:
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
    return "\n".join([*head, *(sections[name] for name in YARDSTICKS if name in sections)])


def _section(name: str, result: dict[str, Any]) -> str:
    caption = (importlib.import_module(f"benchmarks.{name}").__doc__ or "").strip()
    rows = [f"| {key} | {_shown(value)} |" for key, value in result.items() if key != "benchmark"]
    return "\n".join([f"## {name}", "", caption, "", "| figure | value |", "| --- | --- |", *rows, ""])


def _shown(value: object) -> str:
    """A figure as one cell; nested ones as short JSON."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text.replace("|", "\\|")[:1200]


if __name__ == "__main__":
    sys.exit(main())
