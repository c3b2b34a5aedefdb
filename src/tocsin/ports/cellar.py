"""The cellar's door: everything one transaction can read and write, and the store that runs it.

The ledger is plain and synchronous because a transaction must be short and whole: the store runs it on its own thread and
answers after COMMIT.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from tocsin.ports.outbox import OutboxStore
from tocsin.ports.public import KeyStore, MaintenanceStore, SubscriberStore
from tocsin.ports.records import (
    AlertStore,
    ChangeStore,
    DeliveryStore,
    EvidenceStore,
    IncidentStore,
    SilenceStore,
    TimelineStore,
)
from tocsin.ports.work import AnswerStore, DocumentStore, StepStore, StopStore, TokenStore, WorkerStore

T = TypeVar("T")


class Ledger(Protocol):
    """Everything one transaction can read and write."""

    timeline: TimelineStore
    incidents: IncidentStore
    alerts: AlertStore
    deliveries: DeliveryStore
    evidence: EvidenceStore
    changes: ChangeStore
    silences: SilenceStore
    steps: StepStore
    workers: WorkerStore
    tokens: TokenStore
    answers: AnswerStore
    stops: StopStore
    outbox: OutboxStore
    keys: KeyStore
    subscribers: SubscriberStore
    maintenances: MaintenanceStore
    documents: DocumentStore


class Store(Protocol):
    """The cellar's door: hand in a short function, get its result when it is durable."""

    async def write(self, work: Callable[[Ledger], T]) -> T:
        """Runs `work` in a transaction and returns after COMMIT; nothing of a failed `work` remains.

        Concurrent calls share one commit. `work` must not wait for anything.
        """
        ...

    async def read(self, work: Callable[[Ledger], T]) -> T:
        """Runs `work` on a consistent view."""
        ...
