"""The schema, its migrations, and what a user is told when a store cannot be opened."""

import asyncio
import json
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from tests.servers import Missing, database, free_port, postgres

from tocsin.errors import ConfigError, StoreError
from tocsin.ports import Parcel
from tocsin.store import schema
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store
from tocsin.store.tables import REVISION, metadata


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with postgres() as url:
            yield url
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases of one kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'one.db'}", f"sqlite:///{tmp_path / 'two.db'}"
    else:
        server = request.getfixturevalue("server")
        with database(server) as one, database(server) as two:
            yield one, two


def opened(url: str) -> None:
    async def just_open() -> None:
        async with open_store(StoreSettings(url=url, busy_seconds=1)):
            pass

    asyncio.run(just_open())


def shape(url: str) -> dict[str, object]:
    """Columns, keys, unique constraints and indexes of every table, as the database itself tells them."""
    engine = create_engine(url)
    try:
        eyes = inspect(engine)
        return {
            name: (
                sorted((c["name"], str(c["type"]), c["nullable"]) for c in eyes.get_columns(name)),
                eyes.get_pk_constraint(name)["constrained_columns"],
                sorted(tuple(u["column_names"]) for u in eyes.get_unique_constraints(name)),
                sorted((i["name"], tuple(i["column_names"]), bool(i["unique"])) for i in eyes.get_indexes(name)),
            )
            for name in eyes.get_table_names()
        }
    finally:
        engine.dispose()


def test_a_fresh_database_and_a_migrated_one_are_the_same(urls: tuple[str, str]) -> None:
    fresh, migrated = urls
    opened(fresh)
    engine = create_engine(migrated)
    with engine.begin() as connection:
        schema.migrate(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    assert shape(fresh) == shape(migrated)


def test_the_stamped_revision_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(schema.alembic_config()).get_current_head() == REVISION


def test_parcels_of_an_older_outbox_keep_their_place_and_get_their_lane(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 't.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(schema.alembic_config(connection), "0005")
        kept = Parcel("k1", "INC-1", "page", {"to": "ada"}, number=7, status="given_up")
        row = {"key": "k1", "n": 7, "incident_id": "INC-1", "open": 0, "next_at": 0, "data": json.dumps(asdict(kept))}
        connection.execute(text("INSERT INTO outbox VALUES (:key, :n, :incident_id, :open, :next_at, :data)"), row)
    engine.dispose()

    async def undelivered() -> list[Parcel]:
        async with open_store(StoreSettings(url=url)) as store:
            return await store.read(lambda ledger: ledger.outbox.undelivered())

    assert asyncio.run(undelivered()) == [kept]


def test_opening_twice_changes_nothing(urls: tuple[str, str]) -> None:
    opened(urls[0])
    before = shape(urls[0])
    opened(urls[0])
    assert shape(urls[0]) == before


def test_an_older_database_is_migrated_when_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(schema, "migrate", lambda connection, found: asked.append(found))
    opened(f"sqlite:///{tmp_path / 't.db'}")
    with sqlite3.connect(tmp_path / "t.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    opened(f"sqlite:///{tmp_path / 't.db'}")
    assert asked == ["0000"]


def test_a_database_of_a_newer_tocsin_is_refused_not_touched(urls: tuple[str, str]) -> None:
    opened(urls[0])
    engine = create_engine(urls[0])
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(StoreError, match="newer tocsin") as refusal:
        opened(urls[0])
    assert refusal.value.code == "TCS-STORE-NEWER"


def test_a_commit_on_sqlite_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    async def pragmas() -> dict[str, object]:
        async with open_store(StoreSettings(url=f"sqlite:///{tmp_path / 't.db'}")) as store:
            names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            engine = store._writing

            def ask() -> dict[str, object]:
                with engine.connect() as connection:
                    return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names}

            return await asyncio.to_thread(ask)

    assert asyncio.run(pragmas()) == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "not a url", "sqlite://", "sqlite:///:memory:", "postgresql+nope://h/d"]
)
def test_a_url_that_names_no_usable_database_is_a_configuration_error_with_its_path(url: str) -> None:
    with pytest.raises(ConfigError) as mistake:
        opened(url)
    assert mistake.value.path == "store.url"
    assert mistake.value.do


def test_a_folder_that_is_not_there_is_named_as_unreachable(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as failure:
        opened(f"sqlite:///{tmp_path / 'no' / 'such' / 't.db'}")
    assert failure.value.code == "TCS-STORE-CONNECT"
    assert "store.url" in failure.value.do


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "t.db").write_bytes(b"this is no database, it is a letter to my aunt" * 50)
    with pytest.raises(StoreError) as failure:
        opened(f"sqlite:///{tmp_path / 't.db'}")
    assert failure.value.code == "TCS-STORE-DAMAGED"


def test_a_read_only_database_says_to_give_write_access(tmp_path: Path) -> None:
    (tmp_path / "t.db").touch()
    (tmp_path / "t.db").chmod(stat.S_IRUSR)
    with pytest.raises(StoreError) as failure:
        opened(f"sqlite:///file:{tmp_path / 't.db'}?mode=ro&uri=true")
    assert failure.value.code == "TCS-STORE-READONLY"
    assert "write access" in failure.value.do


def test_a_locked_database_says_who_is_in_the_way(tmp_path: Path) -> None:
    opened(f"sqlite:///{tmp_path / 't.db'}")
    other = sqlite3.connect(tmp_path / "t.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreError) as failure:
            opened(f"sqlite:///{tmp_path / 't.db'}")
    finally:
        other.close()
    assert failure.value.code == "TCS-STORE-BUSY"
    assert "busy_seconds" in failure.value.do


def test_on_a_full_disk_exactly_the_acknowledged_writes_are_there_and_the_others_hear_what_to_do(
    tmp_path: Path,
) -> None:
    from tests.conformance.test_store import declare, note

    async def fill() -> tuple[list[object], list[str]]:
        async with open_store(StoreSettings(url=f"sqlite:///{tmp_path / 't.db'}")) as store:
            await store.write(declare)
            with store._writing.connect() as connection:  # the one writing connection keeps this bound
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
            texts = ["small one", "big " * 100_000, "small two"]
            answers = await asyncio.gather(
                *(store.write(lambda ledger, text=text: note(ledger, text)) for text in texts), return_exceptions=True
            )
            events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
            acknowledged = [text for text, answer in zip(texts, answers, strict=True) if answer is None]
            assert [event.body.text for event in events[1:]] == acknowledged
            await store.write(lambda ledger: note(ledger, "small three"))
            return [answer for answer in answers if answer is not None], acknowledged

    failures, _ = asyncio.run(fill())
    assert failures
    assert {failure.code for failure in failures} == {"TCS-STORE-FULL"}
    assert all("Free space" in failure.do for failure in failures)


def test_a_postgresql_that_does_not_answer_is_named_as_unreachable() -> None:
    with pytest.raises(StoreError) as failure:
        opened(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none")
    assert failure.value.code == "TCS-STORE-CONNECT"


def test_a_postgresql_without_that_database_or_user_says_which_it_was(server: str) -> None:
    with pytest.raises(StoreError, match="does not exist") as failure:
        opened(server.rsplit("/", 1)[0] + "/absent")
    assert failure.value.code == "TCS-STORE-CONNECT"
