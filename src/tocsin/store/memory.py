"""The store in memory: the faithful peer of the SQL store, for tests and for `respond` without a database. Keeps nothing.

Same timeline code, same answers, same errors. A write works on a copy that replaces the shelves when it succeeds, so a
failed one leaves nothing and a reader never sees half of one.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from tocsin.errors import NotFound, StoreError
from tocsin.model.change import Change, Silence
from tocsin.model.evidence import Evidence
from tocsin.model.incident import Incident
from tocsin.model.state import State
from tocsin.ports import (
    AlertStore,
    AnswerStore,
    ChangeStore,
    DeliveryStore,
    DocumentStore,
    EvidenceStore,
    Head,
    IncidentStore,
    KeptAlert,
    KeptDelivery,
    KeyStore,
    Ledger,
    MaintenanceStore,
    OutboxStore,
    SilenceStore,
    StepStore,
    StopStore,
    SubscriberStore,
    TimelineStore,
    TokenStore,
    WorkerStore,
)
from tocsin.store.bounds import beyond
from tocsin.store.memory_callers import MemoryAnswers, MemoryTokens
from tocsin.store.memory_work import MemorySteps, MemoryWorkers
from tocsin.store.outbox import MemoryOutbox
from tocsin.store.papers import MemoryDocuments
from tocsin.store.public import MemoryKeys, MemoryMaintenances, MemorySubscribers
from tocsin.store.shelves import Shelves
from tocsin.store.stops import MemoryStops
from tocsin.store.tables import key, micros
from tocsin.store.timeline import EventRow, Timeline

T = TypeVar("T")


class MemoryLedger:
    """ports.Ledger over shelves."""

    def __init__(self, shelves: Shelves) -> None:
        self.timeline: TimelineStore = Timeline(MemoryRows(shelves))
        self.incidents: IncidentStore = MemoryIncidents(shelves)
        self.alerts: AlertStore = MemoryAlerts(shelves)
        self.deliveries: DeliveryStore = MemoryDeliveries(shelves)
        self.evidence: EvidenceStore = MemoryEvidence(shelves)
        self.changes: ChangeStore = MemoryChanges(shelves)
        self.silences: SilenceStore = MemorySilences(shelves)
        self.steps: StepStore = MemorySteps(shelves)
        self.workers: WorkerStore = MemoryWorkers(shelves)
        self.tokens: TokenStore = MemoryTokens(shelves)
        self.answers: AnswerStore = MemoryAnswers(shelves)
        self.stops: StopStore = MemoryStops(shelves)
        self.outbox: OutboxStore = MemoryOutbox(shelves)
        self.keys: KeyStore = MemoryKeys(shelves)
        self.subscribers: SubscriberStore = MemorySubscribers(shelves)
        self.maintenances: MaintenanceStore = MemoryMaintenances(shelves)
        self.documents: DocumentStore = MemoryDocuments(shelves)


class MemoryStore:
    """ports.Store in memory."""

    def __init__(self) -> None:
        self._shelves = Shelves()
        self._closed = False

    def close(self) -> None:
        """Forgets everything."""
        self._closed = True
        self._shelves = Shelves()

    async def write(self, work: Callable[[Ledger], T]) -> T:
        """Runs `work` on a copy, which becomes the store when it succeeds."""
        self._open()
        draft = self._shelves.copy()
        result = work(MemoryLedger(draft))
        self._shelves = draft
        return result

    async def read(self, work: Callable[[Ledger], T]) -> T:
        """Runs `work` on what is there now."""
        self._open()
        return work(MemoryLedger(replace(self._shelves, writable=False)))

    def _open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed.", "Use it before it is closed.", code="TCS-STORE-CLOSED")

    def rows(self) -> list[EventRow]:
        """Every event row, by incident and seq, for the audit."""
        return [row for _, rows in sorted(self._shelves.events.items()) for row in rows]


class MemoryRows:
    """timeline.Rows in mappings."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def head(self, incident_id: str) -> Head | None:
        """The last row's."""
        rows = self._shelves.events.get(incident_id)
        return Head(incident_id, rows[-1].seq, rows[-1].hash) if rows else None

    def incident(self, head: Head) -> Incident:
        """As projected."""
        return self._shelves.incidents[head.incident_id]

    def add(self, row: EventRow, projection: Incident) -> None:
        """The event and its projection together."""
        self._shelves.writing()
        known = self._shelves.events.get(row.incident_id, ())
        self._shelves.events[row.incident_id] = (*known, row)
        self._shelves.incidents[row.incident_id] = projection

    def project(self, head: Head, projection: Incident) -> None:
        """Replaces the projection."""
        self._shelves.writing()
        self._shelves.incidents[head.incident_id] = projection

    def of(self, incident_id: str, after: int) -> list[EventRow]:
        """In order of seq."""
        return [row for row in self._shelves.events.get(incident_id, ()) if row.seq > after]

    def blank(self, incident_id: str, seq: int) -> None:
        """Forgets one body and its salt."""
        self._shelves.writing()
        rows = self._shelves.events[incident_id]
        blanked = tuple(row._replace(body=None, salt="") if row.seq == seq else row for row in rows)
        self._shelves.events[incident_id] = blanked

    def heads(self) -> list[Head]:
        """By incident."""
        rows = (rows[-1] for _, rows in sorted(self._shelves.events.items()))
        return [Head(row.incident_id, row.seq, row.hash) for row in rows]


class MemoryIncidents:
    """ports.IncidentStore."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def get(self, incident_id: str) -> Incident | None:
        """None when there is no such incident."""
        return self._shelves.incidents.get(incident_id)

    def recent(
        self, *, open_only: bool = False, since: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> list[Incident]:
        """Newest declared first; `since` is about `updated_at`."""
        chosen = [
            one
            for one in self._shelves.incidents.values()
            if (one.is_open or not open_only) and (since is None or micros(one.updated_at) >= micros(since))
        ]
        chosen.sort(key=lambda one: (micros(one.declared_at), one.id), reverse=True)
        return chosen[offset : offset + limit]

    def reviewed(self, limit: int = 500) -> list[Incident]:
        """By their state."""
        chosen = [one for one in self._shelves.incidents.values() if one.state is State.REVIEWED]
        chosen.sort(key=lambda one: (micros(one.declared_at), one.id), reverse=True)
        return chosen[:limit]

    def open_heads(self) -> dict[str, int]:
        """By the projections."""
        return {one.id: one.last_seq for one in self._shelves.incidents.values() if one.is_attended}


class MemoryAlerts:
    """ports.AlertStore; kept by occurrence."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def put(self, kept: KeptAlert) -> bool:
        """False when this very occurrence is already kept."""
        self._shelves.writing()
        occurrence = kept.alert.occurrence
        if occurrence in self._shelves.alerts:
            return False
        if kept.alert.id in self._shelves.alert_ids:
            what = f"something with the same identifier is kept already. ({kept.alert.id})"
            raise StoreError(what, "Choose a new identifier.", code="TCS-STORE-CONFLICT")
        self._shelves.alerts[occurrence] = kept
        self._shelves.alert_ids[kept.alert.id] = occurrence
        return True

    def redecide(self, alert_id: str, disposition: str, reason: str, incident_id: str = "") -> None:
        """Replaces the whole decision. Raises NotFound when no such alert is kept."""
        self._shelves.writing()
        occurrence = self._shelves.alert_ids.get(alert_id)
        if occurrence is None:
            raise NotFound(f"no alert {alert_id} is kept.", "Look it up among the recent alerts.")
        kept = self._shelves.alerts[occurrence]
        self._shelves.alerts[occurrence] = KeptAlert(kept.alert, disposition, reason, incident_id)

    def by_fingerprint(self, source: str, fingerprint: str, *, since: datetime) -> list[KeptAlert]:
        """That condition's notifications since then, newest first."""
        condition = key(source, fingerprint)
        return [one for one in self._newest(since) if key(one.alert.source, one.alert.fingerprint) == condition]

    def opening_labels(self, incident_ids: Collection[str]) -> dict[str, Mapping[str, str]]:
        """By the decisions."""
        opened = [one for one in reversed(self._newest(None)) if one.disposition == "opened"]
        return {one.incident_id: one.alert.labels for one in opened if one.incident_id in incident_ids}

    def recent(
        self,
        *,
        since: datetime | None = None,
        disposition: str = "",
        incident_id: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> list[KeptAlert]:
        """Newest received first."""
        chosen = [
            one
            for one in self._newest(since)
            if disposition in {"", one.disposition} and incident_id in {"", one.incident_id}
        ]
        return chosen[offset : offset + limit]

    def _newest(self, since: datetime | None) -> list[KeptAlert]:
        """By time received, later arrivals first among equals."""
        kept = reversed(self._shelves.alerts.values())
        chosen = [one for one in kept if since is None or micros(one.alert.received_at) >= micros(since)]
        return sorted(chosen, key=lambda one: micros(one.alert.received_at), reverse=True)


class MemoryDeliveries:
    """ports.DeliveryStore."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def put(self, kept: KeptDelivery) -> None:
        """Keeps or replaces by delivery id."""
        self._shelves.writing()
        self._shelves.deliveries[kept.delivery.id] = kept

    def get(self, delivery_id: str) -> KeptDelivery | None:
        """None when it is not kept."""
        return self._shelves.deliveries.get(delivery_id)

    def dead(self, limit: int = 100) -> list[KeptDelivery]:
        """Newest first."""
        chosen = [one for one in self._shelves.deliveries.values() if one.status == "dead"]
        chosen.sort(key=lambda one: (one.delivery.received_at, one.delivery.id), reverse=True)
        return chosen[:limit]

    def trim_dead(self, most: int, most_bytes: int) -> int:
        """The newest stay, up to both bounds."""
        self._shelves.writing()
        sizes = [(one.delivery.id, len(one.delivery.body)) for one in self.dead(len(self._shelves.deliveries))]
        gone = beyond(sizes, most, most_bytes)
        for delivery_id in gone:
            del self._shelves.deliveries[delivery_id]
        return len(gone)


class MemoryEvidence:
    """ports.EvidenceStore. The first answer under an id stands: findings quote it."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def put(self, incident_id: str, evidence: Evidence) -> None:
        """A step that runs twice changes nothing."""
        self._shelves.writing()
        self._shelves.evidence.setdefault(evidence.id, (incident_id, evidence))

    def get(self, evidence_id: str) -> Evidence | None:
        """None when it is not kept."""
        found = self._shelves.evidence.get(evidence_id)
        return None if found is None else found[1]

    def owner(self, evidence_id: str) -> str:
        """The incident it was collected for."""
        return self._shelves.evidence[evidence_id][0] if evidence_id in self._shelves.evidence else ""

    def of(self, incident_id: str) -> list[Evidence]:
        """In order of collection."""
        chosen = [one for owner, one in self._shelves.evidence.values() if owner == incident_id]
        return sorted(chosen, key=lambda one: one.collected_at)


class MemoryChanges:
    """ports.ChangeStore."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def put(self, change: Change) -> bool:
        """False when that id is already kept."""
        self._shelves.writing()
        if change.id in self._shelves.changes:
            return False
        self._shelves.changes[change.id] = change
        return True

    def between(self, start: datetime, end: datetime, services: Sequence[str] = ()) -> list[Change]:
        """Newest first, both ends included; no services means all."""
        kept = reversed(self._shelves.changes.values())
        chosen = [one for one in kept if start <= one.at <= end and (not services or one.service in services)]
        return sorted(chosen, key=lambda one: one.at, reverse=True)


class MemorySilences:
    """ports.SilenceStore."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def put(self, silence: Silence) -> None:
        """Keeps or replaces by id."""
        self._shelves.writing()
        self._shelves.silences[silence.id] = silence

    def all(self) -> list[Silence]:
        """The one that starts first, first."""
        return sorted(self._shelves.silences.values(), key=lambda one: (one.starts_at, key(one.id)))

    def remove(self, silence_id: str) -> bool:
        """False when there is none of that id."""
        self._shelves.writing()
        return self._shelves.silences.pop(silence_id, None) is not None
