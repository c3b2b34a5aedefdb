"""Workers to be killed: real workers of the service, forked from a warm parent, cut at a chosen boundary or at any time.

Used by `benchmarks.crash`, `benchmarks.takeover`, `benchmarks.upgrade` and the story tests of the worker. Nothing of the
service is stubbed: intake, response, engine, fence and store are the real ones; only an effect on the world is added, whose
receiver is a file that records every key it is given, also the repeated ones.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from tocsin import config, durable, response
from tocsin.app import logs
from tocsin.app.build import open_house
from tocsin.app.incarnation import Fenced, Incarnation
from tocsin.app.settings import Settings
from tocsin.app.worker import open_worker
from tocsin.desk import CarryOut, Desk, Record
from tocsin.model.alert import Delivery
from tocsin.model.event import Event, Noted
from tocsin.model.incident import Incident
from tocsin.model.move import Deed, Happening, Leave, Move, Verify, Wait
from tocsin.ports import Ledger, Store
from tocsin.sources import registry
from tocsin.stages.intake import receive
from tocsin.walk import Step, Walk

EFFECT = "effect:1"
"""The key of the one outside effect that every incident here has."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One worker process: where its store and its receiver are, which incidents to open first, and where to be cut.

    `cut_at` is a boundary: ("begin" | "commit" | "effect" | "return", how many of them to live through); `cut` is the signal
    it sends itself there.
    """

    url: str
    receiver: Path
    alerts: tuple[int, ...] = ()
    cut_at: tuple[str, int] | None = None
    cut: int = signal.SIGKILL
    name: str = "w"
    paused_seconds: float = 60.0
    until_done: bool = False
    body: Callable[[Walk], Walk] = lambda walk: walk
    """Another version of the walk's body."""


def forked(work: Callable[[], None]) -> int:
    """Runs it in a child process; its id."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setpgid(0, 0)
            work()
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    return pid


def ended(pid: int, seconds: float = 60.0) -> int:
    """How it ended: 0 well, 1 with an error, -9 killed. Kills it, and says so, when it takes longer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise TimeoutError(f"the worker {pid} did not end within {seconds:g} s")


def stopped(pid: int) -> None:
    """Returns when that process has stopped itself. Raises RuntimeError when it ended instead."""
    _, status = os.waitpid(pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        raise RuntimeError("the worker ended before it could be stopped")


def steps_taken(url: str) -> int:
    """How many steps are ticked in a PostgreSQL store."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT count(*) FROM steps").fetchone()
        return int(row[0]) if row else 0


def worker(plan: Plan) -> None:
    """A worker's life, in this process."""
    logs.configure()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(_live(plan, _boundaries(plan)))


def settings(plan: Plan) -> Settings:
    """As shipped, with a quick patrol and this plan's store and name."""
    own = {
        "store": {"url": plan.url},
        "durable": {
            "worker": plan.name,
            "look_seconds": 0.05,
            "beat_seconds": 0.2,
            "paused_seconds": plan.paused_seconds,
        },
        "intake": {"correlation": []},
    }
    return Settings.read(config.Config(config.merged(own), {}, "benchmark"))


async def _live(plan: Plan, reach: Callable[[str], None]) -> None:
    chosen = settings(plan)
    _instrument(reach)
    Incarnation.walk = _another(Incarnation.walk, plan.body)  # type: ignore[method-assign]
    async with open_house(chosen) as house:
        for number in plan.alerts:
            await declare(house.desk, chosen, number)
        desk = replace(house.desk, hands=_hands(house.desk, _effect(plan.receiver, reach)))
        async with open_worker(desk, chosen.durable, chosen.store, Nobody()):
            while not (plan.until_done and await all_done(desk)):  # noqa: ASYNC110 - the store has no event to wait for
                await asyncio.sleep(0.05)


async def declare(desk: Desk, chosen: Settings, number: int) -> None:
    """One alert through intake; the same number opens nothing twice."""
    start = "2026-11-21T03:00:00Z"
    text = f"Disk of db-{number} is 97% full in production. Service: ledger-{number}"
    labels = {"alertname": "DiskFull", "service": f"ledger-{number}", "severity": "warning"}
    one = {"status": "firing", "labels": labels, "annotations": {"summary": text}, "startsAt": start}
    body = {"version": "4", "status": "firing", "receiver": "t", "groupLabels": {}, "alerts": [one]}
    delivery = Delivery(
        id=desk.names.new("DLV"),
        source="alertmanager",
        received_at=desk.clock.now(),
        body=json.dumps({**body, "groupKey": "g", "commonLabels": {}, "commonAnnotations": {}}).encode(),
    )
    alerts = registry.parse(delivery, "alertmanager", chosen.mappings)
    now = desk.clock.now()
    await desk.store.write(lambda ledger: receive(ledger, alerts, chosen.intake, desk.catalogue, now, desk.names))


async def all_done(desk: Desk) -> bool:
    """Every incident has had its effect, and nothing is left to do."""

    def look(ledger: Ledger) -> bool:
        found = ledger.incidents.recent(limit=10_000)
        return bool(found) and all(EFFECT in ledger.steps.done(one.id) for one in found)

    return await desk.store.read(look)


class Nobody:
    """incarnation.Watch: nobody wants to know."""

    def changed(self, incident_id: str) -> None:
        """Nothing follows."""

    def responded(self, incident: Incident) -> None:
        """Nothing follows."""


def _boundaries(plan: Plan) -> Callable[[str], None]:
    """Cuts this very process at the chosen boundary."""
    seen = Counter[str]()

    def reach(kind: str) -> None:
        if plan.cut_at == (kind, seen[kind]):
            os.kill(os.getpid(), plan.cut)
        seen[kind] += 1

    return reach


def _instrument(reach: Callable[[str], None]) -> None:
    """Tells of each boundary: a step begins, a commit of a walk has returned, a step has returned but is not remembered yet."""
    attempt, write, next_move = durable.Clockwork.attempt, Fenced.write, response.next_move

    async def attempted(self: durable.Clockwork, incident_id: str, step: Step) -> str:
        reach("begin")
        said = await attempt(self, incident_id, step)
        reach("return")
        return said

    async def written(self: Fenced, work: Callable[[Ledger], Any]) -> Any:  # noqa: ANN401 - whatever the work returns
        result = await write(self, work)
        reach("commit")
        return result

    def with_effect(incident: Incident, *rest: Any) -> Move:  # noqa: ANN401 - passed on as they are
        move = next_move(incident, *rest)
        due = isinstance(move, Wait | Leave) and incident.is_open and EFFECT not in rest[2]
        return Verify(key=EFFECT, action_id="") if due else move

    durable.Clockwork.attempt = attempted  # type: ignore[method-assign]
    Fenced.write = written  # type: ignore[method-assign]
    response.next_move = with_effect  # type: ignore[assignment]


def _another(walk: Callable[..., Any], body: Callable[[Walk], Walk]) -> Callable[..., Any]:
    async def walked(self: Incarnation, incident_id: str, through: Walk) -> None:
        await walk(self, incident_id, body(through))

    return walked


def _hands(desk: Desk, effect: CarryOut) -> Callable[[Store], Mapping[str, CarryOut]]:
    def hands(store: Store) -> Mapping[str, CarryOut]:
        return {**desk.hands(store), "verify": effect}

    return hands


def _effect(receiver: Path, reach: Callable[[str], None]) -> Callable[[Deed, Incident, Record], Any]:
    async def carry_out(move: Deed, incident: Incident, record: Record) -> None:
        with receiver.open("a") as lines:  # one short line, appended whole
            lines.write(f"{incident.id}/{move.key}\n")
        reach("effect")
        await record(move.key, Happening(actor="system", body=Noted(text="the effect was had")))

    return carry_out


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of all incidents of a store."""

    incidents: int
    lost: int
    """Incidents without a diagnosis, a proposed fix, all messages, or the effect."""
    doubled: int
    """Events that stand twice on a timeline, and effects under a second key."""
    repeated: int
    """Effects that reached the receiver again under the same key, which it recognises."""


def tally(plan: Plan) -> Tally:
    """Reads everything back, in a process of its own, so that the parent stays free of threads."""
    answer = plan.receiver.with_suffix(".tally")
    code = ended(forked(partial(_write_tally, plan, answer)))
    if code != 0:
        raise RuntimeError("the store could not be read back")
    return Tally(**json.loads(answer.read_text()))


def _write_tally(plan: Plan, answer: Path) -> None:
    def everything(ledger: Ledger) -> list[tuple[Incident, list[Event]]]:
        return [(one, ledger.timeline.events(one.id)) for one in ledger.incidents.recent(limit=10_000)]

    async def read() -> list[tuple[Incident, list[Event]]]:
        async with open_house(settings(plan)) as house:
            return await house.desk.store.read(everything)

    told = asyncio.run(read())
    keys = Counter(plan.receiver.read_text().split() if plan.receiver.exists() else [])
    lost = sum(not _whole(one, keys) for one, _ in told)
    doubled = sum(_doubles(events) for _, events in told) + sum(not key.endswith(EFFECT) for key in keys)
    figures = {"incidents": len(told), "lost": lost, "doubled": doubled, "repeated": keys.total() - len(keys)}
    answer.write_text(json.dumps(figures))


def _whole(incident: Incident, keys: Counter[str]) -> bool:
    told = incident.diagnosis is not None and incident.fix is not None and len(incident.updates) == 4
    return told and keys[f"{incident.id}/{EFFECT}"] > 0


def _doubles(events: list[Event]) -> int:
    """Events beyond what one response leaves: one of each, one finding report for each role, two drafts of each message."""
    seen = Counter[str]()
    for event in events:
        body: Any = event.body
        named = getattr(body, "role", "") or getattr(body, "evidence_id", "") or getattr(body, "text", "")
        named = named or (body.update.template if body.kind == "update_drafted" else "")
        seen[f"{body.kind}:{named}"] += 1
    allowed = {"update_drafted:internal": 2, "update_drafted:external": 2, "update_drafted:executive": 2}
    return sum(max(0, count - allowed.get(name, 1)) for name, count in seen.items())


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, Callable[[str], str]]]:
    """For each kind of store that this machine has, how to get the URL of a fresh one."""
    from tests.servers import Missing, postgres

    def file(name: str) -> str:
        return f"sqlite:///{folder / name}.db"

    try:
        with postgres() as server:
            yield {"sqlite": file, "postgresql": partial(_fresh, server)}
    except Missing as missing:
        print(missing, file=sys.stderr)
        yield {"sqlite": file}


def _fresh(server: str, name: str) -> str:
    """A database of that name, made in a process of its own."""
    import psycopg

    def make() -> None:
        with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())

    if ended(forked(make)) != 0:
        raise RuntimeError(f"the database {name} could not be made")
    return f"{server.rsplit('/', 1)[0]}/{name}"


def seconds(begun: float) -> float:
    """Since `begun` (monotonic), rounded for people."""
    return round(time.monotonic() - begun, 1)
