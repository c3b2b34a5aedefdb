"""How well and how fast log lines are grouped: `python -m benchmarks.logs [DATA] --json --predictions FILE`.

Grouping accuracy: the share of lines whose group holds exactly the lines that people put together. One configuration for all
systems, raw lines with their headers. Beside ours, in the same run: drain3 as it is installed, on the content column that
people cut out for it. Speed is that of one thread: on lines that repeat with other numbers, as a server writes them; on the
16,000 lines as recorded, each seen for the first time; on lines with a new UUID each; and at the worst, where every line holds a
word of its own. `megabytes_of_new`: how much larger the process got by the last of these, which never repeat.
"""

import argparse
import csv
import gzip
import itertools
import json
import resource
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drain3 import TemplateMiner

from tocsin.analysis.templates import Templates

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "bench" / "loghub2k"
SPEED_LINES = 200_000


@dataclass(frozen=True, slots=True)
class System:
    """One system's lines; `truth` is empty where nobody grouped them by hand."""

    name: str
    lines: tuple[str, ...]
    contents: tuple[str, ...]
    truth: tuple[str, ...]


def read_systems(data: Path) -> list[System]:
    """Every folder that holds a log, by name."""
    return [_read(folder) for folder in sorted(data.iterdir()) if folder.is_dir() and list(folder.glob("*.log*"))]


def _read(folder: Path) -> System:
    lines = _open(next(iter(sorted(folder.glob("*.log*")))))
    table = next((path for name in ("*corrected*", "*structured*") for path in sorted(folder.glob(name))), None)
    rows = list(csv.DictReader(_open(table))) if table else []
    truth = tuple(row.get("EventId") or row.get("EventTemplate", "") for row in rows)
    contents = tuple(row.get("Content", "") for row in rows) or tuple(lines)
    return System(folder.name, tuple(lines), contents, truth if len(truth) == len(lines) else ())


def _open(path: Path) -> list[str]:
    reader = gzip.open if path.suffix == ".gz" else open
    with reader(path, "rt", encoding="utf-8", errors="replace", newline="") as stream:
        return stream.read().replace("\r\n", "\n").rstrip("\n").split("\n")


def ours(system: System) -> list[Hashable]:
    """The group of every line, by the shipped miner on raw lines."""
    templates = Templates()
    shapes = [templates.shape(line) for line in system.lines]
    return [templates.group(shape) for shape in shapes]


def drain_as_installed(system: System) -> list[Hashable]:
    """The group of every line by drain3's defaults, on contents without headers."""
    miner = TemplateMiner()
    return [miner.add_log_message(content)["cluster_id"] for content in system.contents]


def grouping_accuracy(groups: Sequence[Hashable], truth: Sequence[str]) -> float:
    """Share of lines whose group and true group are the same set of lines."""
    sizes, true_sizes = Counter(groups), Counter(truth)
    both = Counter(zip(groups, truth, strict=True))
    right = sum(count for (group, true), count in both.items() if count == sizes[group] == true_sizes[true])
    return right / len(truth)


def repeated_lines(systems: Sequence[System]) -> list[str]:
    """The systems' lines again and again, with other digits, as a server writes them."""
    pool = [line for system in systems for line in system.lines]
    swap = [str.maketrans("0123456789", "".join(str((digit + turn) % 10) for digit in range(10))) for turn in range(10)]
    endless = (line.translate(swap[turn % 10]) for turn in itertools.count() for line in pool)
    return list(itertools.islice(endless, SPEED_LINES))


def new_lines(systems: Sequence[System]) -> list[str]:
    """Lines of which none comes twice: each carries a word of its own."""
    letters = "abcdefghijklmnop"
    return [
        f"{line} user-{''.join(letters[int(digit, 16)] for digit in f'{place:x}')}"
        for place, line in enumerate(itertools.islice(repeated_lines(systems), SPEED_LINES // 4))
    ]


def identified_lines(systems: Sequence[System]) -> list[str]:
    """Lines that repeat but for a UUID that none has twice."""
    lines = itertools.islice(repeated_lines(systems), SPEED_LINES // 4)
    return [
        f"{line} {uuid.UUID(int=place * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)}"
        for place, line in enumerate(lines)
    ]


def largest_megabytes() -> float:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def lines_per_second(lines: Sequence[str], learn: Callable[[str], object]) -> int:
    """Lines one thread takes in a second of its processor, whatever else the machine is doing."""
    began = time.thread_time()
    for line in lines:
        learn(line)
    return round(len(lines) / (time.thread_time() - began))


def measure(systems: Sequence[System]) -> dict[str, Any]:
    """The whole answer."""
    judged = [system for system in systems if system.truth]
    by_system = {one.name: round(grouping_accuracy(ours(one), one.truth), 4) for one in judged}
    peer = {one.name: round(grouping_accuracy(drain_as_installed(one), one.truth), 4) for one in judged}
    repeated, new, miner = repeated_lines(systems), new_lines(systems), TemplateMiner()
    recorded, identified = [line for one in systems for line in one.lines], identified_lines(systems)
    held = largest_megabytes()
    speed_of_new, grown = lines_per_second(new, Templates().shape), largest_megabytes() - held
    return {
        "benchmark": "logs",
        "systems": len(systems),
        "grouping_accuracy": _mean(by_system.values()),
        "lines_per_second": lines_per_second(repeated, Templates().shape),
        "lines_per_second_as_recorded": lines_per_second(recorded, Templates().shape),
        "lines_per_second_new_identities": lines_per_second(identified, Templates().shape),
        "lines_per_second_new": speed_of_new,
        "megabytes_of_new": round(grown, 1),
        "by_system": by_system,
        "drain3_grouping_accuracy": _mean(peer.values()),
        "drain3_lines_per_second": lines_per_second(repeated[: SPEED_LINES // 10], miner.add_log_message),
        "drain3_lines_per_second_as_recorded": lines_per_second(recorded, TemplateMiner().add_log_message),
        "drain3_by_system": peer,
    }


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return round(sum(found) / len(found), 4) if found else None


def write_predictions(path: Path, systems: Sequence[System]) -> None:
    """One JSON line per system: the number of each line's group, groups numbered as they appear."""
    lines = []
    for system in systems:
        began = time.perf_counter()
        numbers: dict[Hashable, int] = defaultdict(itertools.count().__next__)
        groups = [numbers[group] for group in ours(system)]
        taken = round(time.perf_counter() - began, 4)
        lines.append(json.dumps({"case": system.name, "predictions": groups, "seconds": taken}))
    path.write_text("\n".join(lines) + "\n")


def main() -> int:
    """Measures DATA and prints one JSON object; says so and stops when there is no data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA, help="a folder with one folder per system")
    parser.add_argument("--json", action="store_true", help="one line instead of an indented object")
    parser.add_argument("--predictions", type=Path, help="write one JSON line per system: the group of each line")
    chosen = parser.parse_args()
    if not chosen.data.is_dir():
        print("logs: skipped, the data is not here", file=sys.stderr)
        return 0
    systems = read_systems(chosen.data)
    if chosen.predictions:
        write_predictions(chosen.predictions, systems)
    print(json.dumps(measure(systems), indent=None if chosen.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
