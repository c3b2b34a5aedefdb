"""An INSERT that meets a row already there: replace it, or let the first one stand. Used by the SQL ledger's parts.

The statements are built once for each table and dialect: building one costs more than running it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]


def replace(connection: Connection, table: Table, rows: Row | Sequence[Row]) -> None:
    """Keeps the rows, or replaces those with the same primary key. A row names every column."""
    connection.execute(_replacing(connection.dialect.name, table), rows)


def put_once(connection: Connection, table: Table, row: Row, *unique: str) -> bool:
    """Keeps the row unless one with the same `unique` columns is here; says whether it was kept."""
    return connection.execute(_putting_once(connection.dialect.name, table, unique), row).first() is not None


@cache
def _replacing(dialect: str, table: Table) -> sqlite.Insert:
    into = _insert(dialect, table)
    names = [column.name for column in table.primary_key]
    rest = {column.name: into.excluded[column.name] for column in table.columns if column.name not in names}
    return into.on_conflict_do_update(index_elements=names, set_=rest)


@cache
def _putting_once(dialect: str, table: Table, unique: tuple[str, ...]) -> sqlite.Insert:
    into = _insert(dialect, table).on_conflict_do_nothing(index_elements=unique)
    return cast(sqlite.Insert, into.returning(table.c[unique[0]]))


def _insert(dialect: str, table: Table) -> sqlite.Insert:
    """INSERT with ON CONFLICT, which both dialects spell alike and SQLAlchemy types apart."""
    chosen = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return cast(sqlite.Insert, chosen(table))
