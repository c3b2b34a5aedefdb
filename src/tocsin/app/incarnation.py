"""One incarnation of a worker, as the clockwork sees it: whom it walks for, and the fence before all that it writes.

Made by `worker` for each sign-on. The name a worker has and the epoch of its sign-on are its incarnation, which never lives
twice; once a peer has dismissed it, everything that it still wants to write is refused, whole, in the same transaction.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from tocsin.app.patrol import ENDED
from tocsin.desk import Desk
from tocsin.model.event import Noted
from tocsin.model.incident import Incident
from tocsin.model.move import Happening
from tocsin.ports import Ledger, Store
from tocsin.ports import Worker as SignedOn
from tocsin.response import RUN_OVER, respond
from tocsin.walk import Walk

T = TypeVar("T")


class Watch(Protocol):
    """Who wants to know what a worker does."""

    def changed(self, incident_id: str) -> None:
        """A walk wrote something."""
        ...

    def responded(self, incident: Incident) -> None:
        """The opening of that incident is through."""
        ...


class Fenced:
    """A store that takes writes only while this incarnation is in charge, and rings after each."""

    def __init__(self, store: Store, worker: SignedOn, ring: Callable[[], None]) -> None:
        self._store, self._worker, self._ring = store, worker, ring

    async def write(self, work: Callable[[Ledger], T]) -> T:
        """As ports.Store. Raises TakenOver, in the same transaction, when another worker is in charge."""

        def fenced(ledger: Ledger) -> T:
            ledger.workers.require(self._worker)
            return work(ledger)

        result = await self._store.write(fenced)
        self._ring()
        return result

    async def read(self, work: Callable[[Ledger], T]) -> T:
        """As ports.Store."""
        return await self._store.read(work)


class Incarnation:
    """durable.Keeper: what one incarnation does for its walks."""

    def __init__(self, desk: Desk, me: SignedOn, watch: Watch) -> None:
        self._desk, self._me, self._watch = desk, me, watch

    async def walk(self, incident_id: str, walk: Walk) -> None:
        """The story, behind the fence."""
        await respond(incident_id, walk, self._fenced(incident_id))

    async def stumbled(self, incident_id: str, step: str, failure: Exception) -> None:
        """Noted once for each step, where people look."""
        text = f"The step {step} failed ({type(failure).__name__}). It is tried again; a person should look."
        record = self._fenced(incident_id).recorder(incident_id)
        await record(f"failed:{step}", Happening(actor="system", body=Noted(text=text)))

    async def ended(self, incident_id: str, generation: int) -> None:
        """On the books, so that every worker knows which generation comes next."""
        await self._fenced(incident_id).write(incident_id, f"{ENDED}{generation}", lambda _: None)

    async def passed(self, incident_id: str, step: str) -> None:
        """When a playbook is through, how long it took is measured."""
        if step.endswith(RUN_OVER):
            self._watch.responded(await self._desk.incident(incident_id))

    def _fenced(self, incident_id: str) -> Desk:
        return replace(self._desk, store=Fenced(self._desk.store, self._me, lambda: self._watch.changed(incident_id)))
