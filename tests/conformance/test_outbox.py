"""The outbox, the same on every store: nothing is lost, nothing is kept twice, and what failed comes again at its time."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.servers import postgres

from tocsin.ports import Parcel
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

NOW = datetime(2026, 3, 4, 2, 41, tzinfo=UTC)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "memory":
        yield "memory:"
    elif request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 't.db'}"
    else:
        with postgres() as address:
            yield address


def parcel(number, **changes):
    made = Parcel(key=f"k{number}", incident_id="INC-1", kind="page", payload={"to": "ada"}, number=number)
    return replace(made, **changes)


def story(url, work):
    async def run():
        async with open_store(StoreSettings(url=url)) as store:
            return await store.write(work)

    return asyncio.run(run())


def test_a_parcel_put_twice_is_kept_once_and_leaves_in_the_order_of_decision(url):
    def work(ledger):
        assert ledger.outbox.put(parcel(2))
        assert ledger.outbox.put(parcel(1))
        assert not ledger.outbox.put(parcel(2, payload={"to": "somebody else"}))
        return ledger.outbox.due(NOW), ledger.outbox.of("INC-1")

    due, kept = story(url, work)
    assert sorted(one.key for one in due) == ["k1", "k2"]
    assert {one.payload["to"] for one in kept} == {"ada"}


def test_what_failed_comes_again_at_its_time_and_what_was_sent_never(url):
    def work(ledger):
        ledger.outbox.put(parcel(1))
        ledger.outbox.put(parcel(2))
        ledger.outbox.update(parcel(1, status="failed", attempts=1, next_at=NOW + timedelta(minutes=1), error="503"))
        ledger.outbox.update(parcel(2, status="sent", attempts=1))
        later = NOW + timedelta(minutes=1)
        return ledger.outbox.due(NOW), ledger.outbox.due(later)

    now, later = story(url, work)
    assert now == []
    assert [(one.key, one.attempts, one.error) for one in later] == [("k1", 1, "503")]
