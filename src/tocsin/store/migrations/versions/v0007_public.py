"""The public side: the installation's own keys, subscribers, maintenance windows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "keys",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("address_key", sa.Text, nullable=False, unique=True),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_table(
        "maintenances",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
