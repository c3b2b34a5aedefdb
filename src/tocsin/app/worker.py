"""The worker: walks incidents with the clockwork. Started by `service`; several of them share one PostgreSQL.

It signs on under a name of its own, which gives it an epoch; both together are its incarnation, which never lives twice. All
that it writes for a walk goes through a fence, and is refused once a peer has dismissed that incarnation. Then, and after
anything else that breaks it off, it signs on again as another one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from socket import gethostname
from time import monotonic
from typing import TypeVar

import structlog
from pydantic import Field

from tocsin.app.incarnation import Incarnation, Watch
from tocsin.app.patrol import Patrol
from tocsin.desk import Desk
from tocsin.durable import Clockwork, Place, open_clockwork
from tocsin.errors import TakenOver
from tocsin.model.ground import Value
from tocsin.store.engine_memory import engine_memory
from tocsin.store.presence import appear
from tocsin.store.settings import StoreSettings

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class DurableSettings(Value):
    """Section `durable` of the configuration: how a worker keeps at it."""

    worker: str = ""
    """Its name; "" is the host's. A second worker of one name becomes NAME-2."""
    engine_schema: str = Field(default="tocsin_engine", pattern=r"^[a-z_][a-z0-9_]{0,40}$")
    """Where the engine keeps its tables, on PostgreSQL."""
    look_seconds: float = Field(default=0.5, gt=0, le=60)
    """How often it looks for incidents that another process has changed."""
    beat_seconds: float = Field(default=1.0, gt=0, le=60)
    """How often workers on PostgreSQL give a sign of life, and look for those who give none."""
    paused_seconds: float = Field(default=15.0, gt=0, le=3600)
    """How long a worker that is connected may be silent before its incidents go to another."""
    drain_seconds: float = Field(default=20.0, ge=0, le=600)
    """How long running steps may take at shutdown; what is cut then is done again at the next start."""


class Worker:
    """One process' worker, from its first sign-on to its last. Made by `open_worker`."""

    def __init__(self, desk: Desk, settings: DurableSettings, store: StoreSettings, memory: str, watch: Watch) -> None:
        self._desk, self._settings, self._store, self._memory, self._watch = desk, settings, store, memory, watch
        self._stopping = False
        self._bell = asyncio.Event()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def ring(self) -> None:
        """Something happened: look round now. Nothing is lost when nobody rings."""
        self._bell.set()

    def stop(self) -> None:
        """Ends it after the running steps."""
        self._stopping = True
        self._bell.set()

    async def run(self) -> None:
        """One incarnation after another until it is told to stop. Only the first one's failure is the caller's, in `ready`."""
        while not self._stopping:
            try:
                await self._live()
            except TakenOver as dismissed:
                _log.warning("worker_taken_over", said=str(dismissed))
            except Exception as failure:  # noqa: BLE001 - the first is the caller's, any later one is survived
                if not self.ready.done():
                    self.ready.set_exception(failure)
                    return
                _log.exception("worker_broke_off")
                await self._rest(self._settings.beat_seconds)

    async def _live(self) -> None:
        """One incarnation: signs on, walks, and signs off so that peers need not wait for a sign of its death."""
        presence = await asyncio.to_thread(appear, self._store, self._settings.worker or gethostname())
        try:
            me = await self._desk.store.write(lambda ledger: ledger.workers.sign_on(presence.name))
            place = Place(self._memory, self._settings.engine_schema, me.incarnation)
            async with open_clockwork(place, Incarnation(self._desk, me, self._watch)) as clockwork:
                patrol = Patrol(self._desk.store, clockwork, me, presence, self._settings.paused_seconds)
                await self._keep_at_it(patrol, clockwork)
                if not await clockwork.drain(self._settings.drain_seconds):
                    _log.warning("steps_cut", worker=me.incarnation)
            await self._desk.store.write(lambda ledger: ledger.workers.dismiss(me))
        finally:
            presence.close()

    async def _keep_at_it(self, patrol: Patrol, clockwork: Clockwork) -> None:
        """Rounds until it is told to stop or has lost its walks to a peer."""
        beat_at = 0.0
        while not self._stopping and not clockwork.lost.is_set():
            if monotonic() >= beat_at:
                await patrol.watch_peers()
                beat_at = monotonic() + self._settings.beat_seconds
            await patrol.look_round()
            if not self.ready.done():
                self.ready.set_result(None)
            await self._rest(min(self._settings.look_seconds, max(0.0, beat_at - monotonic())))

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._bell.wait(), seconds)
        if not self._stopping:
            self._bell.clear()


@asynccontextmanager
async def open_worker(
    desk: Desk, settings: DurableSettings, store: StoreSettings, watch: Watch
) -> AsyncIterator[Worker]:
    """A worker at work; when the block ends it finishes the running steps, within `drain_seconds`.

    Raises StoreError when it cannot begin: the database does not answer, or takes one worker only and has it.
    """
    with engine_memory(store) as memory:
        worker = Worker(desk, settings, store, memory, watch)
        running = asyncio.create_task(worker.run())
        try:
            await worker.ready
            yield worker
        finally:
            worker.stop()
            await running
