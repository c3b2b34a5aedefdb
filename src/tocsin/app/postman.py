"""The postman: empties the outbox every few seconds while the worker runs. Started by `service`; one for each process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from tocsin.app.settings import Settings
from tocsin.connectors.pagers import open_pagers, scheduled
from tocsin.errors import StoreError
from tocsin.ports import Clock, Store
from tocsin.stages.deliver import Courier, deliver, pager_couriers

ROUND_SECONDS = 1.0
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_postman(settings: Settings, store: Store, clock: Clock) -> AsyncIterator[None]:
    """Delivers in the background until the block ends; what is not delivered then stays in the outbox."""
    pagers = open_pagers(settings.pagers, settings.config)
    couriers = pager_couriers(pagers, scheduled(pagers))
    stopping = asyncio.Event()
    running = asyncio.create_task(_rounds(store, clock, couriers, stopping))
    try:
        yield
    finally:
        stopping.set()
        await running


async def _rounds(store: Store, clock: Clock, couriers: dict[str, Courier], stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            await deliver(store, couriers, clock.now())
        except StoreError:
            _log.exception("outbox_unreadable")  # the store says so on /healthz, too; the next round tries again
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), ROUND_SECONDS)
