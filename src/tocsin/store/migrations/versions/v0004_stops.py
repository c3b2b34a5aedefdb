"""The global stop switch, every turn of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the table."""
    rowid = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "stops",
        sa.Column("n", rowid, sa.Identity(always=True), primary_key=True),
        sa.Column("data", sa.Text, nullable=False),
    )
