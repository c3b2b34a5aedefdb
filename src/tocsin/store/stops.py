"""The global stop switch, in SQL and in memory: turns are added, never changed. A part of both ledgers."""

from sqlalchemy import Connection, insert, select

from tocsin.model.action import Stop
from tocsin.store.shelves import Shelves
from tocsin.store.tables import stops


class SqlStops:
    """ports.StopStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> Stop:
        """The newest turn."""
        return next(iter(self.turns(1)), Stop())

    def turn(self, stop: Stop) -> None:
        """One more row."""
        self._connection.execute(insert(stops), {"data": stop.model_dump_json()})

    def turns(self, limit: int = 100) -> list[Stop]:
        """Newest first."""
        found = self._connection.execute(select(stops.c.data).order_by(stops.c.n.desc()).limit(limit))
        return [Stop.model_validate_json(data) for data in found.scalars()]


class MemoryStops:
    """The same in memory."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def now(self) -> Stop:
        """The newest turn."""
        return next(iter(self.turns(1)), Stop())

    def turn(self, stop: Stop) -> None:
        """One more."""
        self._shelves.writing()
        self._shelves.stops[len(self._shelves.stops)] = stop

    def turns(self, limit: int = 100) -> list[Stop]:
        """Newest first."""
        return list(reversed(self._shelves.stops.values()))[:limit]
