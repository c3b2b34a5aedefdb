"""Starts responses in the background, one at a time for each incident, and takes up those a restart cut short.

Called by the service when intake declares an incident or an alert joins one. A response that fails is noted on its
incident's timeline, where people look, and taken up again at the next start.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import structlog

from tocsin.model.event import Noted
from tocsin.model.incident import Incident
from tocsin.ports import Ledger, Store
from tocsin.response import Desk, respond
from tocsin.web.metrics import Metrics
from tocsin.web.rooms import Wake

T = TypeVar("T")
_log = structlog.get_logger(__name__)
AT_ONCE = 8
"""Responses that run at the same time; the others wait their turn."""


class Responder:
    """Owns the running responses of one process."""

    def __init__(self, desk: Desk, wake: Wake, metrics: Metrics) -> None:
        self._desk, self._wake, self._metrics = desk, wake, metrics
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)

    def start(self, incident_id: str) -> None:
        """Begins the response and returns at once. While one runs for that incident, it is only asked to look once more."""
        if incident_id in self._running:
            self._again.add(incident_id)
            return
        self._running[incident_id] = asyncio.create_task(self._respond(incident_id))

    async def resume(self) -> int:
        """Takes up every open incident that has no diagnosis yet; returns how many."""
        unfinished = await self._desk.store.read(_unfinished)
        for incident_id in unfinished:
            self.start(incident_id)
        return len(unfinished)

    async def close(self) -> None:
        """Lets running responses stop where they are; what they recorded stays, and the next start goes on from there."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _respond(self, incident_id: str) -> None:
        try:
            async with self._turns:
                desk = replace(self._desk, store=_Ringing(self._desk.store, lambda: self._wake.ring(incident_id)))
                self._measure(await respond(incident_id, desk))
        except Exception as failure:  # noqa: BLE001 - whatever it was, it goes on record where a person will see it
            _log.exception("response_failed", incident=incident_id)
            await self._note(incident_id, failure)
        finally:
            del self._running[incident_id]
            if incident_id in self._again:
                self._again.discard(incident_id)
                self.start(incident_id)

    async def _note(self, incident_id: str, failure: Exception) -> None:
        text = f"The response stopped ({type(failure).__name__}). A person must look; it goes on at the next start."
        now = self._desk.clock.now()
        await self._desk.store.write(
            lambda ledger: ledger.timeline.append(incident_id, Noted(text=text), actor="system", at=now)
        )
        self._wake.ring(incident_id)

    def _measure(self, incident: Incident) -> None:
        if incident.declared_at and incident.triaged_at and incident.updated_at:
            self._metrics.triage.observe((incident.triaged_at - incident.declared_at).total_seconds())
            self._metrics.response.observe((incident.updated_at - incident.declared_at).total_seconds())


class _Ringing:
    """A store that rings after each commit, so that event streams need not poll for what happens in this process."""

    def __init__(self, store: Store, ring: Callable[[], None]) -> None:
        self._store, self._ring = store, ring

    async def write(self, work: Callable[[Ledger], T]) -> T:
        """As ports.Store; then rings."""
        result = await self._store.write(work)
        self._ring()
        return result

    async def read(self, work: Callable[[Ledger], T]) -> T:
        """As ports.Store."""
        return await self._store.read(work)


def _unfinished(ledger: Ledger) -> list[str]:
    found = ledger.incidents.recent(open_only=True, limit=1000)
    return [one.id for one in reversed(found) if one.diagnosis is None]
