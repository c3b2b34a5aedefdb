"""`make bench`: every yardstick in turn, one JSON object on a line each. A yardstick whose data is not here says so and is skipped."""

import subprocess
import sys

YARDSTICKS = ("triage", "runbooks", "latency", "ingest", "audit", "weight")


def main() -> int:
    """Runs the named yardsticks, or all; 1 when one of them failed to run."""
    failed = [name for name in sys.argv[1:] or YARDSTICKS if _run(name) != 0]
    for name in failed:
        print(f"{name}: did not run to its end", file=sys.stderr)
    return 1 if failed else 0


def _run(name: str) -> int:
    print(f"{name} ...", file=sys.stderr, flush=True)
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--json"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
