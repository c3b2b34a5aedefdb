"""Every door in the outer wall. Adapters live in `connectors`, `sources`, `store`; only `app` knows who stands behind a door."""

from tocsin.ports.cellar import Ledger, Store
from tocsin.ports.effects import OPEN_PARCELS, Executor, Pager, Parcel
from tocsin.ports.machine import Clock, Names, Source
from tocsin.ports.records import (
    AlertStore,
    ChangeStore,
    DeliveryStore,
    EvidenceStore,
    Head,
    IncidentStore,
    KeptAlert,
    KeptDelivery,
    SilenceStore,
    TimelineStore,
)
from tocsin.ports.windows import Ask, ChangeSource, ClusterSource, LogSource, MetricSource, Reply, TopologySource
from tocsin.ports.work import (
    AnswerStore,
    KeptAnswer,
    OutboxStore,
    StepStore,
    StopStore,
    TokenStore,
    Worker,
    WorkerStore,
)

__all__ = [
    "OPEN_PARCELS",
    "AlertStore",
    "AnswerStore",
    "Ask",
    "ChangeSource",
    "ChangeStore",
    "Clock",
    "ClusterSource",
    "DeliveryStore",
    "EvidenceStore",
    "Executor",
    "Head",
    "IncidentStore",
    "KeptAlert",
    "KeptAnswer",
    "KeptDelivery",
    "Ledger",
    "LogSource",
    "MetricSource",
    "Names",
    "OutboxStore",
    "Pager",
    "Parcel",
    "Reply",
    "SilenceStore",
    "Source",
    "StepStore",
    "StopStore",
    "Store",
    "TimelineStore",
    "TokenStore",
    "TopologySource",
    "Worker",
    "WorkerStore",
]
