"""The ledger in SQL: every part of ports.Ledger over one connection inside one transaction. SQLite and PostgreSQL alike.

Made by the SQL store for each transaction; opens, commits and rolls back nothing itself.
"""

from sqlalchemy import Connection

from tocsin.ports import (
    AlertStore,
    ChangeStore,
    DeliveryStore,
    EvidenceStore,
    IncidentStore,
    SilenceStore,
    TimelineStore,
)
from tocsin.store.sql_alerts import SqlAlerts, SqlDeliveries
from tocsin.store.sql_evidence import SqlChanges, SqlEvidence, SqlSilences
from tocsin.store.sql_incidents import Folds, SqlIncidents, SqlRows
from tocsin.store.timeline import Timeline


class SqlLedger:
    """ports.Ledger over one connection."""

    def __init__(self, connection: Connection, folds: Folds | None = None) -> None:
        self.timeline: TimelineStore = Timeline(SqlRows(connection, folds or Folds()))
        self.incidents: IncidentStore = SqlIncidents(connection)
        self.alerts: AlertStore = SqlAlerts(connection)
        self.deliveries: DeliveryStore = SqlDeliveries(connection)
        self.evidence: EvidenceStore = SqlEvidence(connection)
        self.changes: ChangeStore = SqlChanges(connection)
        self.silences: SilenceStore = SqlSilences(connection)
