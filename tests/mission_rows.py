"""Holds docs/mission.md to its word: every requirement has a row, and every row names what shows it or says `open`.

Run by `make check`. A named test must exist in the named file, a named command must be one of ours.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (?P<id>[A-Z]\d+(?:\.\d+)?) \| (?P<what>[^|]+) \| (?P<shown>[^|]+) \|$")
NAMED = re.compile(r"`([^`]+)`")


def main() -> int:
    """Prints one line for each row that names nothing that exists; 1 if there is one."""
    rows = [match for line in (ROOT / "docs" / "mission.md").read_text().splitlines() if (match := ROW.match(line))]
    faults = [f"{row['id']}: {fault}" for row in rows if (fault := _fault(row["shown"]))]
    still_open = [row["id"] for row in rows if row["shown"].strip().startswith("open")]
    print(f"mission: {len(rows)} rows, {len(rows) - len(still_open)} shown, {len(still_open)} open")
    for fault in faults:
        print(f"docs/mission.md {fault}", file=sys.stderr)
    return 1 if faults or not rows else 0


def _fault(shown: str) -> str:
    """What is wrong with one row's last column; "" when nothing is."""
    if shown.strip().startswith("open"):
        return ""
    named = NAMED.findall(shown)
    if not named:
        return "names neither a test nor a command"
    return "; ".join(f"`{one}` does not exist" for one in named if not _exists(one))


def _exists(named: str) -> bool:
    words = named.split()
    if words[0] == "make":
        return re.search(rf"^{re.escape(words[1])}:", (ROOT / "Makefile").read_text(), re.MULTILINE) is not None
    if words[0] == "tocsin":
        source = "".join(path.read_text() for path in (ROOT / "src" / "tocsin" / "cli").glob("*.py"))
        return all(f'"{verb}"' in source for verb in words[1:3] if verb.isalpha() and verb.islower())
    if words[:2] == ["python", "-m"]:
        return (ROOT / (words[2].replace(".", "/") + ".py")).exists()
    file, _, test = named.partition("::")
    path = ROOT / file
    return path.exists() and (not test or f"def {test}(" in path.read_text())


if __name__ == "__main__":
    sys.exit(main())
