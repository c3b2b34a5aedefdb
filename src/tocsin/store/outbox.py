"""The outbox, in SQL and in memory: what must leave the house, kept with the events that decided it. A part of both ledgers."""

from collections import Counter
from dataclasses import asdict
from dataclasses import replace as changed
from datetime import datetime
from json import dumps, loads
from typing import Any

from sqlalchemy import Connection, delete, exists, func, or_, select, tuple_, update

from tocsin.model.ground import rfc3339
from tocsin.ports import OPEN_PARCELS, Backlog, Parcel
from tocsin.ports.outbox import moment
from tocsin.store.inserts import put_once, replace
from tocsin.store.shelves import Shelves
from tocsin.store.tables import micros, outbox

_OPEN = sorted(OPEN_PARCELS)
_UNDELIVERED = sorted({*OPEN_PARCELS, "given_up"})
_before = outbox.alias("before")
_HELD_UP = exists().where(
    _before.c.lane == outbox.c.lane,
    _before.c.status.in_(_OPEN),
    tuple_(_before.c.n, _before.c.key) < tuple_(outbox.c.n, outbox.c.key),
)
_IN_ORDER = (outbox.c.n, outbox.c.key)


class SqlOutbox:
    """ports.OutboxStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, parcel: Parcel) -> bool:
        """Keeps it unless its key is here."""
        last = self._connection.execute(select(func.max(outbox.c.n)).where(outbox.c.lane == parcel.lane)).scalar()
        return put_once(self._connection, outbox, _row(_behind(parcel, last)), "key")

    def update(self, parcel: Parcel) -> None:
        """Replaces it."""
        replace(self._connection, outbox, _row(parcel))

    def claim(self, parcel: Parcel, until: datetime) -> bool:
        """Asks and takes in one statement, so that of two postmen one gets it."""
        still = (outbox.c.key == parcel.key, outbox.c.status.in_(_OPEN), outbox.c.next_at == micros(parcel.next_at))
        taken = update(outbox).where(*still).values(**_row(changed(parcel, next_at=until)))
        return self._connection.execute(taken.returning(outbox.c.key)).first() is not None

    def get(self, key: str) -> Parcel | None:
        """By key."""
        data = self._connection.execute(select(outbox.c.data).where(outbox.c.key == key)).scalar()
        return None if data is None else _parcel(data)

    def due(self, now: datetime, each: int = 20) -> list[Parcel]:
        """Heads of their lanes whose time has come, those never tried before the others, at most `each` of a receiver."""
        turn = func.row_number().over(partition_by=outbox.c.receiver, order_by=(outbox.c.next_at, *_IN_ORDER))
        heads = (
            select(outbox.c.data, *_IN_ORDER, turn.label("turn"))
            .where(outbox.c.status.in_(_OPEN), outbox.c.next_at <= micros(now), or_(outbox.c.waits == 0, ~_HELD_UP))
            .subquery()
        )
        wanted = select(heads.c.data).where(heads.c.turn <= each).order_by(heads.c.n, heads.c.key)
        return [_parcel(data) for data in self._connection.execute(wanted).scalars()]

    def undelivered(self, limit: int = 100, incident_id: str = "") -> list[Parcel]:
        """Everything that did not arrive, newest first."""
        wanted = select(outbox.c.data).where(outbox.c.status.in_(_UNDELIVERED))
        if incident_id:
            wanted = wanted.where(outbox.c.incident_id == incident_id)
        newest = wanted.order_by(outbox.c.n.desc(), outbox.c.key.desc()).limit(limit)
        return [_parcel(data) for data in self._connection.execute(newest).scalars()]

    def backlog(self) -> list[Backlog]:
        """Counted by the database."""
        by = (outbox.c.receiver, outbox.c.status)
        wanted = select(*by, func.count(), func.min(outbox.c.n)).where(outbox.c.status.in_(_UNDELIVERED))
        rows = self._connection.execute(wanted.group_by(*by).order_by(*by))
        return [Backlog(receiver, status, count, moment(oldest)) for receiver, status, count, oldest in rows]

    def forget(self, before: datetime) -> int:
        """The addresses of strangers are not kept for long."""
        done = (outbox.c.incident_id == "", outbox.c.status.not_in(_OPEN), outbox.c.n < micros(before))
        return self._connection.execute(delete(outbox).where(*done)).rowcount

    def of(self, incident_id: str) -> list[Parcel]:
        """In order."""
        wanted = select(outbox.c.data).where(outbox.c.incident_id == incident_id).order_by(*_IN_ORDER)
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
        last = max((one.number for one in self._shelves.outbox.values() if one.lane == parcel.lane), default=None)
        self._shelves.outbox[parcel.key] = _behind(parcel, last)
        return True

    def update(self, parcel: Parcel) -> None:
        """Replaces it."""
        self._shelves.writing()
        self._shelves.outbox[parcel.key] = parcel

    def claim(self, parcel: Parcel, until: datetime) -> bool:
        """Sets it aside, unless somebody has."""
        self._shelves.writing()
        kept = self._shelves.outbox.get(parcel.key)
        if kept is None or kept.status not in OPEN_PARCELS or kept.next_at != parcel.next_at:
            return False
        self._shelves.outbox[parcel.key] = changed(parcel, next_at=until)
        return True

    def get(self, key: str) -> Parcel | None:
        """By key."""
        return self._shelves.outbox.get(key)

    def due(self, now: datetime, each: int = 20) -> list[Parcel]:
        """Heads of their lanes whose time has come, at most `each` of a receiver."""
        heads: dict[str, str] = {}
        waiting = [one for one in self._in_order() if one.status in OPEN_PARCELS]
        for one in waiting:
            heads.setdefault(one.lane, one.key)
        ready = [one for one in waiting if micros(one.next_at) <= micros(now)]
        ready = [one for one in ready if not one.waits or heads[one.lane] == one.key]
        turns: Counter[str] = Counter()
        chosen = []
        for one in sorted(ready, key=lambda one: (micros(one.next_at), one.number, one.key)):
            turns[one.receiver] += 1
            if turns[one.receiver] <= each:
                chosen.append(one)
        return sorted(chosen, key=lambda one: (one.number, one.key))

    def undelivered(self, limit: int = 100, incident_id: str = "") -> list[Parcel]:
        """Everything that did not arrive, newest first."""
        found = [one for one in self._in_order() if one.status in _UNDELIVERED]
        return [one for one in reversed(found) if incident_id in ("", one.incident_id)][:limit]

    def backlog(self) -> list[Backlog]:
        """Counted."""
        groups: dict[tuple[str, str], list[Parcel]] = {}
        for one in self.undelivered(len(self._shelves.outbox)):
            groups.setdefault((one.receiver, one.status), []).append(one)
        return [Backlog(*by, len(some), some[-1].decided_at) for by, some in sorted(groups.items())]

    def forget(self, before: datetime) -> int:
        """Likewise."""
        self._shelves.writing()
        gone = [
            one.key
            for one in self._shelves.outbox.values()
            if not one.incident_id and one.status not in OPEN_PARCELS and one.number < micros(before)
        ]
        for key in gone:
            del self._shelves.outbox[key]
        return len(gone)

    def of(self, incident_id: str) -> list[Parcel]:
        """In order."""
        return [one for one in self._in_order() if one.incident_id == incident_id]

    def _in_order(self) -> list[Parcel]:
        return sorted(self._shelves.outbox.values(), key=lambda one: (one.number, one.key))


def _behind(parcel: Parcel, last: int | None) -> Parcel:
    """Behind the last of its lane, whatever the clock says: letters of one moment leave in the order they were put."""
    return parcel if last is None or parcel.number > last else changed(parcel, number=last + 1)


def _row(parcel: Parcel) -> dict[str, Any]:
    written = {**asdict(parcel), "next_at": rfc3339(parcel.next_at) if parcel.next_at else None}
    return {
        "key": parcel.key,
        "n": parcel.number,
        "incident_id": parcel.incident_id,
        "status": parcel.status,
        "receiver": parcel.receiver,
        "lane": parcel.lane,
        "waits": int(parcel.waits),
        "next_at": micros(parcel.next_at),
        "data": dumps(written),
    }


def _parcel(data: str) -> Parcel:
    read = loads(data)
    return Parcel(**{**read, "next_at": datetime.fromisoformat(read["next_at"]) if read["next_at"] else None})
