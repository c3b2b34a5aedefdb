"""Alert storms on systems nobody has seen: `python -m benchmarks.storms --json [--storms N] [--seed S] [--predictions FILE]`.

Each storm is a random system of 30 to 300 services, in layers or grown by preference, and one fault at a random service that
others need. Alerts spread up the calls with delays, die out on the way, come up to two minutes late, with clocks that are off;
some are lost, the fault's own among them. Unrelated services, that do not need what is broken, ring meanwhile. All alerts go
through intake in the order of their arrival. `one_incident`: the share of storms whose alerts are all in one incident;
`gathered`: the share of a storm's alerts in its largest one; `unrelated_kept_apart`: the share of unrelated alerts that are
not in it. `first_cause_a1`, `a3`: how often the fault is the first (one of three) named; beside it the naive answer, the
earliest alert, and the same without knowing who calls whom. `half_of_the_alerts_a1`: when only the first half has come.
`ece`: how far the shipped curve for storms can be believed. The generator shares no figure with what it measures.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any

from tocsin.analysis import calibration
from tocsin.analysis.storm import Heard, candidates
from tocsin.analysis.topology import Edge, Graph
from tocsin.config import load
from tocsin.connectors.system import PretendClock, RandomNames
from tocsin.model.alert import Alert, AlertSeverity, AlertStatus
from tocsin.model.catalogue import Catalogue, Service
from tocsin.roles.analysts import certainty
from tocsin.stages.intake import IntakeRules, receive
from tocsin.store.memory import MemoryStore

BEGAN = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LEAST = 8
"""A storm is heard of from so many services."""
OWN = ("{0} is down", "{0}: disk is full", "{0} has no connections left", "{0} CPU saturated", "{0} pod is restarting")
ANSWERS = ("{0} p99 latency above 2s", "{0} error rate above 5%", "{0} burns its error budget", "{0} requests time out")


@dataclass(frozen=True, slots=True)
class Rung:
    """One alert: of which service, when it began by its sender's clock, when it arrived, and whether the fault caused it."""

    service: str
    began: float
    arrived: float
    title: str
    own: bool | None
    severe: bool
    caused: bool


@dataclass(frozen=True, slots=True)
class Storm:
    """A system, where it broke, and what was heard, in the order of arrival."""

    kind: str
    edges: tuple[Edge, ...]
    fault: str
    rung: tuple[Rung, ...]


def storms(number: int, seed: int) -> Iterator[Storm]:
    """So many storms."""
    dice = random.Random(seed)
    made = 0
    while made < number:
        storm = one_storm(dice)
        if len({one.service for one in storm.rung if one.caused}) >= LEAST:
            made += 1
            yield storm


def one_storm(dice: random.Random) -> Storm:
    """Every habit of a system is drawn anew for each storm: how calls run, how trouble spreads, how clocks and senders err."""
    names = [f"s{at:03d}" for at in dice.sample(range(1000), dice.randint(30, 300))]
    kind = dice.choice(("layered", "preferred"))
    edges = _layered(names, dice) if kind == "layered" else _preferred(names, dice)
    graph = Graph(edges)
    needed = [name for name in names if len(graph.affected(name)) >= 5] or names
    fault = dice.choice(needed)
    felt = _spread(fault, graph, dice)
    skew = {name: dice.gauss(0, dice.choice((1, 5, 20))) for name in names}
    lost, late = dice.uniform(0, 0.3), dice.uniform(5, 120)
    caused = [
        _rung(name, at + skew[name], dice, own=name == fault, late=late, caused=True)
        for name, at in felt.items()
        for _ in range(dice.choice((1, 2, 4, 8)))
        if dice.random() > lost
    ]
    needing = {one.service for one in graph.affected(fault)}
    elsewhere = [name for name in names if name not in felt and name not in needing]
    strays = dice.sample(elsewhere, min(len(elsewhere), dice.randint(0, 4)))
    others = [
        _rung(name, dice.uniform(-300, 600), dice, own=dice.random() < 0.5, late=late, caused=False) for name in strays
    ]
    return Storm(kind, tuple(edges), fault, tuple(sorted((*caused, *others), key=lambda one: one.arrived)))


def _layered(names: Sequence[str], dice: random.Random) -> list[Edge]:
    """Front doors at the top, stores at the bottom; everyone calls one to four of the layers below, most of the next."""
    depth = dice.randint(3, 6)
    layers = [list(names[at::depth]) for at in range(depth)]
    edges = []
    for at, layer in enumerate(layers[:-1]):
        for name in layer:
            for _ in range(dice.randint(1, 4)):
                below = layers[at + 1] if dice.random() < 0.8 else dice.choice(layers[at + 1 :])
                edges.append((name, dice.choice(below)))
    return list(dict.fromkeys(edges))


def _preferred(names: Sequence[str], dice: random.Random) -> list[Edge]:
    """Grown one by one; a new service rather calls those that many call already."""
    edges: list[Edge] = []
    called = [names[0]]
    for at, name in enumerate(names[1:], 1):
        for _ in range(dice.randint(1, 3)):
            callee = dice.choice(called) if dice.random() < 0.6 else names[dice.randrange(at)]
            edges.append((name, callee))
            called.append(callee)
        called.append(name)
    return list(dict.fromkeys(edges))


def _spread(fault: str, graph: Graph, dice: random.Random) -> dict[str, float]:
    """Who is hit, and when: trouble goes up call by call, each caller is hit with a chance of its own, after a delay."""
    harm, pace = dice.uniform(0.4, 0.95), dice.uniform(5, 90)
    hit = {fault: 0.0}
    wave = [fault]
    while wave:
        following = []
        for broken in wave:
            for caller in graph.callers(broken):
                if caller not in hit and dice.random() < harm:
                    hit[caller] = hit[broken] + dice.expovariate(1 / pace)
                    following.append(caller)
        wave = following
    return hit


def _rung(name: str, at: float, dice: random.Random, *, own: bool, late: float, caused: bool) -> Rung:
    """Most causes speak of their own state, most victims of answers; one in five does otherwise."""
    speaks = own if dice.random() < 0.8 else not own
    began = at + dice.expovariate(1 / 20)
    title = dice.choice(OWN if speaks else ANSWERS).format(name)
    return Rung(name, began, began + dice.expovariate(1 / late), title, speaks, dice.random() < 0.3, caused)


def heard(rung: Sequence[Rung]) -> list[Heard]:
    """What was heard of each service, as the product reads it from its alerts."""
    found: dict[str, Heard] = {}
    for one in sorted(rung, key=lambda each: each.began):
        before = found.get(one.service)
        found[one.service] = Heard(
            one.service,
            before.at if before else one.began,
            before.alerts + 1 if before else 1,
            bool(before and before.own) or one.own,
            bool(before and before.severe) or one.severe,
        )
    return list(found.values())


def grouped(storm: Storm, rules: IntakeRules) -> tuple[float, bool, float | None]:
    """The share of the storm's alerts in its largest incident, whether that is all of them, and of strays kept out of it."""
    needs: dict[str, list[str]] = {}
    for caller, callee in storm.edges:
        needs.setdefault(caller, []).append(callee)
        needs.setdefault(callee, [])
    catalogue = Catalogue(services=tuple(Service(name=name, depends_on=tuple(some)) for name, some in needs.items()))
    store, names = MemoryStore(), RandomNames(PretendClock(BEGAN))
    asyncio.run(_taken_in(store, storm, rules, catalogue, names))
    where = asyncio.run(store.read(lambda ledger: ledger.alerts.recent(limit=10_000)))
    by_title = {(one.alert.fingerprint): one.incident_id for one in where}
    homes = Counter(by_title[_name(one)] for one in storm.rung if one.caused)
    home, size = homes.most_common(1)[0]
    strays = [by_title[_name(one)] != home for one in storm.rung if not one.caused]
    return size / homes.total(), len(homes) == 1, mean(strays) if strays else None


async def _taken_in(
    store: MemoryStore, storm: Storm, rules: IntakeRules, catalogue: Catalogue, names: RandomNames
) -> None:
    for one in storm.rung:
        now = BEGAN + timedelta(seconds=one.arrived)
        alert = _alert(one)
        await store.write(lambda ledger, alert=alert, now=now: receive(ledger, [alert], rules, catalogue, now, names))  # type: ignore[misc]


def _alert(one: Rung) -> Alert:
    return Alert(
        source="storm",
        fingerprint=_name(one),
        status=AlertStatus.FIRING,
        title=one.title,
        service=one.service,
        severity=AlertSeverity.CRITICAL if one.severe else AlertSeverity.WARNING,
        starts_at=BEGAN + timedelta(seconds=one.began),
    )


def _name(one: Rung) -> str:
    return f"{one.service} {one.began} {one.title}"


def measure(number: int, seed: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The figures, and a line for each storm."""
    rules = load(None).section("intake", IntakeRules)
    began, lines, named = time.perf_counter(), [], []
    for storm in storms(number, seed):
        start = time.perf_counter()
        found = candidates(heard(storm.rung), Graph(storm.edges))
        took = time.perf_counter() - start
        sure = certainty.shipped().probability(certainty.STORM, certainty.stormed(found))
        named.append((sure, float(found[0].service == storm.fault)))
        share, whole, apart = grouped(storm, rules)
        half = storm.rung[: max(3, len(storm.rung) // 2)]
        lines.append(
            {
                "predictions": [one.service for one in found[:5]],
                "fault": storm.fault,
                "confidence": round(sure, 3),
                "earliest": min(storm.rung, key=lambda one: one.began).service,
                "unmapped": candidates(heard(storm.rung), Graph(()))[0].service,
                "half": candidates(heard(half), Graph(storm.edges))[0].service,
                "silent_fault": storm.fault not in {one.service for one in storm.rung},
                "alerts": len(storm.rung),
                "gathered": share,
                "one_incident": whole,
                "apart": apart,
                "seconds": round(took, 5),
            }
        )
    return _figures(lines, named) | {"seconds": round(time.perf_counter() - began, 1)}, lines


def _figures(lines: Sequence[dict[str, Any]], named: Sequence[tuple[float, float]]) -> dict[str, Any]:
    def right(key: str) -> float:
        return _mean([one[key] == one["fault"] for one in lines])

    heard_of = [one["predictions"][0] == one["fault"] for one in lines if not one["silent_fault"]]
    ece = calibration.error(calibration.reliability(named))
    return {
        "benchmark": "storms",
        "storms": len(lines),
        "alerts_median": median(one["alerts"] for one in lines),
        "one_incident": _mean([one["one_incident"] for one in lines]),
        "gathered": _mean([one["gathered"] for one in lines]),
        "unrelated_kept_apart": _mean([one["apart"] for one in lines if one["apart"] is not None]),
        "first_cause_a1": _mean([one["predictions"][0] == one["fault"] for one in lines]),
        "a3": _mean([one["fault"] in one["predictions"][:3] for one in lines]),
        "a1_when_its_alert_came": _mean(heard_of),
        "fault_without_an_alert": _mean([one["silent_fault"] for one in lines]),
        "half_of_the_alerts_a1": right("half"),
        "earliest_alert_a1": right("earliest"),
        "unmapped_a1": right("unmapped"),
        "ece": None if ece is None else round(ece, 4),
        "milliseconds_to_name": round(1000 * mean(one["seconds"] for one in lines), 2),
    }


def _mean(some: Sequence[float | bool]) -> float:
    return round(mean(some), 4) if some else 0.0


def main() -> int:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line instead of an indented object")
    parser.add_argument("--storms", type=int, default=200)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--predictions", type=Path, help="write one JSON line per storm")
    chosen = parser.parse_args()
    told, lines = measure(chosen.storms, chosen.seed)
    if chosen.predictions:
        chosen.predictions.write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    print(json.dumps(told, indent=None if chosen.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
