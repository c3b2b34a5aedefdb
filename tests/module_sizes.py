"""The module-size report of `make check`: modules near 150 lines, none above 400 unless it is a table that says so."""

import sys
from pathlib import Path

SOFT, HARD = 150, 400
TABLES = {"lexicon.py", "technologies.py"}  # data in Python's clothes


def main() -> int:
    """Prints the largest modules and fails on one over the limit."""
    root = Path(__file__).resolve().parents[1] / "src"
    sizes = sorted(((len(path.read_text().splitlines()), path) for path in root.rglob("*.py")), reverse=True)
    over = [(lines, path) for lines, path in sizes if lines > HARD and path.name not in TABLES]
    middle = sizes[len(sizes) // 2][0] if sizes else 0
    large = sum(lines > SOFT for lines, _ in sizes)
    print(f"modules: {len(sizes)}, median {middle} lines, {large} over {SOFT}, {len(over)} over {HARD}")
    for lines, path in sizes[:5]:
        print(f"  {lines:4}  {path.relative_to(root)}")
    for lines, path in over:
        print(f"too long: {path.relative_to(root)} has {lines} lines; split it by what it does", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
