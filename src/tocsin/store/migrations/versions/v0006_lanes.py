"""Lanes: what is in the outbox leaves in the order of its lane, and each receiver has a bound of its own."""

from json import loads

import sqlalchemy as sa
from alembic import op

from tocsin.ports import Parcel

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Makes the table anew, each parcel in its lane."""
    connection = op.get_bind()
    kept = connection.execute(sa.text("SELECT n, next_at, data FROM outbox")).all()
    op.drop_table("outbox")
    table = op.create_table(
        "outbox",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("waits", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("outbox_due", "outbox", ["status", "next_at"])
    op.create_index("outbox_lane", "outbox", ["lane", "status", "n"])
    op.create_index("outbox_incident", "outbox", ["incident_id"])
    if kept:
        op.bulk_insert(table, [_row(number, next_at, data) for number, next_at, data in kept])


def _row(number: int, next_at: int, data: str) -> dict[str, object]:
    told = loads(data)
    parcel = Parcel(told["key"], told["incident_id"], told["kind"], told["payload"], status=told["status"])
    return {
        "key": parcel.key,
        "n": number,
        "incident_id": parcel.incident_id,
        "status": parcel.status,
        "receiver": parcel.receiver,
        "lane": parcel.lane,
        "waits": int(parcel.waits),
        "next_at": next_at,
        "data": data,
    }
