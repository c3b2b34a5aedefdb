"""The ledger in SQL: every part of ports.Ledger over one connection, for one work. SQLite and PostgreSQL alike.

Made by the SQL store for each work; opens, commits and rolls back nothing itself.
"""

from sqlalchemy import Connection

from tocsin.ports import (
    AlertStore,
    AnswerStore,
    ChangeStore,
    DeliveryStore,
    DocumentStore,
    EvidenceStore,
    IncidentStore,
    KeyStore,
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
from tocsin.store.folds import Folds
from tocsin.store.outbox import SqlOutbox
from tocsin.store.papers import SqlDocuments
from tocsin.store.public import SqlKeys, SqlMaintenances, SqlSubscribers
from tocsin.store.sql_alerts import SqlAlerts, SqlDeliveries
from tocsin.store.sql_callers import SqlAnswers, SqlTokens
from tocsin.store.sql_evidence import SqlChanges, SqlEvidence, SqlSilences
from tocsin.store.sql_incidents import SqlIncidents, SqlRows
from tocsin.store.sql_work import SqlSteps, SqlWorkers
from tocsin.store.stops import SqlStops
from tocsin.store.timeline import Timeline


class SqlLedger:
    """ports.Ledger over one connection, for one work; `flush` writes what the work left unwritten."""

    def __init__(self, connection: Connection, folds: Folds) -> None:
        rows = SqlRows(connection, folds)
        self.flush = rows.flush
        self.timeline: TimelineStore = Timeline(rows)
        self.incidents: IncidentStore = SqlIncidents(connection, rows)
        self.alerts: AlertStore = SqlAlerts(connection)
        self.deliveries: DeliveryStore = SqlDeliveries(connection)
        self.evidence: EvidenceStore = SqlEvidence(connection)
        self.changes: ChangeStore = SqlChanges(connection)
        self.silences: SilenceStore = SqlSilences(connection)
        self.steps: StepStore = SqlSteps(connection)
        self.workers: WorkerStore = SqlWorkers(connection)
        self.tokens: TokenStore = SqlTokens(connection)
        self.answers: AnswerStore = SqlAnswers(connection)
        self.documents: DocumentStore = SqlDocuments(connection)
        self.stops: StopStore = SqlStops(connection)
        self.outbox: OutboxStore = SqlOutbox(connection)
        self.keys: KeyStore = SqlKeys(connection)
        self.subscribers: SubscriberStore = SqlSubscribers(connection)
        self.maintenances: MaintenanceStore = SqlMaintenances(connection)
