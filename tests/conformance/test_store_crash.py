"""Processes that die and processes that share: what was acknowledged stays, and every chain stays whole."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from tests.conformance.test_store import NOW, declare, note
from tests.servers import Missing, database, postgres

from tocsin.model.event import Event, Noted
from tocsin.store.audit import verify
from tocsin.store.engine_memory import engine_memory
from tocsin.store.engines import write_engine
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import asyncio, itertools, sys
from tests.conformance.test_store import declare, note
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

async def main(url, run):
    async with open_store(StoreSettings(url=url)) as store:
        async def write(lane):
            for number in itertools.count():
                await store.write(lambda ledger: note(ledger, f"{run}-{lane}-{number}", f"INC-{lane}"))
                print(f"{run}-{lane}-{number}", flush=True)
        await asyncio.gather(*(write(lane) for lane in range(4)))

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with postgres() as url:
            yield url
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 't.db'}"
    else:
        with database(request.getfixturevalue("server")) as one:
            yield one


def killed_while_writing(url: str, run: int, after: int, seconds: float) -> list[str]:
    """What a writer had acknowledged when it was killed, `seconds` after so many acknowledgements."""
    command = [sys.executable, "-c", WRITER, url, str(run)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as writer:
        assert writer.stdout is not None
        first = b"".join(writer.stdout.readline() for _ in range(after))
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read()
    return [line.decode() for line in (first + rest).splitlines(keepends=False)]


async def notes(url: str) -> list[str]:
    async with open_store(StoreSettings(url=url)) as store:
        heads = await store.read(lambda ledger: ledger.timeline.heads())
        events: list[Event] = []
        for head in heads:
            events += await store.read(lambda ledger, head=head: ledger.timeline.events(head.incident_id))
    return [event.body.text for event in events if isinstance(event.body, Noted)]


def test_a_killed_process_loses_nothing_it_acknowledged_and_leaves_whole_chains(url: str) -> None:
    dice, acknowledged = random.Random(5), []
    for run in range(4):
        lines = killed_while_writing(url, run, dice.randint(1, 12), dice.uniform(0.0, 0.02))
        acknowledged += [line for line in lines if line.count("-") == 2]
    stored = asyncio.run(notes(url))
    assert len(acknowledged) > 10
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))
    assert verify(StoreSettings(url=url)).faults == ()


def test_two_processes_on_one_database_extend_the_same_chain_without_a_fork(url: str) -> None:
    async def both() -> None:
        settings = StoreSettings(url=url)
        async with open_store(settings) as one, open_store(settings) as other:
            await one.write(declare)
            for n in range(15):
                await asyncio.gather(
                    *(store.write(lambda ledger, n=n: note(ledger, f"{n}")) for store in (one, other, one, other))
                )
            events = await one.read(lambda ledger: ledger.timeline.events("INC-1"))
            assert [event.seq for event in events] == list(range(1, 62))

    asyncio.run(both())
    assert verify(StoreSettings(url=url)).ok


def test_a_connection_that_is_cut_fails_its_write_and_the_next_one_is_served(server: str) -> None:
    async def scenario(url: str) -> None:
        async with open_store(StoreSettings(url=url)) as store:
            await store.write(declare)
            cut = create_engine(server, isolation_level="AUTOCOMMIT")
            with cut.connect() as admin:
                admin.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                    {"name": url.rsplit("/", 1)[1]},
                )
            cut.dispose()
            answers = [
                await asyncio.gather(store.write(lambda ledger: note(ledger, "after")), return_exceptions=True)
                for _ in range(2)
            ]
            assert answers[1] == [None]
            events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
            acknowledged = sum(answer == [None] for answer in answers)
            assert len(events) == 1 + acknowledged

    with database(server) as url:
        asyncio.run(scenario(url))


def test_the_audit_of_postgresql_names_what_was_changed_and_the_anchor_what_was_cut(server: str) -> None:
    from tocsin.store.audit import anchor

    async def fill(url: str) -> None:
        async with open_store(StoreSettings(url=url)) as store:
            for name in ("INC-1", "INC-2"):
                await store.write(lambda ledger, name=name: declare(ledger, name))
                await store.write(lambda ledger, name=name: note(ledger, "x", name))

    with database(server) as url:
        asyncio.run(fill(url))
        settings = StoreSettings(url=url)
        kept = anchor(settings, NOW)
        assert verify(settings, anchor=kept).ok
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE events SET actor = 'person:x' WHERE incident_id = 'INC-1' AND seq = 2"))
            connection.execute(text("DELETE FROM events WHERE incident_id = 'INC-2'"))
            connection.execute(text("DELETE FROM incidents WHERE id = 'INC-2'"))
        engine.dispose()
        found = {(one.incident_id, one.seq, one.code) for one in verify(settings, anchor=kept).faults}
        assert found == {("INC-1", 2, "HASH"), ("INC-2", 2, "ANCHOR")}


def test_a_process_stopped_in_the_middle_of_a_write_holds_nobody_up_for_long(server: str):
    with database(server) as one:
        settings = StoreSettings(url=one, busy_seconds=1)

        async def told() -> None:
            async with open_store(settings) as store:
                frozen = write_engine(settings)
                with frozen.connect() as stopped:
                    stopped.execute(text("SELECT 1"))  # it has begun, and stands still
                    await asyncio.wait_for(store.write(lambda ledger: declare(ledger, "INC-1")), 120)
                    with pytest.raises(SQLAlchemyError):
                        stopped.execute(text("SELECT 1"))
                frozen.dispose()

        asyncio.run(told())


def test_the_engines_memory_is_held_up_no_longer_either(server: str):
    with database(server) as one, engine_memory(StoreSettings(url=one, busy_seconds=1)) as memory:
        asked = text("SHOW idle_in_transaction_session_timeout")
        with create_engine(memory, poolclass=NullPool).connect() as connection:
            assert connection.execute(asked).scalar_one() == "1s"
