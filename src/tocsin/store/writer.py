"""The writer: one thread that runs queued work and commits once for all of it (group commit). Used by the SQL store only.

A failing work takes only itself back (its savepoint, or the whole transaction where it is alone in it); a failing commit
fails everyone who waited for it. Nobody hears of success before COMMIT has returned.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from tocsin.errors import StoreError
from tocsin.ports import Ledger
from tocsin.store.failures import translated
from tocsin.store.ledger import SqlLedger

Work = Callable[[Ledger], Any]


@dataclass(slots=True)
class Job:
    """One caller's work, where to answer, and what came of it."""

    work: Work
    future: asyncio.Future[Any]
    result: Any = None
    failure: BaseException | None = None

    def settle(self) -> None:
        """Answers the caller, unless it stopped waiting. Runs in the caller's event loop."""
        if self.future.done():
            return
        if isinstance(self.failure, StopIteration):
            self.future.set_exception(RuntimeError("the work raised StopIteration"))  # no future may carry one
        elif self.failure is not None:
            self.future.set_exception(self.failure)
        else:
            self.future.set_result(self.result)


class Writer:
    """The one thread that writes. `ledger` makes the ledger of one work."""

    def __init__(self, engine: Engine, ledger: Callable[[Connection], SqlLedger], limit: int) -> None:
        self._engine = engine
        self._ledger = ledger
        self._limit = limit
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tocsin-writer", daemon=True)
        self._closed = False

    def start(self) -> None:
        """Begins to take work."""
        self._thread.start()

    def submit(self, work: Work) -> "asyncio.Future[Any]":
        """Queues `work`; the future answers after COMMIT. Called in an event loop."""
        if self._closed:
            raise StoreError("the store is closed.", "Write before it is closed.", code="TCS-STORE-CLOSED")
        job = Job(work, asyncio.get_running_loop().create_future())
        self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """Finishes what is queued, then ends the thread."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        last = False
        while not last:
            batch, last = self._drain()
            if batch:
                self._commit(batch)
                _answer(batch)

    def _drain(self) -> tuple[list[Job], bool]:
        """Waits for one job, takes what else is there up to the limit, and says whether it was the last."""
        batch: list[Job] = []
        job = self._jobs.get()
        while job is not None:
            batch.append(job)
            if len(batch) >= self._limit:
                return batch, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: list[Job]) -> None:
        try:
            with self._engine.begin() as connection:
                attempt = _attempt if len(batch) > 1 else _attempt_alone
                for job in batch:
                    attempt(connection, self._ledger(connection), job)
        except BaseException as failure:  # noqa: BLE001 - not swallowed: it becomes the answer of everyone in the batch
            for job in batch:
                job.failure = job.failure or translated(failure)


def _attempt_alone(_: Connection, ledger: SqlLedger, job: Job) -> None:
    """Runs the only job of a transaction. Raises its failure, which takes the transaction back."""
    job.result = job.work(ledger)
    ledger.flush()


def _attempt(connection: Connection, ledger: SqlLedger, job: Job) -> None:
    """Runs one job in its savepoint. Raises its failure when that ended the whole transaction.

    SQLite rolls everything back by itself on a full disk or an I/O error, and a lost connection does the same: then
    the savepoint is no longer there to go back to, and nobody in the batch may be told that it is durable.
    """
    savepoint = connection.begin_nested()
    try:
        job.result = job.work(ledger)
        ledger.flush()
    except BaseException as failure:  # noqa: BLE001 - whatever it raised is its caller's answer; the thread lives on
        job.failure = translated(failure)
        try:
            savepoint.rollback()
        except SQLAlchemyError:
            raise job.failure from None
    else:
        savepoint.commit()


def _answer(batch: Iterable[Job]) -> None:
    """Wakes each event loop once for all of its callers."""
    for loop, jobs in groupby(batch, key=lambda job: job.future.get_loop()):
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more, and the work is committed
            loop.call_soon_threadsafe(_settle, list(jobs))


def _settle(jobs: list[Job]) -> None:
    for job in jobs:
        job.settle()
