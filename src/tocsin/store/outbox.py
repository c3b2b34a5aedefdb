"""The outbox, in SQL and in memory: what must leave the house, kept with the events that decided it. A part of both ledgers."""

from dataclasses import asdict
from datetime import datetime
from json import dumps, loads
from typing import Any

from sqlalchemy import Connection, or_, select

from tocsin.model.ground import rfc3339
from tocsin.ports import OPEN_PARCELS, Parcel
from tocsin.store.inserts import put_once, replace
from tocsin.store.shelves import Shelves
from tocsin.store.tables import micros, outbox


class SqlOutbox:
    """ports.OutboxStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, parcel: Parcel) -> bool:
        """Keeps it unless its key is here."""
        return put_once(self._connection, outbox, _row(parcel), "key")

    def update(self, parcel: Parcel) -> None:
        """Replaces it."""
        replace(self._connection, outbox, _row(parcel))

    def due(self, now: datetime, limit: int = 100) -> list[Parcel]:
        """Waiting ones whose time has come, oldest first."""
        wanted = (
            select(outbox.c.data)
            .where(outbox.c.open == 1, or_(outbox.c.next_at == 0, outbox.c.next_at <= micros(now)))
            .order_by(outbox.c.n)
            .limit(limit)
        )
        return [_parcel(data) for data in self._connection.execute(wanted).scalars()]

    def of(self, incident_id: str) -> list[Parcel]:
        """In order."""
        wanted = select(outbox.c.data).where(outbox.c.incident_id == incident_id).order_by(outbox.c.n)
        return [_parcel(data) for data in self._connection.execute(wanted).scalars()]


class MemoryOutbox:
    """The same in memory."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def put(self, parcel: Parcel) -> bool:
        """Keeps it unless its key is here."""
        self._shelves.writing()
        if parcel.key in self._shelves.outbox:
            return False
        self._shelves.outbox[parcel.key] = parcel
        return True

    def update(self, parcel: Parcel) -> None:
        """Replaces it."""
        self._shelves.writing()
        self._shelves.outbox[parcel.key] = parcel

    def due(self, now: datetime, limit: int = 100) -> list[Parcel]:
        """Waiting ones whose time has come, oldest first."""
        waiting = (one for one in self._shelves.outbox.values() if one.status in OPEN_PARCELS)
        return [one for one in waiting if one.next_at is None or one.next_at <= now][:limit]

    def of(self, incident_id: str) -> list[Parcel]:
        """In order."""
        return [one for one in self._shelves.outbox.values() if one.incident_id == incident_id]


def _row(parcel: Parcel) -> dict[str, Any]:
    written = {**asdict(parcel), "next_at": rfc3339(parcel.next_at) if parcel.next_at else None}
    return {
        "key": parcel.key,
        "n": parcel.number,
        "incident_id": parcel.incident_id,
        "open": int(parcel.status in OPEN_PARCELS),
        "next_at": micros(parcel.next_at),
        "data": dumps(written),
    }


def _parcel(data: str) -> Parcel:
    read = loads(data)
    return Parcel(**{**read, "next_at": datetime.fromisoformat(read["next_at"]) if read["next_at"] else None})
