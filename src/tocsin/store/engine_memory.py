"""Where the durable engine keeps its memory: beside the timeline, in a file or a schema of its own. Called by `app`."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tocsin.store.engines import patience, url_of
from tocsin.store.settings import StoreSettings


@contextmanager
def engine_memory(settings: StoreSettings) -> Iterator[str]:
    """The URL of the engine's database: for SQLite a second file, in WAL mode once and for all; for PostgreSQL the same one.

    A timeline that is kept nowhere has an engine memory that is kept nowhere.
    """
    if settings.url == "memory:":
        with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
            yield _wal(Path(folder) / "engine.db")
        return
    url = url_of(settings)
    if url.get_backend_name() == "sqlite":
        kept = Path(url.database or "")
        yield _wal(kept.with_name(f"{kept.stem}-engine{kept.suffix}"))
    else:
        yield url.update_query_dict({"options": patience(url, settings)}).render_as_string(hide_password=False)


def _wal(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    return f"sqlite:///{path}"
