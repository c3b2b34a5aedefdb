"""The `store` section of the configuration: where the timeline is kept. Read by `app` and the audit; opens nothing."""

from pydantic import Field

from tocsin.model.ground import Value


class StoreSettings(Value):
    """Where the timeline is kept.

    `url` is a SQLAlchemy URL: `sqlite:///tocsin.db` (a file beside the working directory), `sqlite:////var/lib/t.db`
    (absolute), `postgresql+psycopg://user@host/name`, or `memory:` (kept nowhere, for trials and tests).
    PostgreSQL's password comes from PGPASSWORD, PGPASSFILE or ~/.pgpass, never from the configuration.
    """

    url: str = "sqlite:///tocsin.db"
    batch: int = Field(default=256, ge=1, le=10_000)
    """How many writes may share one commit."""
    readers: int = Field(default=4, ge=1, le=64)
    """How many reads may run at once."""
    busy_seconds: float = Field(default=10.0, gt=0, le=600)
    """How long to wait for a lock or a connection before saying so. On PostgreSQL also how long a process that is stopped in
    the middle of a write keeps the others waiting."""
