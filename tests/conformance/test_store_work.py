"""Steps and workers on every store: a step is ticked once, and whoever was dismissed writes nothing more."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.servers import Missing, database, postgres

from tocsin.errors import TakenOver
from tocsin.ports import Store
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

Scenario = Callable[[Store], Awaitable[Any]]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with postgres() as url:
            yield url
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Scenario], Any]]:
    def through(url: str) -> Callable[[Scenario], Any]:
        async def opened(scenario: Scenario) -> Any:
            async with open_store(StoreSettings(url=url)) as store:
                return await scenario(store)

        return lambda scenario: asyncio.run(opened(scenario))

    if request.param == "memory":
        yield through("memory:")
    elif request.param == "sqlite":
        yield through(f"sqlite:///{tmp_path / 't.db'}")
    else:
        with database(request.getfixturevalue("server")) as url:
            yield through(url)


def test_a_step_is_ticked_once_for_each_incident(run) -> None:
    async def scenario(store: Store) -> list[bool]:
        asked = [("INC-1", "triage"), ("INC-1", "triage"), ("INC-2", "triage"), ("INC-1", "draft")]
        return [await store.write(lambda ledger, one=one: ledger.steps.tick(*one)) for one in asked]

    assert run(scenario) == [True, False, True, True]


def test_a_tick_goes_with_the_transaction_that_failed(run) -> None:
    async def scenario(store: Store) -> frozenset[str]:
        def fail(ledger) -> None:
            ledger.steps.tick("INC-1", "triage")
            raise ValueError("cut")

        with pytest.raises(ValueError, match="cut"):
            await store.write(fail)
        return await store.read(lambda ledger: ledger.steps.done("INC-1"))

    assert run(scenario) == frozenset()


def test_a_worker_that_signs_on_again_is_another_incarnation_and_the_old_one_is_refused(run) -> None:
    async def scenario(store: Store) -> None:
        first = await store.write(lambda ledger: ledger.workers.sign_on("ada"))
        await store.write(lambda ledger: ledger.workers.beat(first))
        second = await store.write(lambda ledger: ledger.workers.sign_on("ada"))
        assert second.incarnation != first.incarnation
        for refused in ("require", "beat"):
            with pytest.raises(TakenOver):
                await store.write(lambda ledger, refused=refused: getattr(ledger.workers, refused)(first))
        await store.write(lambda ledger: ledger.workers.require(second))

    run(scenario)


def test_a_dismissed_worker_is_refused_and_only_one_peer_dismisses_it(run) -> None:
    async def scenario(store: Store) -> list[bool]:
        worker = await store.write(lambda ledger: ledger.workers.sign_on("ada"))
        told = [await store.write(lambda ledger: ledger.workers.dismiss(worker)) for _ in range(2)]
        with pytest.raises(TakenOver):
            await store.write(lambda ledger: ledger.workers.require(worker))
        assert [one.present for one in await store.read(lambda ledger: ledger.workers.all())] == [False]
        return told

    assert run(scenario) == [True, False]
