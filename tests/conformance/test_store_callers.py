"""Tokens and kept answers on every store alike: only digests are kept, a revoked token stays revoked, a key answers once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.servers import Missing, database, postgres

from tocsin.errors import StoreError
from tocsin.model.identity import Role, Token
from tocsin.ports import KeptAnswer, Store
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

NOW = datetime(2026, 11, 21, 3, 4, 5, 678, tzinfo=UTC)
AWKWARD = "pål 'quoted' \\ \x00 \u2028 \U0001f514 %s :name\nline"
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


def token(number: int, **fields: Any) -> Token:
    made = {
        "id": f"TOK-{number}",
        "sha256": f"{number:064x}",
        "prefix": f"tcs_{number}",
        "person": "ada@example.com",
        "roles": frozenset({Role.RESPONDER, Role.COMMANDER}),
        "created_at": NOW + timedelta(minutes=number),
        "expires_at": NOW + timedelta(days=90),
    }
    return Token(**{**made, **fields})


def test_a_token_is_found_by_its_digest_and_by_nothing_else(run) -> None:
    async def scenario(store: Store) -> None:
        for one in (token(1), token(2)):
            await store.write(lambda ledger, one=one: ledger.tokens.put(one))
        found = await store.read(lambda ledger: ledger.tokens.by_digest(token(2).sha256))
        assert found == token(2)
        for other in ("", "TOK-2", f"{3:064x}", AWKWARD.replace("\x00", "")):
            assert await store.read(lambda ledger, other=other: ledger.tokens.by_digest(other)) is None
        assert await store.read(lambda ledger: ledger.tokens.all()) == [token(2), token(1)]

    run(scenario)


@pytest.mark.parametrize("second", [token(1, sha256="f" * 64), token(2, sha256=token(1).sha256)])
def test_no_token_can_take_the_place_of_another(run, second: Token) -> None:
    async def scenario(store: Store) -> list[Token]:
        await store.write(lambda ledger: ledger.tokens.put(token(1)))
        with pytest.raises(StoreError) as refused:
            await store.write(lambda ledger: ledger.tokens.put(second))
        assert refused.value.code == "TCS-STORE-CONFLICT"
        return await store.read(lambda ledger: ledger.tokens.all())

    assert run(scenario) == [token(1)]


def test_a_revoked_token_stays_revoked_since_the_first_time(run) -> None:
    async def scenario(store: Store) -> list[bool]:
        await store.write(lambda ledger: ledger.tokens.put(token(1)))
        asked = [("TOK-1", NOW), ("TOK-1", NOW + timedelta(hours=1)), ("TOK-9", NOW)]
        told = [await store.write(lambda ledger, one=one: ledger.tokens.revoke(*one)) for one in asked]
        found = await store.read(lambda ledger: ledger.tokens.by_digest(token(1).sha256))
        assert found.revoked_at == NOW
        return told

    assert run(scenario) == [True, False, False]


def test_the_last_use_of_a_token_is_remembered_beside_its_revocation(run) -> None:
    async def scenario(store: Store) -> Token:
        await store.write(lambda ledger: ledger.tokens.put(token(1)))
        for used in (NOW, NOW + timedelta(hours=2)):
            await store.write(lambda ledger, used=used: ledger.tokens.touch("TOK-1", used))
        await store.write(lambda ledger: ledger.tokens.touch("TOK-9", NOW))
        await store.write(lambda ledger: ledger.tokens.revoke("TOK-1", NOW + timedelta(hours=3)))
        (found,) = await store.read(lambda ledger: ledger.tokens.all())
        return found

    later = {"last_used_at": NOW + timedelta(hours=2), "revoked_at": NOW + timedelta(hours=3)}
    assert run(scenario) == token(1, **later)


def test_reading_a_token_cannot_change_it(run) -> None:
    async def scenario(store: Store) -> None:
        await store.write(lambda ledger: ledger.tokens.put(token(1)))
        with pytest.raises(StoreError):
            await store.read(lambda ledger: ledger.tokens.touch("TOK-1", NOW))

    run(scenario)


def answer(key: str, *, caller: str = "ada", request: str = "r", at: datetime = NOW) -> KeptAnswer:
    return KeptAnswer(caller=caller, key=key, request=request, body=AWKWARD, at=at)


def test_an_answer_is_kept_for_its_caller_and_key_whatever_the_key_holds(run) -> None:
    async def scenario(store: Store) -> None:
        await store.write(lambda ledger: ledger.answers.put(answer(AWKWARD)))
        assert await store.read(lambda ledger: ledger.answers.get("ada", AWKWARD)) == answer(AWKWARD)
        assert await store.read(lambda ledger: ledger.answers.get("bob", AWKWARD)) is None
        assert await store.read(lambda ledger: ledger.answers.get("ada", "other")) is None

    run(scenario)


def test_old_answers_are_forgotten_and_newer_ones_stay(run) -> None:
    async def scenario(store: Store) -> tuple[int, list[bool]]:
        for hours in range(3):
            kept = answer(str(hours), at=NOW + timedelta(hours=hours))
            await store.write(lambda ledger, kept=kept: ledger.answers.put(kept))
        gone = await store.write(lambda ledger: ledger.answers.trim(NOW + timedelta(hours=2)))
        left = [await store.read(lambda ledger, n=n: ledger.answers.get("ada", str(n)) is not None) for n in range(3)]
        return gone, left

    assert run(scenario) == (2, [False, False, True])


def test_an_answer_goes_with_the_transaction_that_failed(run) -> None:
    async def scenario(store: Store) -> KeptAnswer | None:
        def fail(ledger) -> None:
            ledger.answers.put(answer("k"))
            raise ValueError("cut")

        with pytest.raises(ValueError, match="cut"):
            await store.write(fail)
        return await store.read(lambda ledger: ledger.answers.get("ada", "k"))

    assert run(scenario) is None
