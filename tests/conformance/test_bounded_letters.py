"""Dead letters stay within their bounds, and intake decides alike, on every store."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from tocsin.model.alert import Alert, AlertStatus, Delivery
from tocsin.model.catalogue import Catalogue
from tocsin.ports import KeptDelivery, Store
from tocsin.stages.intake import IntakeRules, receive
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Numbers:
    """ports.Names that counts."""

    def __init__(self) -> None:
        self._next = count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._next):06}"


@pytest.fixture(params=["memory", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory:" if request.param == "memory" else f"sqlite:///{tmp_path / 't.db'}"


def with_store(url: str, story: Callable[[Store], Awaitable[None]]) -> None:
    async def session() -> None:
        async with open_store(StoreSettings(url=url)) as store:
            await story(store)

    asyncio.run(session())


def letter(number: int, size: int, status: str = "dead") -> KeptDelivery:
    at = START + timedelta(seconds=number)
    return KeptDelivery(
        Delivery(id=f"D{number}", source="plain", received_at=at, body=b"x" * size), status, {"code": "X"}
    )


@pytest.mark.parametrize(("most", "most_bytes", "left"), [(3, 10_000, 3), (10, 250, 2), (1, 50, 0), (10, 10_000, 6)])
def test_the_newest_dead_letters_stay_within_number_and_bytes(url: str, most: int, most_bytes: int, left: int) -> None:
    async def story(store: Store) -> None:
        for number in range(6):
            kept = letter(number, 100)
            await store.write(lambda ledger, kept=kept: ledger.deliveries.put(kept))
        await store.write(lambda ledger: ledger.deliveries.put(letter(9, 5000, "accepted")))
        assert await store.write(lambda ledger: ledger.deliveries.trim_dead(most, most_bytes)) == 6 - left
        found = await store.read(lambda ledger: ledger.deliveries.dead())
        assert [one.delivery.id for one in found] == [f"D{number}" for number in range(5, 5 - left, -1)]
        assert await store.read(lambda ledger: ledger.deliveries.get("D9")) is not None

    with_store(url, story)


def test_hundreds_of_alerts_in_one_delivery_are_one_transaction_and_decided_alike(url: str) -> None:
    rules = IntakeRules.model_validate({"correlation": [{"rule": "same_service", "within_minutes": 60}]})
    alerts = [
        Alert(
            source="plain",
            fingerprint=f"f{n}",
            status=AlertStatus.FIRING,
            title=f"t{n}",
            service=f"s{n % 3}",
            starts_at=START,
        )
        for n in range(300)
    ]

    async def story(store: Store) -> None:
        names = Numbers()
        for turn in range(3):
            outcome = await store.write(lambda ledger: receive(ledger, alerts, rules, Catalogue(), START, names))
            assert len(outcome.declared) == (3 if turn == 0 else 0)
            assert sum(one.replayed for one in outcome.decisions) == (0 if turn == 0 else 300)
        found = await store.read(lambda ledger: ledger.incidents.recent())
        assert sorted(len(one.alert_ids) for one in found) == [100, 100, 100]

    with_store(url, story)
