"""The patrol: looks round several times a second, so that no message has to arrive and no process has to come back.

Whichever open incident nobody walks is taken up; whichever has grown is told to look; whichever peer has died is dismissed,
and its walks go to those who live. Called by `worker` for one incarnation; decides nothing about an incident.
"""

import asyncio
from time import monotonic

import structlog

from tocsin.durable import Clockwork
from tocsin.errors import StoreError
from tocsin.ports import Store, Worker
from tocsin.store.presence import Presence

ENDED = "walk:"
"""How a finished generation of a walk stands on the books."""
_RECOVER_SECONDS = 30.0
_log = structlog.get_logger(__name__)


class Patrol:
    """The rounds of one incarnation."""

    def __init__(self, store: Store, clockwork: Clockwork, me: Worker, presence: Presence, paused: float) -> None:
        self._store, self._clockwork, self._me, self._presence, self._paused = store, clockwork, me, presence, paused
        self._considered: dict[str, int] = {}
        self._beats: dict[str, tuple[int, float]] = {}
        self._recovered: tuple[frozenset[str], float] = (frozenset(), 0.0)

    async def look_round(self) -> None:
        """Takes up open incidents that nobody walks here, and wakes the walks whose timeline has grown."""
        heads = await self._store.read(lambda ledger: ledger.incidents.open_heads())
        hosted, considered = self._clockwork.hosted, dict[str, int]()
        for incident_id, seq in heads.items():
            if incident_id in hosted:
                continue
            if self._considered.get(incident_id) != seq:
                await self._take_up(incident_id)
            considered[incident_id] = seq
        self._considered = considered
        for incident_id, one in list(hosted.items()):
            if one.seen is not None and heads.get(incident_id, one.seen + 1) > one.seen:  # closed ones must look, too
                one.seen = None
                await self._clockwork.wake(incident_id)

    async def watch_peers(self) -> None:
        """Gives a sign of life and looks at the others'. Raises TakenOver, or StoreError when our own is gone."""
        if not self._presence.shared:
            await self._dismiss_all_others()
            return
        await self._store.write(lambda ledger: ledger.workers.beat(self._me))
        workers = await self._present()
        living = await asyncio.to_thread(self._presence.living, [one.name for one in workers])
        if self._me.name not in living:
            raise StoreError(f"the worker {self._me.name} has lost its lock.", "It signs on again by itself.")
        for one in workers:
            if one.name not in living or self._stands_still(one):
                await self._dismiss(one)
        await self._recover()

    async def _take_up(self, incident_id: str) -> None:
        done = await self._store.read(lambda ledger: ledger.steps.done(incident_id))
        await self._clockwork.start(incident_id, sum(key.startswith(ENDED) for key in done))

    async def _present(self) -> list[Worker]:
        return [one for one in await self._store.read(lambda ledger: ledger.workers.all()) if one.present]

    async def _dismiss_all_others(self) -> None:
        for one in await self._present():
            if one.name != self._me.name:
                await self._dismiss(one)
        await self._recover()

    async def _dismiss(self, worker: Worker) -> None:
        if await self._store.write(lambda ledger: ledger.workers.dismiss(worker)):
            _log.warning("worker_dismissed", worker=worker.incarnation, by=self._me.incarnation)

    async def _recover(self) -> None:
        """Hands on the walks of the dead whenever the living have changed, and now and then in any case."""
        living = frozenset(one.incarnation for one in await self._present())
        known, at = self._recovered
        if living == known and monotonic() - at < _RECOVER_SECONDS:
            return
        moved = await self._clockwork.recover(living)
        self._recovered = (living, monotonic())
        self._considered = {}  # a worker may have died between one generation of a walk and the next
        if moved:
            _log.info("walks_recovered", walks=moved, by=self._me.incarnation)

    def _stands_still(self, worker: Worker) -> bool:
        """Its session lives, but it gave no sign of life for too long: it is paused, or its machine is."""
        beats, since = self._beats.get(worker.incarnation, (-1, 0.0))
        if beats != worker.beats:
            self._beats[worker.incarnation] = (worker.beats, monotonic())
            return False
        return worker.name != self._me.name and monotonic() - since > self._paused
