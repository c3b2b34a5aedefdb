"""Presence: who is alive among the workers of one database. The sign is a lock that frees itself, so nobody can forget to.

On PostgreSQL a session advisory lock for each worker's name: the server frees it when the session ends, however it ends. On
SQLite one lock on a file beside the database, because there may be one worker only. Called by `app.worker`.
"""

import fcntl
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from tocsin.errors import StoreError
from tocsin.store.engines import url_of
from tocsin.store.failures import translated
from tocsin.store.settings import StoreSettings

_MOST_ON_A_HOST = 100
_HELD = text("SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted")
_GIVEN_BACK = text("SELECT pg_advisory_unlock_all()")


class Presence(Protocol):
    """One worker's sign of life."""

    name: str
    """Unique among the living."""
    shared: bool
    """Whether there can be other workers."""

    def living(self, names: Iterable[str]) -> frozenset[str]:
        """Which of these workers are alive. Raises StoreError when this one's own sign is lost."""
        ...

    def close(self) -> None:
        """Gives the name back."""
        ...


def appear(settings: StoreSettings, wanted: str) -> Presence:
    """A name of one's own: `wanted`, or `wanted-2` and so on when that one is alive already; the lowest that is free.

    Raises StoreError when the database takes one worker only and has it, or cannot be reached.
    """
    if settings.url == "memory:":
        return _Alone(wanted)
    url = url_of(settings)
    if url.get_backend_name() == "sqlite":
        return _FileLock(wanted, Path(f"{url.database}-worker"))
    try:
        return _SessionLock(wanted, create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT"))
    except SQLAlchemyError as failure:
        raise translated(failure) from failure


class _Alone:
    """The only worker there can be."""

    shared = False

    def __init__(self, name: str) -> None:
        self.name = name

    def living(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(names) & {self.name}

    def close(self) -> None:
        return


class _FileLock(_Alone):
    """SQLite: whoever holds the lock on the file is the worker; the kernel frees it with the process."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name)
        self._file: IO[str] = path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            self._file.close()
            what = "another worker is running on this SQLite store, and it takes one only."
            do = "Stop it, start this one with `--only web`, or keep the timeline in PostgreSQL."
            raise StoreError(what, do, code="TCS-WORKER-SECOND") from taken

    def close(self) -> None:
        self._file.close()


class _SessionLock:
    """PostgreSQL: a lock for the name, held by a session of its own."""

    shared = True

    def __init__(self, wanted: str, engine: Engine) -> None:
        self._engine = engine
        self._session: Connection = engine.connect()
        names = (wanted if n == 1 else f"{wanted}-{n}" for n in range(1, _MOST_ON_A_HOST))
        found = next((name for name in names if self._take(name)), None)
        if found is None:
            self.close()
            raise StoreError(f"{_MOST_ON_A_HOST} workers are called {wanted}.", "Set `durable.worker`.")
        self.name = found

    def living(self, names: Iterable[str]) -> frozenset[str]:
        try:
            held = {(row.classid << 32) | row.objid for row in self._session.execute(_HELD)}
        except SQLAlchemyError as failure:
            raise translated(failure) from failure
        return frozenset(name for name in names if _number(name) & 0xFFFF_FFFF_FFFF_FFFF in held)

    def close(self) -> None:
        with suppress(SQLAlchemyError):  # a lost session has given everything back
            self._session.execute(_GIVEN_BACK)  # in so many words: the server notices a closed connection only later
        self._session.close()
        self._engine.dispose()

    def _take(self, name: str) -> bool:
        asked = text("SELECT pg_try_advisory_lock(:number)")
        return bool(self._session.execute(asked, {"number": _number(name)}).scalar_one())


def _number(name: str) -> int:
    """The name as PostgreSQL's signed 64-bit lock number."""
    return int.from_bytes(sha256(f"tocsin worker {name}".encode()).digest()[:8], signed=True)
