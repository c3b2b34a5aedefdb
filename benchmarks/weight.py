"""What tocsin weighs: a core install from the lock into an empty venv (seconds, MB, packages), and how fast its CLI starts.

`python -m benchmarks.weight [--json]`. Needs the package index the machine is set up with; says so when it cannot be reached.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BODY = {
    "version": "4",
    "status": "firing",
    "alerts": [{"status": "firing", "labels": {"alertname": "X"}, "startsAt": "2026-01-01T00:00:00Z"}],
}
RUNS = 9


def main() -> int:
    """Prints one JSON object, or a few lines for people."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one JSON object")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder))
    if chosen.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:>24} {value}" for name, value in figures.items()))
    return 0


def measure(folder: Path) -> dict[str, object]:
    """Installs into `folder` and starts the CLI a few times."""
    python = folder / "venv" / "bin" / "python"
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    empty = _size(folder)
    _pip(python, "--require-hashes", "-r", str(ROOT / "requirements/core.txt"))
    seconds = time.monotonic() - started
    packages = len(json.loads(subprocess.check_output([python, "-m", "pip", "list", "--format", "json"])))
    megabytes = (_size(folder) - empty) / 1e6
    _pip(python, "--require-hashes", "-r", str(ROOT / "requirements/build.txt"))
    _pip(python, "--no-deps", "--no-build-isolation", str(ROOT))
    body = folder / "alert.json"
    body.write_text(json.dumps(BODY))
    tocsin = str(folder / "venv" / "bin" / "tocsin")
    return {
        "benchmark": "weight",
        "install_seconds": round(seconds, 1),
        "install_mb": round(megabytes, 1),
        "packages": packages,
        "help_seconds_median": _median([tocsin, "--help"]),
        "parse_seconds_median": _median([tocsin, "parse", str(body), "--json"]),
        "runs": RUNS,
        "targets": {"install_mb": 350, "help_seconds_median": 0.4, "parse_seconds_median": 0.4},
    }


def _pip(python: Path, *arguments: str) -> None:
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments], check=True)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _median(command: list[str]) -> float:
    """Median wall seconds of the whole process; the first run only warms the bytecode cache."""
    taken = []
    for _ in range(RUNS + 1):
        started = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.monotonic() - started)
    return round(statistics.median(taken[1:]), 3)


if __name__ == "__main__":
    sys.exit(main())
