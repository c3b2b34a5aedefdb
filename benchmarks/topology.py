"""How fast the blast radius of a service is known on a large call graph: `python -m benchmarks.topology --json`.

A made graph of 10,000 services and about 40,000 calls: most services call a few, a few are called by thousands. For services drawn
by lot and for the most called ones: everyone who suffers, everything needed, and who is likely to fail next, weighed one and all,
of whom the product marks the first twelve.
Milliseconds of one processor; the target is 50 for one service.
"""

import argparse
import gc
import json
import random
import sys
import time
from statistics import median

from tocsin.analysis.topology import Edge, Graph
from tocsin.roles.analysts.dependency import MOST_NEIGHBOURS

SERVICES, CALLS_EACH, SEED = 10_000, 4, 20261128
DRAWN, MOST_CALLED = 40, 10


def edges(count: int = SERVICES) -> list[Edge]:
    """Callers call services after them, low numbers of each layer far more often: shared things are shared by many."""
    draw = random.Random(SEED)
    found = []
    for caller in range(count - 1):
        for _ in range(CALLS_EACH):
            reach = count - caller - 1
            found.append((f"s{caller}", f"s{count - 1 - int(reach * draw.random() ** 3)}"))
    return found


def known(graph: Graph, service: str) -> tuple[float, int, int]:
    """Milliseconds for the whole blast radius of one service, how many suffer, and how many are marked as next to fail."""
    began = time.process_time()
    affected, _ = graph.affected(service), graph.needs(service)
    risks = graph.next_to_fail(service, most=MOST_NEIGHBOURS)
    return (time.process_time() - began) * 1000, len(affected), len(risks)


def measure() -> dict[str, object]:
    """The whole answer."""
    calls = edges()
    began = time.process_time()
    graph = Graph(calls)
    build = (time.process_time() - began) * 1000
    names = list(graph.services)
    gc.freeze()  # as the service does with what is loaded
    most_called = sorted(names, key=lambda name: -len(graph.callers(name)))[:MOST_CALLED]
    taken = [known(graph, name) for name in (*random.Random(SEED).sample(names, DRAWN), *most_called)]
    return {
        "benchmark": "topology",
        "services": len(names),
        "calls": sum(len(graph.callees(name)) for name in names),
        "build_ms": round(build, 1),
        "blast_radius_ms_median": round(median(one[0] for one in taken), 2),
        "blast_radius_ms_max": round(max(one[0] for one in taken), 2),
        "affected_max": max(one[1] for one in taken),
        "marked_next_to_fail_max": max(one[2] for one in taken),
        "target_ms": 50,
    }


def main() -> int:
    """Measures and prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line instead of an indented object")
    print(json.dumps(measure(), indent=None if parser.parse_args().json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
