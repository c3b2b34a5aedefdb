"""Events and incidents in SQL: the chain's rows and the projection beside them, always written together.

A part of the SQL ledger; the chain's own rules are in `timeline`, which is shared with the store in memory. What one
work appends is gathered and written once at its end, or as soon as that work wants to read it: an incident that is
appended to twenty times in one transaction has its projection written once.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from tocsin.model.incident import Incident
from tocsin.model.state import State
from tocsin.ports import Head
from tocsin.store.folds import Folds
from tocsin.store.inserts import Row, replace
from tocsin.store.tables import events, incidents, micros
from tocsin.store.timeline import EventRow

_HEAD = select(incidents.c.seq, incidents.c.hash).where(incidents.c.id == bindparam("id"))
_HEADS = select(incidents.c.id, incidents.c.seq, incidents.c.hash).order_by(incidents.c.id)
_PROJECTIONS = select(incidents.c.id, incidents.c.data).where(incidents.c.id.in_(bindparam("ids", expanding=True)))
_OPENED, _ATTENDED = 1, 2
"""The column `is_open`: open; over, while somebody who heard of it has not heard the end. 0: neither."""
_OPEN = select(incidents.c.id, incidents.c.seq).where(incidents.c.is_open > 0)
_REVIEWED = (
    select(incidents.c.id, incidents.c.hash)
    .where(incidents.c.state == State.REVIEWED.value)
    .order_by(incidents.c.declared_at.desc(), incidents.c.id.desc())
    .limit(bindparam("limit"))
)
_AT_ONCE = 500
_EVENTS = (
    select(*(events.c[name] for name in EventRow._fields))
    .where(events.c.incident_id == bindparam("id"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
)
_ADD = insert(events)
_BLANK = (
    update(events)
    .where(events.c.incident_id == bindparam("of"), events.c.seq == bindparam("number"))
    .values(body=None, salt="")
)


class SqlRows:
    """timeline.Rows in the tables `events` and `incidents`, for one work."""

    def __init__(self, connection: Connection, folds: Folds) -> None:
        self._connection = connection
        self._folds = folds
        self._added: list[EventRow] = []
        self._changed: dict[str, tuple[Head, Incident]] = {}

    def flush(self) -> None:
        """Writes what was gathered."""
        if self._added:
            self._connection.execute(_ADD, [row._asdict() for row in self._added])
            self._added.clear()
        if self._changed:
            replace(self._connection, incidents, [projection_row(*now) for now in self._changed.values()])
            self._changed.clear()

    def head(self, incident_id: str) -> Head | None:
        """One row by its key."""
        if incident_id in self._changed:
            return self._changed[incident_id][0]
        row = self._connection.execute(_HEAD, {"id": incident_id}).first()
        return None if row is None else Head(incident_id, row.seq, row.hash)

    def incident(self, head: Head) -> Incident:
        """From memory when it is this very head's, else from its row."""
        return self.standing([(head.incident_id, head.hash)])[0]

    def standing(self, heads: Sequence[tuple[str, str]]) -> list[Incident]:
        """The incidents at these (id, hash), in the same order; only those not in memory are read."""
        found = {name: known for name, link in heads if (known := self._folds.get(link)) is not None}
        links = {name: link for name, link in heads if name not in found}
        unread = list(links)
        for start in range(0, len(unread), _AT_ONCE):
            for name, data in self._connection.execute(_PROJECTIONS, {"ids": unread[start : start + _AT_ONCE]}):
                found[name] = Incident.model_validate_json(data)
                self._folds.put(links[name], found[name])
        return [found[name] for name, _ in heads]

    def add(self, row: EventRow, projection: Incident) -> None:
        """The event, and what its incident now is."""
        self._added.append(row)
        self.project(Head(row.incident_id, row.seq, row.hash), projection)
        self._folds.drop(row.prev)

    def project(self, head: Head, projection: Incident) -> None:
        """Replaces what the incident is."""
        self._changed[head.incident_id] = (head, projection)
        self._folds.put(head.hash, projection)

    def of(self, incident_id: str, after: int) -> list[EventRow]:
        """In order of seq."""
        self.flush()
        found = self._connection.execute(_EVENTS, {"id": incident_id, "after": after})
        return [EventRow._make(row) for row in found]

    def blank(self, incident_id: str, seq: int) -> None:
        """SQLite overwrites what it deletes (secure_delete); PostgreSQL at its next vacuum."""
        self.flush()
        self._connection.execute(_BLANK, {"of": incident_id, "number": seq})

    def heads(self) -> list[Head]:
        """By incident."""
        self.flush()
        return [Head(*row) for row in self._connection.execute(_HEADS)]


def projection_row(head: Head, incident: Incident) -> Row:
    """The row of `incidents` that this incident must have at that head; the audit asks for the same."""
    return {
        "id": head.incident_id,
        "state": incident.state.value,
        "is_open": _OPENED if incident.is_open else _ATTENDED if incident.is_attended else 0,
        "declared_at": micros(incident.declared_at),
        "updated_at": micros(incident.updated_at),
        "seq": head.seq,
        "hash": head.hash,
        "data": incident.model_dump_json(),
    }


class SqlIncidents:
    """ports.IncidentStore. Asks for the heads first, and reads only those projections that are not in memory."""

    def __init__(self, connection: Connection, rows: SqlRows) -> None:
        self._connection = connection
        self._rows = rows

    def get(self, incident_id: str) -> Incident | None:
        """None when there is no such incident."""
        head = self._rows.head(incident_id)
        return None if head is None else self._rows.incident(head)

    def recent(
        self, *, open_only: bool = False, since: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> list[Incident]:
        """Newest declared first; `since` is about `updated_at`."""
        self._rows.flush()
        asked = {"since": micros(since), "limit": limit, "offset": offset}
        found = self._connection.execute(_recent(open_only, since is not None), asked)
        return self._rows.standing([(row.id, row.hash) for row in found])

    def reviewed(self, limit: int = 500) -> list[Incident]:
        """By the column of their state."""
        self._rows.flush()
        found = self._connection.execute(_REVIEWED, {"limit": limit})
        return self._rows.standing([(row.id, row.hash) for row in found])

    def open_heads(self) -> dict[str, int]:
        """From the columns alone."""
        self._rows.flush()
        return {row.id: row.seq for row in self._connection.execute(_OPEN)}


@cache
def _recent(open_only: bool, since: bool) -> Select[tuple[str, str]]:
    chosen = select(incidents.c.id, incidents.c.hash)
    if open_only:
        chosen = chosen.where(incidents.c.is_open == _OPENED)
    if since:
        chosen = chosen.where(incidents.c.updated_at >= bindparam("since"))
    newest = chosen.order_by(incidents.c.declared_at.desc(), incidents.c.id.desc())
    return newest.limit(bindparam("limit")).offset(bindparam("offset"))
