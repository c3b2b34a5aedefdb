"""Events and incidents in SQL: the chain's rows and the projection beside them, always written together.

A part of the SQL ledger; the chain's own rules are in `timeline`, which is shared with the store in memory.
"""

from collections import OrderedDict
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from tocsin.model.incident import Incident
from tocsin.ports import Head
from tocsin.store.inserts import Row
from tocsin.store.tables import events, incidents, micros
from tocsin.store.timeline import EventRow

_HEAD = select(incidents.c.seq, incidents.c.hash).where(incidents.c.id == bindparam("id"))
_PROJECTION = select(incidents.c.data).where(incidents.c.id == bindparam("id"))
_EVENTS = (
    select(*(events.c[name] for name in EventRow._fields))
    .where(events.c.incident_id == bindparam("id"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
)
_ADD_EVENT, _ADD_INCIDENT = insert(events), insert(incidents)
_PROJECT = update(incidents).where(incidents.c.id == bindparam("of"))
_BLANK = (
    update(events)
    .where(events.c.incident_id == bindparam("of"), events.c.seq == bindparam("number"))
    .values(body=None, salt="")
)


class Folds:
    """The newest incidents as values, so that an append need not parse the projection it wrote a moment ago.

    Kept under the hash of the head they stand for: after a rollback, or another process' append, the hash differs
    and the projection is read again. Bounded; used by one writer thread.
    """

    def __init__(self, limit: int = 512) -> None:
        self._kept: OrderedDict[str, Incident] = OrderedDict()
        self._limit = limit

    def take(self, head_hash: str) -> Incident | None:
        """The incident whose newest event has that hash, if it is still here; whoever takes it puts back the next."""
        return self._kept.pop(head_hash, None)

    def put(self, head_hash: str, incident: Incident) -> None:
        """Remembers it, and forgets the one untouched longest."""
        self._kept[head_hash] = incident
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)


class SqlRows:
    """timeline.Rows in the tables `events` and `incidents`."""

    def __init__(self, connection: Connection, folds: Folds) -> None:
        self._connection = connection
        self._folds = folds

    def head(self, incident_id: str) -> Head | None:
        """One row by its key."""
        row = self._connection.execute(_HEAD, {"id": incident_id}).first()
        return None if row is None else Head(incident_id, row.seq, row.hash)

    def incident(self, head: Head) -> Incident:
        """From memory when it is this very head's, else from its row."""
        known = self._folds.take(head.hash)
        if known is not None:
            return known
        data = self._connection.execute(_PROJECTION, {"id": head.incident_id}).scalar_one()
        return Incident.model_validate_json(data)

    def add(self, row: EventRow, projection: Incident) -> None:
        """The event, and the incident's one row made or replaced."""
        self._connection.execute(_ADD_EVENT, row._asdict())
        head = Head(row.incident_id, row.seq, row.hash)
        if row.seq == 1:
            self._connection.execute(_ADD_INCIDENT, projection_row(head, projection))
            self._folds.put(head.hash, projection)
        else:
            self.project(head, projection)

    def project(self, head: Head, projection: Incident) -> None:
        """Replaces the incident's row."""
        row = projection_row(head, projection)
        self._connection.execute(_PROJECT, {**row, "of": row.pop("id")})
        self._folds.put(head.hash, projection)

    def of(self, incident_id: str, after: int) -> list[EventRow]:
        """In order of seq."""
        found = self._connection.execute(_EVENTS, {"id": incident_id, "after": after})
        return [EventRow._make(row) for row in found]

    def blank(self, incident_id: str, seq: int) -> None:
        """SQLite overwrites what it deletes (secure_delete); PostgreSQL at its next vacuum."""
        self._connection.execute(_BLANK, {"of": incident_id, "number": seq})

    def heads(self) -> list[Head]:
        """By incident."""
        chosen = select(incidents.c.id, incidents.c.seq, incidents.c.hash).order_by(incidents.c.id)
        return [Head(*row) for row in self._connection.execute(chosen)]


def projection_row(head: Head, incident: Incident) -> Row:
    """The row of `incidents` that this incident must have at that head; the audit asks for the same."""
    return {
        "id": head.incident_id,
        "state": incident.state.value,
        "is_open": int(incident.is_open),
        "declared_at": micros(incident.declared_at),
        "updated_at": micros(incident.updated_at),
        "seq": head.seq,
        "hash": head.hash,
        "data": incident.model_dump_json(),
    }


class SqlIncidents:
    """ports.IncidentStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, incident_id: str) -> Incident | None:
        """None when there is no such incident."""
        data = self._connection.execute(_PROJECTION, {"id": incident_id}).scalar_one_or_none()
        return None if data is None else Incident.model_validate_json(data)

    def recent(
        self, *, open_only: bool = False, since: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> list[Incident]:
        """Newest declared first; `since` is about `updated_at`."""
        chosen = select(incidents.c.data).order_by(incidents.c.declared_at.desc(), incidents.c.id.desc())
        if open_only:
            chosen = chosen.where(incidents.c.is_open == 1)
        if since is not None:
            chosen = chosen.where(incidents.c.updated_at >= micros(since))
        found = self._connection.execute(chosen.limit(limit).offset(offset)).scalars()
        return [Incident.model_validate_json(data) for data in found]
