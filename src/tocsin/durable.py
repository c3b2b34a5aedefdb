"""The clockwork: the walks of `response` on DBOS, so that they outlive the process. The only room that imports the engine.

Called by `app.worker`. A walk is one DBOS workflow, named after the incident and its generation; its steps are checkpointed.
It rests inside a step, until a bell in this process rings or its time comes: an incident that is quiet costs the engine
nothing, however many there are. A bell only says "look": losing or doubling a ring is harmless. What a step did is ticked in
the timeline's own store, so this room's memory may be lost whole without losing or doubling anything.
Never used: Conductor, auto_upgrade, sharding (they are not free software).
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

import structlog

from tocsin.errors import StoreError, TakenOver
from tocsin.ports import Clock
from tocsin.walk import Step, Walk, Work

if TYPE_CHECKING:
    from dbos import DBOS as Engine
    from dbos import DBOSConfig

APPLICATION_VERSION = "1"
"""Pinned, or the engine would strand running walks at every change of the code. Raise it never; guard edits of the body of
`response.respond` with a patch, see docs/operations.md."""
RETRY_SECONDS = 60.0
"""How long until a step of the opening that failed is tried again."""
SHORT_SECONDS = 5.0
"""The same where not even that could be noted, and before the successor of a broken walk sets out."""
PASSING_SECONDS = 0.25
"""So long at most does a move stand back for the opening of another incident; a storm of openings delays each no more."""
LONGEST_WAIT = 24 * 3600.0
NAP_SECONDS = 60.0
"""A rest looks at the clock so often: one that was set, or a machine that slept, delays what is due by no more."""
_WAKE = "look"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the engine keeps its memory, and as whom it works: an `incarnation` that never lives twice."""

    url: str
    schema: str
    incarnation: str


@dataclass(slots=True)
class Hosted:
    """A walk that runs in this process. `seen` is the timeline's length at which it began to wait; None while it walks."""

    generation: int
    task: "asyncio.Task[Any]"
    seen: int | None = None
    bell: asyncio.Event | None = None
    """Ends the rest it is taking inside a step; None between steps, where only a message reaches it."""


class Keeper(Protocol):
    """Who the clockwork works for."""

    async def walk(self, incident_id: str, walk: Walk) -> None:
        """The body of a walk."""
        ...

    async def stumbled(self, incident_id: str, step: str, failure: Exception) -> None:
        """Notes a step that failed. Raises TakenOver, StoreError."""
        ...

    async def ended(self, incident_id: str, generation: int) -> None:
        """A walk is over; a fresh generation may follow where there is still work."""
        ...

    async def passed(self, incident_id: str, step: str) -> None:
        """A step was carried out in this process, just now."""
        ...


@dataclass(slots=True)
class Clockwork:
    """The engine, running. Made by `open_clockwork`."""

    keeper: Keeper
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a write of ours was refused because another worker is in charge."""
    hosted: dict[str, Hosted] = field(default_factory=dict)
    _draining: bool = False
    _busy: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    _ahead: int = 0
    _passed: asyncio.Event = field(default_factory=asyncio.Event)
    _start: Callable[[str, int], Awaitable[object]] | None = None

    async def start(self, incident_id: str, generation: int) -> None:
        """Begins that walk; nothing when it was ever begun, here or elsewhere."""
        from dbos import SetWorkflowID

        if self._start is None or self._draining:
            return
        with SetWorkflowID(_name(incident_id, generation)):
            await self._start(incident_id, generation)

    async def wake(self, incident_id: str) -> None:
        """Tells a walk of this process to look."""
        hosted = self.hosted[incident_id]
        if hosted.bell is not None:
            hosted.bell.set()
        else:
            await _engine().send_async(_name(incident_id, hosted.generation), _WAKE, _WAKE)

    async def recover(self, living: Collection[str]) -> int:
        """Hands the walks of every incarnation that is not among the living to whoever is free; how many."""
        pending = await _engine().list_workflows_async(status="PENDING", load_input=False, load_output=False)
        gone = {one.executor_id for one in pending if one.executor_id} - set(living)
        if not gone:
            return 0
        return len(await asyncio.to_thread(_engine()._recover_pending_workflows, sorted(gone)))

    async def drain(self, seconds: float) -> bool:
        """No further step begins; waits for the running ones, not longer than that. True when all came through."""
        self._draining = True
        if self._busy == 0:
            return True
        self._idle.clear()
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def attempt(self, incident_id: str, step: Step) -> str:
        """One try of a step, as the engine will remember it: what it said, or that it failed."""
        if self._halting:
            await _stand_still()
        self._busy += 1
        try:
            return await self._tried(incident_id, step)
        except TakenOver:
            self.lost.set()
        finally:
            self._one_less()
        return await _stand_still()

    async def ahead(self, work: Work) -> str:
        """What goes before all that has not begun yet."""
        self._ahead += 1
        self._passed.clear()
        try:
            return await work()
        finally:
            self._ahead -= 1
            if self._ahead == 0:
                self._passed.set()

    async def let_pass(self) -> None:
        """Waits while something goes ahead, but not for long."""
        if self._ahead:
            await _until(self._passed, PASSING_SECONDS)

    async def part(self, incident_id: str, step: Step) -> str:
        """A part of a step, unless nothing is to begin any more."""
        if self._halting:
            with self._aside():
                await _stand_still()
        said = await step.work()
        await self.keeper.passed(incident_id, step.name)
        return said

    async def rest(self, hosted: Hosted, until: datetime | None, clock: Clock) -> None:
        """Until then or until the bell rings; a step at rest holds up no shutdown."""
        hosted.bell = asyncio.Event()
        try:
            with self._aside():
                while not hosted.bell.is_set() and (until is None or clock.now() < until):
                    left = NAP_SECONDS if until is None else (until - clock.now()).total_seconds()
                    await _until(hosted.bell, max(0.0, min(left, NAP_SECONDS)))
                if self._halting:
                    await _stand_still()
        finally:
            hosted.bell = None

    @property
    def _halting(self) -> bool:
        """Is nothing to begin any more?"""
        return self._draining or self.lost.is_set()

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """A step that does nothing meanwhile."""
        self._one_less()
        try:
            yield
        finally:
            self._busy += 1

    def _one_less(self) -> None:
        self._busy -= 1
        if self._busy == 0:
            self._idle.set()

    async def _tried(self, incident_id: str, step: Step) -> str:
        """Raises TakenOver only. While the store cannot be reached, not even the failure can be noted: then it tries on."""
        while True:
            try:
                said = json.dumps({"said": await step.work()})
                await self.keeper.passed(incident_id, step.name)
                return said
            except TakenOver:
                raise
            except Exception as failure:  # noqa: BLE001 - whatever it was, it goes on record and is tried again
                _log.exception("step_failed", incident=incident_id, step=step.name)
                try:
                    await self.keeper.stumbled(incident_id, step.name, failure)
                    return json.dumps({"failed": type(failure).__name__})
                except TakenOver:
                    raise
                except StoreError:
                    await asyncio.sleep(SHORT_SECONDS)


class DurableWalk:
    """walk.Walk on the engine."""

    def __init__(self, clockwork: Clockwork, incident_id: str, hosted: Hosted) -> None:
        self._clockwork, self._incident_id, self._hosted = clockwork, incident_id, hosted
        self._is_ahead = False

    async def step(self, name: str, work: Work) -> str:
        """Carries it out, or answers what it answered before; a failing one is tried again after a while, for ever."""
        while (said := (await self._round(Step(name, work)))[0]) is None:
            await self._pause(RETRY_SECONDS)
        return said

    async def together(self, *steps: Step) -> None:
        """Side by side, in the same order in the engine's memory whichever is through first."""
        left = list(steps)
        while left:
            said = await self._round(*left)
            left = [step for step, one in zip(left, said, strict=True) if one is None]
            if left:
                await self._pause(RETRY_SECONDS)

    async def ahead(self, step: Step) -> str:
        """Carries it out before the parts of other walks' steps."""
        return await self.step(step.name, partial(self._going_ahead, step.work))

    async def _going_ahead(self, work: Work) -> str:
        self._is_ahead = True
        try:
            return await self._clockwork.ahead(work)
        finally:
            self._is_ahead = False

    async def part(self, step: Step) -> str:
        """Carries it out, and remembers nothing of it."""
        if not self._is_ahead:
            await self._clockwork.let_pass()
        return await self._clockwork.part(self._incident_id, step)

    async def rest(self, until: datetime | None, clock: Clock, seen: int) -> bool:
        """Until then, or until the timeline is longer than `seen` and somebody says so."""
        self._hosted.seen = seen
        await self._clockwork.rest(self._hosted, until, clock)
        self._hosted.seen = None
        return True

    async def wait(self, seconds: float | None, seen: int) -> bool:
        """The same on the engine's books, which is dear: on SQLite it asks for a message several times a second."""
        self._hosted.seen = seen
        await self._pause(LONGEST_WAIT if seconds is None else min(seconds, LONGEST_WAIT))
        self._hosted.seen = None
        return True

    async def patched(self, change: str) -> bool:
        """The engine's own mark, which a walk gets at this place the first time it passes."""
        return await _engine().patch_async(change)

    async def _round(self, *steps: Step) -> list[str | None]:
        engine = _engine()
        reserved = [(engine.reserve_step(), step) for step in steps]
        answers = await asyncio.gather(
            *(
                slot.run_async({"name": step.name}, partial(self._clockwork.attempt, self._incident_id, step))
                for slot, step in reserved
            )
        )
        return [json.loads(answer).get("said") for answer in answers]

    async def _pause(self, seconds: float) -> None:
        await _engine().recv_async(_WAKE, timeout_seconds=seconds)


@asynccontextmanager
async def open_clockwork(place: Place, keeper: Keeper) -> AsyncIterator[Clockwork]:
    """The engine, with its walks on the running loop; stopped when the block ends, each walk where it stands."""
    from dbos import DBOS

    clockwork = Clockwork(keeper)
    DBOS(config=_config(place))
    workflow = DBOS.workflow(name="respond", max_recovery_attempts=None)(_workflow(clockwork))
    clockwork._start = lambda incident_id, generation: DBOS.start_workflow_async(workflow, incident_id, generation)
    DBOS.launch()
    try:
        yield clockwork
    finally:
        await _stop(clockwork)


def _workflow(clockwork: Clockwork) -> Callable[[str, int], Coroutine[Any, Any, None]]:
    """The one workflow there is: a walk, from its first step or wherever its memory ends, until it is over."""

    async def walked(incident_id: str, generation: int) -> None:
        hosted = clockwork.hosted[incident_id] = Hosted(generation, _this_task())
        try:
            await _to_its_end(clockwork, incident_id, generation, DurableWalk(clockwork, incident_id, hosted))
        finally:  # not before its end is on the books: whoever sees it gone must find the next generation's number
            if clockwork.hosted.get(incident_id) is hosted:
                del clockwork.hosted[incident_id]

    return walked


async def _to_its_end(clockwork: Clockwork, incident_id: str, generation: int, walk: DurableWalk) -> None:
    try:
        await clockwork.keeper.walk(incident_id, walk)
    except Exception:  # noqa: BLE001 - its memory fits the code no more, say: a successor goes on from the books
        _log.exception("walk_broke_off", incident=incident_id, generation=generation)
        await asyncio.sleep(SHORT_SECONDS)
    await clockwork.keeper.ended(incident_id, generation)


def _this_task() -> "asyncio.Task[Any]":
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a walk needs a task of its own")
    return task


async def _stop(clockwork: Clockwork) -> None:
    """Walks are cut where they stand, which is what they are made for; then the engine's threads end."""
    from dbos import DBOS

    tasks = [one.task for one in clockwork.hosted.values()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # A walk that was only about to begin can begin no more; its next worker does, and the engine's cries say nothing else.
    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    with ThreadPoolExecutor(1) as apart:  # the engine blocks while it stops, and takes the loop's own threads with it
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(apart, partial(DBOS.destroy, destroy_registry=True))
        loop.set_default_executor(ThreadPoolExecutor())


def _config(place: Place) -> "DBOSConfig":
    return {
        "name": "tocsin",
        "system_database_url": place.url,
        "dbos_system_schema": place.schema,
        "executor_id": place.incarnation,
        "application_version": APPLICATION_VERSION,
        "sys_db_pool_size": 5,
        "notification_listener_polling_interval_sec": 0.2,
        "log_level": "ERROR",
        "enable_otlp": False,
    }


def _engine() -> "type[Engine]":
    from dbos import DBOS

    return DBOS


def _name(incident_id: str, generation: int) -> str:
    return f"{incident_id}:{generation}"


async def _until(bell: asyncio.Event, seconds: float) -> None:
    """It rings, or that time is over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await bell.wait()


async def _stand_still() -> str:
    """For ever, until the walk is cut: the step has not begun, and whoever comes next will begin it."""
    return cast(str, await asyncio.get_running_loop().create_future())
