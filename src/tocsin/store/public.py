"""The public side, in SQL and in memory: keys, subscribers, maintenance windows. A part of both ledgers."""

from sqlalchemy import Connection, delete, select

from tocsin.model.maintenance import Maintenance
from tocsin.model.subscriber import Subscriber, Via
from tocsin.ports import Key
from tocsin.store.inserts import Row, put_once, replace
from tocsin.store.shelves import Shelves
from tocsin.store.tables import key, keys, maintenances, micros, subscribers


class SqlKeys:
    """ports.KeyStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> Key | None:
        """None before it is made."""
        data = self._connection.execute(select(keys.c.data).where(keys.c.name == name)).scalar_one_or_none()
        return None if data is None else Key.model_validate_json(data)

    def put(self, key: Key) -> Key:
        """The first one stands."""
        put_once(self._connection, keys, {"name": key.name, "data": key.model_dump_json()}, "name")
        return self.get(key.name) or key


class MemoryKeys:
    """The same in memory."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def get(self, name: str) -> Key | None:
        """None before it is made."""
        return self._shelves.keys.get(name)

    def put(self, key: Key) -> Key:
        """The first one stands."""
        self._shelves.writing()
        return self._shelves.keys.setdefault(key.name, key)


class SqlSubscribers:
    """ports.SubscriberStore. Addresses are outside text: searched by digest."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, subscriber: Subscriber) -> bool:
        """One row for each address."""
        known = self.find(subscriber.via, subscriber.address)
        kept = known.model_copy(update={"components": subscriber.components}) if known else subscriber
        replace(self._connection, subscribers, _row(kept))
        return known is None

    def get(self, subscriber_id: str) -> Subscriber | None:
        """None when it is not kept."""
        return self._one(subscribers.c.id == subscriber_id)

    def find(self, via: Via, address: str) -> Subscriber | None:
        """None when it is not kept."""
        return self._one(subscribers.c.address_key == key(via, address))

    def page(self, after: str = "", limit: int = 500) -> list[Subscriber]:
        """By id."""
        wanted = select(subscribers.c.data).where(subscribers.c.id > after).order_by(subscribers.c.id).limit(limit)
        return [Subscriber.model_validate_json(data) for data in self._connection.execute(wanted).scalars()]

    def remove(self, subscriber_id: str) -> bool:
        """The address goes with the row."""
        gone = delete(subscribers).where(subscribers.c.id == subscriber_id)
        return self._connection.execute(gone).rowcount == 1

    def _one(self, condition: object) -> Subscriber | None:
        chosen = select(subscribers.c.data).where(condition)  # type: ignore[arg-type]
        data = self._connection.execute(chosen).scalar_one_or_none()
        return None if data is None else Subscriber.model_validate_json(data)


class MemorySubscribers:
    """The same in memory."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def put(self, subscriber: Subscriber) -> bool:
        """One for each address."""
        self._shelves.writing()
        known = self.find(subscriber.via, subscriber.address)
        kept = known.model_copy(update={"components": subscriber.components}) if known else subscriber
        self._shelves.subscribers[kept.id] = kept
        return known is None

    def get(self, subscriber_id: str) -> Subscriber | None:
        """None when it is not kept."""
        return self._shelves.subscribers.get(subscriber_id)

    def find(self, via: Via, address: str) -> Subscriber | None:
        """None when it is not kept."""
        wanted = (via, address)
        return next((one for one in self._shelves.subscribers.values() if (one.via, one.address) == wanted), None)

    def page(self, after: str = "", limit: int = 500) -> list[Subscriber]:
        """By id."""
        return [one for name, one in sorted(self._shelves.subscribers.items()) if name > after][:limit]

    def remove(self, subscriber_id: str) -> bool:
        """False when there is none of that id."""
        self._shelves.writing()
        return self._shelves.subscribers.pop(subscriber_id, None) is not None


class SqlMaintenances:
    """ports.MaintenanceStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, window: Maintenance) -> None:
        """Keeps or replaces."""
        row: Row = {"id": window.id, "starts_at": micros(window.starts_at), "data": window.model_dump_json()}
        replace(self._connection, maintenances, row)

    def get(self, window_id: str) -> Maintenance | None:
        """None when it is not kept."""
        chosen = select(maintenances.c.data).where(maintenances.c.id == window_id)
        data = self._connection.execute(chosen).scalar_one_or_none()
        return None if data is None else Maintenance.model_validate_json(data)

    def all(self) -> list[Maintenance]:
        """By their beginning."""
        found = self._connection.execute(
            select(maintenances.c.data).order_by(maintenances.c.starts_at, maintenances.c.id)
        )
        return [Maintenance.model_validate_json(data) for data in found.scalars()]


class MemoryMaintenances:
    """The same in memory."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def put(self, window: Maintenance) -> None:
        """Keeps or replaces."""
        self._shelves.writing()
        self._shelves.maintenances[window.id] = window

    def get(self, window_id: str) -> Maintenance | None:
        """None when it is not kept."""
        return self._shelves.maintenances.get(window_id)

    def all(self) -> list[Maintenance]:
        """By their beginning."""
        return sorted(self._shelves.maintenances.values(), key=lambda one: (one.starts_at, one.id))


def _row(subscriber: Subscriber) -> Row:
    return {
        "id": subscriber.id,
        "address_key": key(subscriber.via, subscriber.address),
        "data": subscriber.model_dump_json(),
    }
