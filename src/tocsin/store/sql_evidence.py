"""Evidence, changes and silences in SQL: three shelves of values kept whole. A part of the SQL ledger."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from tocsin.model.change import Change, Silence
from tocsin.model.evidence import Evidence
from tocsin.store import tables
from tocsin.store.inserts import Row, put_once, replace
from tocsin.store.tables import changes, key, micros, silences


class SqlEvidence:
    """ports.EvidenceStore. The first answer under an id stands: findings quote it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, incident_id: str, evidence: Evidence) -> None:
        """A step that runs twice changes nothing."""
        row: Row = {
            "id": evidence.id,
            "incident_id": incident_id,
            "collected_at": micros(evidence.collected_at),
            "data": evidence.model_dump_json(),
        }
        put_once(self._connection, tables.evidence, row, "id")

    def get(self, evidence_id: str) -> Evidence | None:
        """None when it is not kept."""
        chosen = select(tables.evidence.c.data).where(tables.evidence.c.id == evidence_id)
        data = self._connection.execute(chosen).scalar_one_or_none()
        return None if data is None else Evidence.model_validate_json(data)

    def owner(self, evidence_id: str) -> str:
        """The incident it was collected for."""
        chosen = select(tables.evidence.c.incident_id).where(tables.evidence.c.id == evidence_id)
        return self._connection.execute(chosen).scalar_one_or_none() or ""

    def of(self, incident_id: str) -> list[Evidence]:
        """In order of collection."""
        chosen = select(tables.evidence.c.data).where(tables.evidence.c.incident_id == incident_id)
        found = self._connection.execute(chosen.order_by(tables.evidence.c.collected_at, tables.evidence.c.n)).scalars()
        return [Evidence.model_validate_json(data) for data in found]


class SqlChanges:
    """ports.ChangeStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, change: Change) -> bool:
        """False when that id is already kept."""
        row: Row = {
            "id_key": key(change.id),
            "service_key": key(change.service),
            "at": micros(change.at),
            "data": change.model_dump_json(),
        }
        return put_once(self._connection, changes, row, "id_key")

    def between(self, start: datetime, end: datetime, services: Sequence[str] = ()) -> list[Change]:
        """Newest first, both ends included; no services means all."""
        chosen = select(changes.c.data).where(changes.c.at.between(micros(start), micros(end)))
        if services:
            chosen = chosen.where(changes.c.service_key.in_([key(name) for name in services]))
        found = self._connection.execute(chosen.order_by(changes.c.at.desc(), changes.c.n.desc())).scalars()
        return [Change.model_validate_json(data) for data in found]


class SqlSilences:
    """ports.SilenceStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, silence: Silence) -> None:
        """Keeps or replaces by id."""
        row: Row = {
            "id_key": key(silence.id),
            "starts_at": micros(silence.starts_at),
            "data": silence.model_dump_json(),
        }
        replace(self._connection, silences, row)

    def all(self) -> list[Silence]:
        """The one that starts first, first."""
        chosen = select(silences.c.data).order_by(silences.c.starts_at, silences.c.id_key)
        return [Silence.model_validate_json(data) for data in self._connection.execute(chosen).scalars()]

    def remove(self, silence_id: str) -> bool:
        """False when there is none of that id."""
        done = self._connection.execute(delete(silences).where(silences.c.id_key == key(silence_id)))
        return done.rowcount == 1
