"""The rounds of the postman: takes what is due, brings it side by side, keeps what became of it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from tocsin.errors import SourceError, StoreError
from tocsin.model.acts import Flagged, WouldHaveDone
from tocsin.model.event import Body
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.ports import OPEN_PARCELS, Ledger, Parcel, Store
from tocsin.stages.deliver.patience import next_try

Courier = Callable[[Parcel], Awaitable[tuple[Body, ...]]]
"""Brings one parcel to its receiver; what it answers goes on the timeline with the mark that it arrived.

Raises SourceError when the receiver did not take it.
"""
Leaves = Callable[[Incident, str], bool]
"""Whether a parcel of that kind may leave for that incident at this moment."""
CLAIM = timedelta(minutes=2)
"""So long another postman leaves it to us, and takes it up when we are gone; longer than any delivery may take."""
MOST_SECONDS = 30.0
"""For one delivery."""
SIDE_BY_SIDE = 4
"""Deliveries to one receiver at one time."""
UNDELIVERED = "TCS-OUTBOX"
_log = structlog.get_logger(__name__)


class Deliveries:
    """Everything that is under way. One for each postman."""

    def __init__(
        self,
        store: Store,
        couriers: Mapping[str, Courier],
        now: Callable[[], datetime],
        arrived: Callable[[Parcel], None] = lambda _: None,
        may_leave: Leaves = lambda _incident, _kind: True,
    ) -> None:
        self._store, self._couriers, self._now, self._arrived = store, couriers, now, arrived
        self._may_leave = may_leave
        self._under_way: dict[str, tuple[Parcel, asyncio.Task[None]]] = {}
        self._quiet: dict[str, datetime] = {}

    async def round(self) -> int:
        """Sets out with everything that is due and fits; returns how many. Returns at once, whoever is slow."""
        now = self._now()
        taken = await self._store.write(lambda ledger: self._take(ledger, now))
        for parcel in taken:
            task = asyncio.create_task(self._bring(parcel))
            self._under_way[parcel.key] = (parcel, task)
            task.add_done_callback(partial(self._back, parcel.key))
        return len(taken)

    async def finish(self, seconds: float | None = None) -> None:
        """Waits for what is under way; what is not back in time is broken off, and tried again when its claim ends."""
        tasks = [task for _, task in self._under_way.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _back(self, key: str, _: "asyncio.Task[None]") -> None:
        del self._under_way[key]

    def _take(self, ledger: Ledger, now: datetime) -> list[Parcel]:
        """Sets parcels aside for us, as many as their receivers have hands free."""
        busy = Counter(parcel.receiver for parcel, _ in self._under_way.values())
        taken = []
        for parcel in ledger.outbox.due(now):
            free = busy[parcel.receiver] < SIDE_BY_SIDE and self._quiet.get(parcel.receiver, now) <= now
            if not free or parcel.key in self._under_way:
                continue
            incident = ledger.incidents.get(parcel.incident_id)
            if incident is not None and not self._may_leave(incident, parcel.kind):
                _withhold(ledger, parcel, now)
            elif ledger.outbox.claim(parcel, now + CLAIM):
                busy[parcel.receiver] += 1
                taken.append(parcel)
        return taken

    async def _bring(self, parcel: Parcel) -> None:
        """One parcel, to its end. Nothing that a courier does ends the rounds."""
        done, said = await self._tried(replace(parcel, attempts=parcel.attempts + 1))
        try:
            await self._store.write(lambda ledger: _keep(ledger, done, said, self._now()))
        except StoreError:
            _log.exception("delivery_not_kept", key=parcel.key)  # its claim ends, and it is brought again
            return
        if done.status == "sent":
            self._arrived(done)

    async def _tried(self, parcel: Parcel) -> tuple[Parcel, tuple[Body, ...]]:
        """The parcel as it then is, and what the receiver answered."""
        try:
            async with asyncio.timeout(MOST_SECONDS):
                said = await self._couriers.get(parcel.kind, _nobody)(parcel)
        except SourceError as failure:
            return self._failed(parcel, failure), ()
        except TimeoutError:
            late = SourceError(f"It did not answer within {MOST_SECONDS:g} seconds.", "Look at its own status.")
            return self._failed(parcel, late), ()
        except Exception as broken:  # noqa: BLE001 - a mistake in one courier must not end the rounds of all
            _log.exception("courier_broke", key=parcel.key, kind=parcel.kind)
            return self._failed(parcel, SourceError(f"It broke off ({type(broken).__name__}).", "Tell us.")), ()
        return replace(parcel, status="sent", error="", next_at=None), said

    def _failed(self, parcel: Parcel, failure: SourceError) -> Parcel:
        now = self._now()
        _log.warning("not_delivered", key=parcel.key, to=parcel.receiver, attempts=parcel.attempts, why=failure.what)
        if failure.wait_seconds > 0:
            self._quiet[parcel.receiver] = now + timedelta(seconds=min(failure.wait_seconds, 3600))
        again = next_try(parcel, failure, now)
        return replace(parcel, status="failed" if again else "given_up", error=failure.what, next_at=again)


async def deliver(store: Store, couriers: Mapping[str, Courier], now: datetime) -> int:
    """Brings everything that is due at `now`, and waits for it; returns how many arrived."""
    arrived: list[Parcel] = []
    deliveries = Deliveries(store, couriers, lambda: now, arrived.append)
    while await deliveries.round():
        await deliveries.finish()
    return len(arrived)


async def _nobody(parcel: Parcel) -> tuple[Body, ...]:
    raise SourceError(f"Nobody delivers a {parcel.kind}.", "Configure who does.", code="TCS-SOURCE-COURIER")


def _withhold(ledger: Ledger, parcel: Parcel, now: datetime) -> None:
    """The mode was turned to observe while it waited: it stays here for good, and the timeline says what it would have been."""
    ledger.outbox.update(replace(parcel, status="withheld", error="mode observe", next_at=None))
    body = WouldHaveDone(what=one_line(f"deliver {told(parcel)}: {parcel.payload.get('text', '')}", 300))
    ledger.timeline.append(parcel.incident_id, body, actor="system", at=now)


def _keep(ledger: Ledger, parcel: Parcel, said: tuple[Body, ...], now: datetime) -> None:
    """The parcel as it now is; the first failure and the last are put where people look, on the incident's timeline."""
    kept = ledger.outbox.get(parcel.key)
    if kept is None or kept.status not in OPEN_PARCELS:
        return  # another postman has been faster
    ledger.outbox.update(parcel)
    if not parcel.incident_id:
        return  # a stranger's; it has no timeline
    for body in said:
        ledger.timeline.append(parcel.incident_id, body, actor="system", at=now)
    first = parcel.status == "failed" and parcel.attempts == 1
    if first or parcel.status == "given_up":
        tried = "it is tried again" if first else f"given up after {parcel.attempts} tries"
        flag = Flagged(code=UNDELIVERED, text=f"{told(parcel)} could not be delivered, {tried}: {parcel.error}")
        ledger.timeline.append(parcel.incident_id, flag, actor="system", at=now)


def told(parcel: Parcel) -> str:
    """What it is, in words: `a page`, `an update to slack`."""
    kind, _, where = parcel.receiver.partition(":")
    what = (parcel.payload.get("purpose") or kind).replace("_", " ")
    article = "an" if what[0] in "aeiou" else "a"
    return f"{article} {what} to {where}" if where else f"{article} {what}"
