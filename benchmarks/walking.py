"""Workers to be killed: real workers of the service, forked from a warm parent, cut at a chosen boundary or at any time.

Used by `benchmarks.crash`, `benchmarks.takeover`, `benchmarks.upgrade` and the story tests of the worker. Nothing of the
service is stubbed: intake, response, remediation, executors, engine, fence and store are the real ones. Steps reach true far
ends (`receivers`); beside each worker stands a person who approves what waits for a yes.
"""

import asyncio
import json
import logging
import os
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from benchmarks.receivers import WORDS, FarEnds, far_ends
from tocsin import config, durable
from tocsin.app import build, logs
from tocsin.app.incarnation import Fenced, Incarnation
from tocsin.app.settings import Settings
from tocsin.app.worker import open_worker
from tocsin.desk import CarryOut, Desk
from tocsin.errors import TocsinError
from tocsin.model.action import Outcome, Rehearsal, RenderedStep, approval_digest
from tocsin.model.alert import Delivery
from tocsin.model.identity import Principal, Role
from tocsin.model.incident import Incident
from tocsin.model.standing import Action, ActionState
from tocsin.ports import Executor, Ledger, Store
from tocsin.roles.analysts import cast
from tocsin.sources import registry
from tocsin.stages import remediate
from tocsin.stages.intake import receive
from tocsin.stages.remediate import permit
from tocsin.walk import Step, Walk

ADA = Principal(id="ada@example.com", roles=frozenset({Role.APPROVER, Role.COMMANDER}))
ENDED = frozenset({ActionState.DONE, ActionState.VERIFIED, ActionState.FAILED})
CUT = ENDED | {ActionState.UNKNOWN}
Reach = Callable[[str], None]
"""Hears of a boundary; may not return."""
_walked: ContextVar[str] = ContextVar("walked", default="")
"""The incident whose step runs in this task."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a worker ends: the boundary's kind, how many of that kind its fresh incident lives through, and the signal.

    Kinds: `begin` of a step or of a part of one, `commit` of a walk, `before` and `after` an executor runs, `midway` (the far end
    has had the effect and nobody has heard), `return` of a step or part that the engine does not remember yet. `step` and
    `stepped` are those of whole steps. `acting` counts from the first offer on.
    """

    kind: str
    index: int = 0
    acting: bool = False
    signal: int = signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Plan:
    """One worker process: its store, what its steps reach, and which incidents (number, kind) to open first."""

    url: str
    ends: FarEnds
    alerts: tuple[tuple[int, str], ...] = ()
    fault: Fault | None = None
    """Where it is cut, on the first of its own incidents."""
    name: str = "w"
    paused_seconds: float = 60.0
    until_done: bool = False
    """It ends when its own incidents are through; one without any, when all are, and the person answers what is open."""
    body: Callable[[Walk], Walk] = lambda walk: walk
    """Another version of the walk's body."""


def warm(folder: Path) -> None:
    """Lives one worker's life in the parent: what is read, imported and compiled then, no worker does again. No thread is left."""
    with suppress(ImportError):
        import psycopg  # noqa: F401 - imported for its time alone

    for room, name in ((cast, "specialists"), (build, "load_classifier")):
        once = cache(getattr(room, name))
        once()
        setattr(room, name, once)
    with far_ends(folder / "warm") as ends:
        worker(Plan(f"sqlite:///{folder / 'warm.db'}", ends, ((1, "http"),), until_done=True))
    if threading.active_count() > 1:
        raise RuntimeError(f"the parent cannot fork: {threading.enumerate()}")


def worker(plan: Plan) -> None:
    """A worker's life, in this process."""
    logs.configure()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(_live(plan))


def settings(plan: Plan) -> Settings:
    """As shipped, with a quick patrol, this plan's store and name, and the far ends."""
    durable_section = {
        "worker": plan.name,
        "look_seconds": 0.05,
        "beat_seconds": 0.2,
        "paused_seconds": plan.paused_seconds,
    }
    own = {
        "store": {"url": plan.url},
        "durable": durable_section,
        "intake": {"correlation": []},
        **plan.ends.config(),
    }
    return Settings.read(config.Config(config.merged(own), {}, "benchmark"))


async def _live(plan: Plan) -> None:
    chosen = settings(plan)
    Incarnation.walk = _another(Incarnation.walk, plan.body)  # type: ignore[assignment,method-assign]
    async with build.open_house(chosen) as house:
        own = [await declare(house.desk, chosen, number, kind) for number, kind in plan.alerts]
        reach = _boundaries(plan, own[0] if own else "")
        _instrument(reach)
        watched = {name: Watched(one, reach) for name, one in house.means.executors.items()}
        means = replace(house.means, executors=watched)
        desk = replace(house.desk, hands=_hands(house.desk, means))
        async with open_worker(desk, chosen.durable, chosen.store, Nobody()):
            while not await _round(plan, means, own):  # noqa: ASYNC110 - the store has no event to wait for
                await asyncio.sleep(0.03)


async def _round(plan: Plan, means: remediate.Means, own: list[str]) -> bool:
    """The person's turn; True when this worker may go home."""
    found = await means.store.read(lambda ledger: ledger.incidents.recent(limit=10_000))
    for one in found:
        for action in one.actions:
            await _person(plan, means, one, action, last=plan.until_done and not own)
    if not plan.until_done:
        return False
    mine = [one for one in found if one.id in own] if own else found
    return bool(mine) and all(_through(one, CUT if own else ENDED) for one in mine)


def _through(incident: Incident, states: frozenset[ActionState]) -> bool:
    by_hand = [one for one in incident.actions if one.step.executor == "manual" and one.state is ActionState.RUNNING]
    last = incident.actions[-1].state if incident.actions else None
    return last in states or (bool(by_hand) and ActionState.UNKNOWN in states)


async def _person(plan: Plan, means: remediate.Means, incident: Incident, action: Action, *, last: bool) -> None:
    """Approves what waits for a yes; at the very end looks at the far end and says what is true."""
    try:
        if action.state is ActionState.REQUESTED and len(action.approvals) < action.verdict.approvals_needed:
            digest = approval_digest(action.step, action.rehearsal)
            await permit.approve(means, incident.id, action.id, by=ADA, digest=digest)
        elif last and (action.state is ActionState.UNKNOWN or _by_hand(action)):
            kind = action.step.executor
            seen = kind == "manual" or incident.service in {service for service, _ in plan.ends.effects(kind)}
            responder = ADA.model_copy(update={"roles": frozenset({Role.RESPONDER})})
            await permit.confirm(means, incident.id, action.id, by=responder, happened=seen, said="I looked")
    except TocsinError:
        return  # somebody was faster; the next round sees


def _by_hand(action: Action) -> bool:
    return action.step.executor == "manual" and action.state is ActionState.RUNNING


async def declare(desk: Desk, chosen: Settings, number: int, kind: str) -> str:
    """One alert through intake, whose words ask for that kind of step; the incident's id. The same number opens it once."""
    start, service = "2026-11-21T03:00:00Z", f"ledger-{number}"
    text = f"Disk of db-{number} is 97% full in production. Pull the {WORDS[kind]}. Service: {service}"
    labels = {"alertname": "DiskFull", "service": service, "severity": "warning"}
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
    outcome = await desk.store.write(
        lambda ledger: receive(ledger, alerts, chosen.intake, desk.catalogue, now, desk.names)
    )
    return outcome.decisions[0].incident_id


class Nobody:
    """incarnation.Watch: nobody wants to know."""

    def changed(self, incident_id: str) -> None:
        """Nothing follows."""

    def responded(self, incident: Incident) -> None:
        """Nothing follows."""


class Watched:
    """An executor, whole, with a word before and after each run."""

    def __init__(self, executor: Executor, reach: Reach) -> None:
        self._executor, self._reach = executor, reach

    @property
    def name(self) -> str:
        """The executor's own."""
        return self._executor.name

    async def rehearse(self, step: RenderedStep) -> Rehearsal:
        """The executor's own."""
        return await self._executor.rehearse(step)

    async def run(self, step: RenderedStep, key: str) -> Outcome:
        """The executor's own."""
        self._reach("before")
        try:
            return await self._executor.run(step, key)
        finally:
            self._reach("after")


def _boundaries(plan: Plan, fresh: str) -> Reach:
    """Cuts this very process at the chosen boundary of its first fresh incident."""
    seen, fault = Counter[str](), plan.fault
    acting = fault is None or not fault.acting

    def reach(kind: str) -> None:
        nonlocal acting
        kind, _, step = kind.partition(" ")
        if fault is None or _walked.get() != fresh:
            return
        acting = acting or step.startswith("offer:")
        if fault.kind == "midway" and kind == "before":
            plan.ends.cut_midway(os.getpid())
        if acting and fault.kind == kind and fault.index == seen[kind]:
            os.kill(os.getpid(), fault.signal)
        seen[kind] += acting

    return reach


def _instrument(reach: Reach) -> None:
    """Tells of each boundary: a step or a part begins, a commit of a walk has returned, one has returned and is not remembered."""
    attempt, part, write = durable.Clockwork.attempt, durable.Clockwork.part, Fenced.write

    async def attempted(self: durable.Clockwork, incident_id: str, step: Step) -> str:
        _walked.set(incident_id)
        reach(f"step {step.name}")
        reach(f"begin {step.name}")
        said = await attempt(self, incident_id, step)
        reach("return")
        reach("stepped")
        return said

    async def parted(self: durable.Clockwork, incident_id: str, step: Step) -> str:
        reach(f"begin {step.name}")
        said = await part(self, incident_id, step)
        reach("return")
        return said

    async def written(self: Fenced, work: Callable[[Ledger], Any]) -> Any:  # noqa: ANN401 - whatever the work returns
        result = await write(self, work)
        reach("commit")
        return result

    durable.Clockwork.attempt = attempted  # type: ignore[method-assign]
    durable.Clockwork.part = parted  # type: ignore[method-assign]
    Fenced.write = written  # type: ignore[method-assign]


def _another(walk: Callable[..., Awaitable[None]], body: Callable[[Walk], Walk]) -> Callable[..., Awaitable[None]]:
    async def walked(self: Incarnation, incident_id: str, through: Walk) -> None:
        await walk(self, incident_id, body(through))

    return walked


def _hands(desk: Desk, means: remediate.Means) -> Callable[[Store], Mapping[str, CarryOut]]:
    def hands(store: Store) -> Mapping[str, CarryOut]:
        return {**desk.hands(store), **remediate.hands(replace(means, store=store))}

    return hands
