"""The audit: reads every event, offline and read-only, and says which one is broken; makes the anchor of the heads.

Called by the CLI (`tocsin audit verify`, `tocsin audit anchor`). Needs no running service, writes nothing, streams.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection as Sqlite
from typing import Any

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from tocsin.errors import ChainBroken, StoreError
from tocsin.ports import Head
from tocsin.store.anchor import Anchor, anchored
from tocsin.store.engines import offline_engine
from tocsin.store.failures import translated
from tocsin.store.inspection import Fault
from tocsin.store.schema import require_current
from tocsin.store.settings import StoreSettings
from tocsin.store.sweep import Sweep
from tocsin.store.tables import events


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the audit found. `erased` counts bodies that were erased by a named act; they are no fault."""

    events: int
    incidents: int
    evidence: int
    erased: int
    faults: tuple[Fault, ...]
    anchor: str = ""
    """The line of the anchor that was compared with, or ""."""

    @property
    def ok(self) -> bool:
        """Nothing is broken."""
        return not self.faults

    def require(self) -> None:
        """Raises ChainBroken with the first fault, if there is any."""
        if self.faults:
            more = f" ({len(self.faults) - 1} more)" if len(self.faults) > 1 else ""
            do = "Keep this database as it is, compare it with a backup, and find out who could write to it."
            raise ChainBroken(f"{self.faults[0]}{more}", do)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        faults = [
            {"incidentId": one.incident_id, "seq": one.seq, "code": one.code, "what": one.what} for one in self.faults
        ]
        counts = {"events": self.events, "incidents": self.incidents, "evidence": self.evidence, "erased": self.erased}
        return {"ok": self.ok, **counts, "anchor": self.anchor, "faults": faults}


def verify(settings: StoreSettings, *, anchor: Anchor | None = None) -> Verdict:
    """Checks every event, every projection and every stored answer; the heads too when an anchor is given.

    Raises StoreError only when there is no store to read; whatever is wrong inside it is a fault of the verdict.
    """
    with _reading(settings) as connection:
        sweep = _swept(connection, anchor)
    line = anchor.line if anchor else ""
    return Verdict(sweep.events, sweep.incidents, sweep.answers, sweep.erased, tuple(sweep.faults), line)


def _swept(connection: Connection, anchor: Anchor | None) -> Sweep:
    """At full speed; where SQLite stumbles over a damaged file, once more, patiently, and reading broken text too."""
    try:
        return Sweep(connection, anchor).run()
    except DatabaseError:
        sqlite = connection.connection.dbapi_connection
        if not isinstance(sqlite, Sqlite):
            raise
        sqlite.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        return Sweep(connection, anchor, patient=True).run()


def anchor(settings: StoreSettings, at: datetime) -> Anchor:
    """The heads as they stand, read from the events themselves, not from their projection."""
    newest = select(events.c.incident_id, func.max(events.c.seq).label("seq")).group_by(events.c.incident_id).subquery()
    chosen = select(events.c.incident_id, events.c.seq, events.c.hash).join(
        newest, and_(newest.c.incident_id == events.c.incident_id, newest.c.seq == events.c.seq)
    )
    with _reading(settings) as connection:
        return anchored((Head(*row) for row in connection.execute(chosen)), at)


@contextmanager
def _reading(settings: StoreSettings) -> Iterator[Connection]:
    if settings.url == "memory:":
        raise StoreError("a store in memory has nothing to audit.", "Set `store.url` to a database.")
    engine = offline_engine(settings)
    try:
        with engine.connect() as connection:
            require_current(connection)
            yield connection
    except SQLAlchemyError as failure:
        raise translated(failure) from failure
    finally:
        engine.dispose()
