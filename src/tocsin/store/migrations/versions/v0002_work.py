"""Steps carried out, so that none happens twice, and the workers in charge."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes both tables."""
    op.create_table(
        "steps",
        sa.Column("incident_id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("present", sa.Integer, nullable=False),
        sa.Column("beats", sa.BigInteger, nullable=False),
    )
