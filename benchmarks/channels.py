"""Receivers that fail and come back: `python -m benchmarks.channels --json`. Every fault on every connector.

For each pair the receiver is at fault for a while, parcels are decided meanwhile, then it is well again; the service's clock is
moved second by second, the network is real. `delivered` of `parcels` arrived, `duplicates` show twice to their readers (places that
know no key), `p99_s` and `worst_s` are seconds from the return to the arrival. Then, in real time on SQLite: `page_p99_s` from the
decision of a call to PagerDuty while all channels hang, `fallback_s` to Apprise while PagerDuty hangs.
"""

import argparse
import asyncio
import json
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from tests.receivers.apprise_end import AppriseEnd
from tests.receivers.benches import CHANNELS, TRACKERS, bench, pagerduty, tracker
from tests.receivers.faulty import Fault, faulty
from tests.receivers.pagerduty import PagerDutyService

from tocsin.app.postman import ROUND_SECONDS
from tocsin.connectors.apprise_pager import ApprisePager
from tocsin.connectors.system import SystemClock
from tocsin.model.event import Declared
from tocsin.ports import Ledger, Message, Pager, Parcel, Purpose, Store, message_payload
from tocsin.stages.deliver import Courier, Deliveries, item_courier, message_courier, pager_couriers
from tocsin.store.memory import MemoryStore
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

NOW = datetime(2026, 3, 4, 2, 41, tzinfo=UTC)
DOWN = "down"
FAULTS = (DOWN, *(one for one in Fault if one not in (Fault.WRONG, Fault.DENIED)))
CONNECTORS = (*(one for one in CHANNELS if one != "memory"), "pagerduty", "github", "jira")
OUTAGES = (15, 120, 1500)
PARCELS = 6


@dataclass
class End:
    """One connector at work: who brings its parcels, what they look like, and how often each shows to its readers."""

    couriers: Callable[[Store], dict[str, Courier]]
    parcel: Callable[[int], Parcel]
    shown: Callable[[int], int]
    far_end: Any


@contextmanager
def end(name: str, folder: Path, seconds: float) -> Iterator[End]:
    """The connector of that name and its fake."""
    with ExitStack() as closing:
        if name == "pagerduty":
            yield _pager(closing, seconds)
        elif name in ("github", "jira"):
            yield _tracker(closing, name, seconds)
        else:
            yield _channel(closing, name, folder, seconds)


def _channel(closing: ExitStack, name: str, folder: Path, seconds: float) -> End:
    at = closing.enter_context(bench(name, folder, seconds))

    def parcel(number: int) -> Parcel:
        told = Message(
            f"k{number}", f"INC-{number}", Purpose.UPDATE, at.audience, f"Checkout {_mark(number)}", "We look."
        )
        payload = message_payload(at.channel.name, told)
        return Parcel(told.key, told.incident_id, "message", payload)

    def shown(number: int) -> int:
        return sum(_mark(number) in one for one in at.shown())

    channels = {at.channel.name: at.channel}
    return End(lambda store: {"message": message_courier(channels, store)}, parcel, shown, at.far_end)


def _pager(closing: ExitStack, seconds: float) -> End:
    service = PagerDutyService()
    far = closing.enter_context(faulty(service))
    pager = pagerduty(far.url, service, timeout_seconds=seconds)
    told = {"target": "oncall:primary", "people": "ada", "text": "SEV1: down", "severity": "SEV1"}

    def parcel(number: int) -> Parcel:
        return Parcel(f"k{number}", f"INC-{number}", "page", {"incident": f"INC-{number}", **told})

    couriers = pager_couriers({"pagerduty": pager})
    return End(lambda _: couriers, parcel, lambda number: len(service.standing(f"INC-{number}")), far)


def _tracker(closing: ExitStack, name: str, seconds: float) -> End:
    fake = TRACKERS[name]()
    far = closing.enter_context(faulty(fake))
    trackers = {name: tracker(name, far.url, fake, seconds)}

    def parcel(number: int) -> Parcel:
        told = {"tracker": name, "item_id": "AI1", "key": f"INC-{number}:AI1", "title": _mark(number), "text": "Do it."}
        return Parcel(f"k{number}", f"INC-{number}", "work_item", told)

    couriers: dict[str, Courier] = {"work_item": item_courier(trackers)}
    return End(lambda _: couriers, parcel, lambda number: sum(_mark(number) in one for one in fake.shown()), far)


def _mark(number: int) -> str:
    return f"number{number:04}"


@dataclass
class Tally:
    """What came of one outage."""

    delivered: int
    duplicates: int
    waits: list[float]


async def outage(at: End, fault: str, seconds: int, chance: random.Random) -> Tally:
    """The receiver is at fault for so long, and parcels are decided meanwhile; then it is well again."""
    clock, store, sent = [NOW], MemoryStore(), dict[str, datetime]()
    deliveries = Deliveries(store, at.couriers(store), lambda: clock[0], lambda one: sent.update({one.key: clock[0]}))
    numbers = [chance.randrange(1, 10_000) for _ in range(PARCELS)]
    begins = sorted(chance.uniform(0, seconds) for _ in numbers)
    back = NOW + timedelta(seconds=seconds)
    _turn(at, fault)
    for second in range(seconds + 120):
        clock[0] = NOW + timedelta(seconds=second)
        if clock[0] == back:
            _turn(at, "")
        while begins and begins[0] <= second:
            begins.pop(0)
            await _put(store, at.parcel(numbers[len(begins)]), clock[0])
        while await deliveries.round():
            await deliveries.finish()
        if clock[0] >= back and len(sent) == PARCELS:
            break
    shown = [at.shown(number) for number in numbers]
    waits = [max(0.0, (moment - back).total_seconds()) for moment in sent.values()]
    return Tally(sum(one > 0 for one in shown), sum(max(0, one - 1) for one in shown), waits)


def _turn(at: End, fault: str) -> None:
    if fault == DOWN:
        at.far_end.down()
    elif fault:
        at.far_end.always = Fault(fault)
    elif at.far_end.always is None:
        at.far_end.up()
    else:
        at.far_end.always = None


async def _put(store: Store, parcel: Parcel, now: datetime) -> None:
    def work(ledger: Ledger) -> None:
        if ledger.incidents.get(parcel.incident_id) is None:
            declared = Declared(title="Checkout is down", reason="benchmark", started_at=now)
            ledger.timeline.append(parcel.incident_id, declared, actor="system", at=now)
        number = int(now.timestamp() * 1_000_000)
        ledger.outbox.put(Parcel(parcel.key, parcel.incident_id, parcel.kind, parcel.payload, number=number))

    await store.write(work)


async def calls_in_real_time(folder: Path, calls: int) -> tuple[list[float], float]:
    """Seconds from a call's decision to PagerDuty while a channel hangs; and to Apprise while PagerDuty hangs."""
    with ExitStack() as closing:
        service, told = PagerDutyService(), dict[str, float]()
        far = closing.enter_context(faulty(service))
        slow = closing.enter_context(end("webhook", folder, 8.0))
        slow.far_end.always = Fault.HANG
        other = AppriseEnd()
        also = closing.enter_context(faulty(other))
        apprise = ApprisePager((f"json://127.0.0.1:{also.port}/{other.secret}",))
        pagers: dict[str, Pager] = {"pagerduty": pagerduty(far.url, service), "apprise": apprise}
        async with open_store(StoreSettings(url=f"sqlite:///{folder / 'calls.db'}")) as store:
            deliveries = Deliveries(
                store,
                pager_couriers(pagers) | slow.couriers(store),
                SystemClock().now,
                lambda parcel: told.update({parcel.key: time.monotonic()}),
            )
            page = _pager(closing, 8.0).parcel
            begun: dict[str, float] = {}
            for number in range(1, calls + 1):
                await _put(store, slow.parcel(5_000 + number), datetime.now(UTC))
                begun[f"k{number}"] = time.monotonic()
                await _put(store, page(number), datetime.now(UTC))
                await _rounds(deliveries, lambda: len(told) == number)  # noqa: B023 - asked before the next one begins
            waits = sorted(told[key] - at for key, at in begun.items())
            far.always, before = Fault.HANG, time.monotonic()
            heard = len(other.notes)
            await _put(store, page(calls + 1), datetime.now(UTC))
            await _rounds(deliveries, lambda: len(other.notes) > heard)
            took = time.monotonic() - before
            await deliveries.finish(0.1)
    return waits, took


async def _rounds(deliveries: Deliveries, over: Callable[[], bool]) -> None:
    """As the postman makes them, until it is over."""
    due = time.monotonic()
    while not over():
        if time.monotonic() >= due:
            await deliveries.round()
            due = time.monotonic() + ROUND_SECONDS
        await asyncio.sleep(0.01)


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Prints the figures; --json prints one object."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--connectors", nargs="*", default=CONNECTORS)
    options.add_argument("--outages", nargs="*", type=int, default=OUTAGES, help="seconds")
    asked = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    begun, chance = time.monotonic(), random.Random(7)
    total, by_connector, waits = Counter[str](), dict[str, dict[str, Any]](), list[float]()
    with tempfile.TemporaryDirectory(prefix="tocsin-channels-") as name:
        for connector in asked.connectors:
            mine, mine_waits = Counter[str](), list[float]()
            for fault in FAULTS:
                for seconds in asked.outages:
                    hangs = fault is Fault.HANG
                    with end(connector, Path(name), 1.0 if hangs else 8.0) as at:
                        told = asyncio.run(outage(at, fault, min(seconds, 120) if hangs else seconds, chance))
                    mine += Counter(parcels=PARCELS, delivered=told.delivered, duplicates=told.duplicates)
                    mine_waits += told.waits
            by_connector[connector] = {**mine, "p99_s": round(percentile(mine_waits, 0.99), 1)}
            total += mine
            waits += mine_waits
            print(f"{connector}: {by_connector[connector]}", file=sys.stderr)
        pages, fallback = asyncio.run(calls_in_real_time(Path(name), 40))
    figures = {
        "benchmark": "channels",
        "faults": list(map(str, FAULTS)),
        "connectors": by_connector,
        "outages_s": list(asked.outages),
        **{key: total[key] for key in ("parcels", "delivered", "duplicates")},
        "p99_s": round(percentile(waits, 0.99), 1),
        "worst_s": round(max(waits), 1),
        "page_p99_s": round(percentile(pages, 0.99), 2),
        "fallback_s": round(fallback, 2),
        "seconds": round(time.monotonic() - begun),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
