"""How a database is opened: its engine, and what every connection and transaction of it needs. Used by store and audit.

SQLite: WAL, synchronous=FULL (a commit is on the disk), BEGIN IMMEDIATE for writers (no upgrade deadlock), foreign keys,
secure_delete (erased is overwritten). PostgreSQL: one transaction-level advisory lock orders the writers of all
processes, so that heads have one order; readers see one snapshot.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from tocsin.errors import ConfigError
from tocsin.store.settings import StoreSettings

_WRITERS_LOCK = 0x70C51
"""Any number, the same for every tocsin of one database."""


def url_of(settings: StoreSettings) -> URL:
    """The parsed URL. Raises ConfigError for one that names no database tocsin can use."""
    advice = "Use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."
    try:
        url = make_url(settings.url)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError) as mistake:
        raise ConfigError("store.url", f"not a database URL: {mistake}.", advice) from mistake
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise ConfigError("store.url", f"{url.drivername} is not supported.", advice)
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise ConfigError("store.url", "an SQLite store needs a file.", "For one kept nowhere, use `memory:`.")
    return url


def write_engine(settings: StoreSettings) -> Engine:
    """One connection that writes; each transaction begins with the writers' lock."""
    url = url_of(settings)
    ping = url.get_backend_name() != "sqlite"  # a restarted server costs a reconnect, not a lost write
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=ping, connect_args=_wait(url, settings))
    if url.get_backend_name() == "sqlite":
        _sqlite(engine, begin="BEGIN IMMEDIATE")
    else:
        event.listen(engine, "begin", _take_writers_lock)
    return engine


def read_engine(settings: StoreSettings) -> Engine:
    """Connections that cannot write; each transaction sees one moment."""
    url = url_of(settings)
    common: dict[str, Any] = {"pool_size": settings.readers, "max_overflow": 0, "connect_args": _wait(url, settings)}
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, **common)
        _sqlite(engine, begin="BEGIN", query_only=True)
        return engine
    snapshot = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    return create_engine(url, pool_pre_ping=True, execution_options=snapshot, **common)


def offline_engine(settings: StoreSettings) -> Engine:
    """Connections for the audit: cannot write, not even SQLite's own lock files where the medium is read-only."""
    url = url_of(settings)
    if url.get_backend_name() != "sqlite":
        return read_engine(settings)
    path = Path(url.database or "")
    query = {"uri": "true", "mode": "ro"}
    if not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
        query["immutable"] = "1"  # a copy on read-only media: SQLite may not make its own lock files there
    uri = URL.create("sqlite", database=f"file:{quote(str(path))}", query=query)
    engine = create_engine(uri, poolclass=NullPool, connect_args=_wait(url, settings))
    _sqlite(engine, begin="BEGIN", query_only=True)
    return engine


def _wait(url: URL, settings: StoreSettings) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"timeout": settings.busy_seconds, "isolation_level": None}  # None: we say BEGIN ourselves
    return {"connect_timeout": max(1, round(settings.busy_seconds)), "options": patience(url, settings)}


def patience(url: URL, settings: StoreSettings) -> str:
    """What PostgreSQL is told of each session: one that stands still in a transaction loses it, and with it its locks.

    A process can be stopped, or a machine frozen, while it holds the writers' lock; without this everybody would wait for it.
    """
    own = url.query.get("options", "")
    still = f"-c idle_in_transaction_session_timeout={max(1, round(settings.busy_seconds * 1000))}"
    return " ".join((*([own] if isinstance(own, str) else own), still)).strip()


def _sqlite(engine: Engine, begin: str, *, query_only: bool = False) -> None:
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"]
    if query_only:
        pragmas = ["foreign_keys=ON", "query_only=ON"]

    @event.listens_for(engine, "connect")
    def prepare(dbapi: DBAPIConnection, _record: object) -> None:
        for pragma in pragmas:
            cursor = dbapi.cursor()
            cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _take_writers_lock(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITERS_LOCK})
