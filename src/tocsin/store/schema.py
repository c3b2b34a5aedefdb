"""The schema's version: a new database is made whole at once, an older one is migrated, a newer one is refused.

Called when a store is opened, inside the writers' lock. Alembic is imported only when there is something to migrate.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from tocsin.errors import StoreError
from tocsin.store.tables import REVISION, metadata

if TYPE_CHECKING:
    from alembic.config import Config


def prepare(connection: Connection) -> None:
    """Brings the database to REVISION. Raises StoreError when it was made by a newer tocsin."""
    found = _revision(connection)
    if found == REVISION:
        return
    if found is None:
        _create(connection)
    else:
        migrate(connection, found)


def require_current(connection: Connection) -> None:
    """For those who only read: raises StoreError when the tables are not there, or not as this tocsin knows them."""
    found = _revision(connection)
    if found is None:
        raise StoreError("this database holds no timeline.", "Check `store.url`.", code="TCS-STORE-EMPTY")
    if found != REVISION:
        what = f"the database is at revision {found}, this tocsin reads {REVISION}."
        do = "Open it once with `tocsin serve`, or use the version that made it."
        raise StoreError(what, do, code="TCS-STORE-REVISION")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _create(connection: Connection) -> None:
    """Alembic's own recipe for a fresh database: the tables as they are now, stamped with their revision."""
    metadata.create_all(connection, checkfirst=False)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})


def migrate(connection: Connection, found: str = "") -> None:
    """Runs the migrations that are missing, in this transaction."""
    from alembic import command
    from alembic.util import CommandError

    config = alembic_config(connection)
    try:
        command.upgrade(config, "head")
    except CommandError as failure:
        what = f"the database is at revision {found}, which this tocsin does not know."
        do = "It was made by a newer tocsin: install that version, or restore a backup."
        raise StoreError(what, do, code="TCS-STORE-NEWER") from failure


def alembic_config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration for the migrations inside this package, bound to an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "tocsin.store:migrations")
    config.attributes["connection"] = connection
    return config
