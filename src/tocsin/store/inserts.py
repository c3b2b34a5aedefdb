"""An INSERT that meets a row already there: replace it, or let the first one stand. Used by the SQL ledger's parts."""

from typing import Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]


def _upsert(connection: Connection, table: Table) -> sqlite.Insert:
    """INSERT with ON CONFLICT, which both dialects spell alike and SQLAlchemy types apart."""
    chosen = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return cast(sqlite.Insert, chosen(table))


def replace(connection: Connection, table: Table, row: Row) -> None:
    """Keeps the row, or replaces the one with its primary key."""
    into = _upsert(connection, table)
    names = [column.name for column in table.primary_key]
    rest = {name: into.excluded[name] for name in row if name not in names}
    connection.execute(into.on_conflict_do_update(index_elements=names, set_=rest), row)


def put_once(connection: Connection, table: Table, row: Row, unique: str) -> bool:
    """Keeps the row unless one with the same `unique` is here; says whether it was kept."""
    into = _upsert(connection, table).on_conflict_do_nothing(index_elements=[unique])
    return connection.execute(into.returning(table.c[unique]), row).first() is not None
