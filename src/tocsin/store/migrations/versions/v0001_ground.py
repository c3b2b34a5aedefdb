"""The first schema: events, their projection, alerts, deliveries, evidence, changes, silences."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROWID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Makes every table."""
    _timeline()
    _intake()
    _shelves()


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _order() -> sa.Column[int]:
    return sa.Column("n", _ROWID, sa.Identity(always=True), primary_key=True)


def _timeline() -> None:
    op.create_table(
        "events",
        sa.Column("incident_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        *_text("at", "actor", "salt"),
        sa.Column("body", sa.Text),
        *_text("digest", "prev", "hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.Text, primary_key=True),
        *_text("state"),
        sa.Column("is_open", sa.Integer, nullable=False),
        *_number("declared_at", "updated_at", "seq"),
        *_text("hash", "data"),
    )
    op.create_index("incidents_declared", "incidents", ["declared_at"])
    op.create_index("incidents_open", "incidents", ["is_open", "declared_at"])


def _intake() -> None:
    op.create_table(
        "alerts",
        _order(),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("occurrence", sa.Text, nullable=False, unique=True),
        *_text("condition"),
        *_number("received_at"),
        *_text("disposition", "reason", "incident_id", "data"),
    )
    for name in ("condition", "disposition", "incident_id"):
        op.create_index(f"alerts_{name.removesuffix('_id')}", "alerts", [name, "received_at"])
    op.create_index("alerts_received", "alerts", ["received_at"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        *_number("received_at"),
        *_text("status"),
        sa.Column("body", sa.LargeBinary, nullable=False),
        *_text("data"),
    )
    op.create_index("deliveries_status", "deliveries", ["status", "received_at"])


def _shelves() -> None:
    op.create_table(
        "evidence",
        _order(),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        *_text("incident_id"),
        *_number("collected_at"),
        *_text("data"),
    )
    op.create_index("evidence_incident", "evidence", ["incident_id", "collected_at"])
    op.create_table(
        "changes",
        _order(),
        sa.Column("id_key", sa.Text, nullable=False, unique=True),
        *_text("service_key"),
        *_number("at"),
        *_text("data"),
    )
    op.create_index("changes_at", "changes", ["at"])
    op.create_table("silences", sa.Column("id_key", sa.Text, primary_key=True), *_number("starts_at"), *_text("data"))
