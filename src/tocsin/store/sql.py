"""The store in SQL: opens the database, hands out transactions, closes it. The adapter behind ports.Store.

Built by `app`. Writes go through one thread that commits for many at once; reads run on their own connections.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from tocsin.errors import StoreError
from tocsin.ports import Ledger, Store
from tocsin.store import schema
from tocsin.store.engines import read_engine, write_engine
from tocsin.store.failures import translated
from tocsin.store.folds import Folds
from tocsin.store.ledger import SqlLedger
from tocsin.store.memory import MemoryStore
from tocsin.store.settings import StoreSettings
from tocsin.store.writer import Writer

T = TypeVar("T")


class SqlStore:
    """ports.Store over SQLite or PostgreSQL. Made by `open_store`."""

    def __init__(self, writing: Engine, reading: Engine, settings: StoreSettings) -> None:
        self._folds = Folds()
        self._writing, self._reading = writing, reading
        self._writer = Writer(writing, self._ledger, settings.batch)
        self._readers = ThreadPoolExecutor(settings.readers, thread_name_prefix="tocsin-reader")
        self._closed = False

    def open(self) -> None:
        """Connects, brings the schema up to date, starts the writer. Raises StoreError with what to do."""
        try:
            with self._writing.begin() as connection:
                schema.prepare(connection)
        except SQLAlchemyError as failure:
            self._dispose()
            raise translated(failure) from failure
        self._writer.start()

    def close(self) -> None:
        """Commits what is queued, then lets go of threads and connections."""
        self._closed = True
        self._writer.close()
        self._dispose()

    async def write(self, work: Callable[[Ledger], T]) -> T:
        """Runs `work` in a transaction and returns after COMMIT; concurrent calls share one commit."""
        return cast(T, await self._writer.submit(work))

    async def read(self, work: Callable[[Ledger], T]) -> T:
        """Runs `work` on a consistent view, beside the writer."""
        if self._closed:
            raise StoreError("the store is closed.", "Read before it is closed.", code="TCS-STORE-CLOSED")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._view, work)

    def _view(self, work: Callable[[Ledger], T]) -> T:
        try:
            with self._reading.connect() as connection:
                ledger = self._ledger(connection)
                result = work(ledger)
                ledger.flush()  # a read that tried to write hears of it
                return result
        except SQLAlchemyError as failure:
            raise translated(failure) from failure

    def _ledger(self, connection: Connection) -> SqlLedger:
        return SqlLedger(connection, self._folds)

    def _dispose(self) -> None:
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()


@asynccontextmanager
async def open_store(settings: StoreSettings) -> AsyncIterator[Store]:
    """The store of these settings, ready; closed, with everything queued committed, when the block ends."""
    if settings.url == "memory:":
        store: SqlStore | MemoryStore = MemoryStore()
    else:
        store = SqlStore(write_engine(settings), read_engine(settings), settings)
        await asyncio.to_thread(store.open)
    try:
        yield store
    finally:
        await asyncio.to_thread(store.close)
