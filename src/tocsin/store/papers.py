"""Documents that people applied to the running service, in SQL and in memory. A part of both ledgers."""

from sqlalchemy import Connection, delete, select

from tocsin.ports import KeptDocument
from tocsin.store.inserts import replace
from tocsin.store.shelves import Shelves
from tocsin.store.tables import documents, key


class SqlDocuments:
    """ports.DocumentStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, document: KeptDocument) -> None:
        """Keeps or replaces it."""
        row = {"id_key": key(document.kind, document.name), "kind": document.kind, "data": document.model_dump_json()}
        replace(self._connection, documents, row)

    def all(self, kind: str) -> list[KeptDocument]:
        """By name."""
        found = self._connection.execute(select(documents.c.data).where(documents.c.kind == kind)).scalars()
        return sorted((KeptDocument.model_validate_json(data) for data in found), key=lambda one: one.name)

    def remove(self, kind: str, name: str) -> bool:
        """True when it was there."""
        gone = self._connection.execute(delete(documents).where(documents.c.id_key == key(kind, name)))
        return gone.rowcount > 0


class MemoryDocuments:
    """The same in memory."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def put(self, document: KeptDocument) -> None:
        """Keeps or replaces it."""
        self._shelves.writing()
        self._shelves.documents[f"{document.kind}\x1f{document.name}"] = document

    def all(self, kind: str) -> list[KeptDocument]:
        """By name."""
        return sorted((one for one in self._shelves.documents.values() if one.kind == kind), key=lambda one: one.name)

    def remove(self, kind: str, name: str) -> bool:
        """True when it was there."""
        self._shelves.writing()
        return self._shelves.documents.pop(f"{kind}\x1f{name}", None) is not None
