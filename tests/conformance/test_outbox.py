"""The outbox, the same on every store: nothing is lost, nothing is kept twice, and what failed comes again at its time."""

import asyncio
from contextlib import AsyncExitStack
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


def test_a_parcel_put_twice_is_kept_once_and_leaves_in_the_order_it_was_put(url):
    def work(ledger):
        assert ledger.outbox.put(parcel(2))
        assert ledger.outbox.put(parcel(1))
        assert not ledger.outbox.put(parcel(2, payload={"to": "somebody else"}))
        return ledger.outbox.due(NOW), ledger.outbox.of("INC-1")

    due, kept = story(url, work)
    assert [one.key for one in due] == ["k2", "k1"]
    assert {one.payload["to"] for one in kept} == {"ada"}


def test_what_failed_comes_again_at_its_time_and_what_was_sent_never(url):
    def work(ledger):
        ledger.outbox.put(parcel(1))
        ledger.outbox.put(parcel(2))
        assert ledger.outbox.get("k2") == parcel(2)
        assert ledger.outbox.get("k3") is None
        ledger.outbox.update(parcel(1, status="failed", attempts=1, next_at=NOW + timedelta(minutes=1), error="503"))
        ledger.outbox.update(parcel(2, status="sent", attempts=1))
        later = NOW + timedelta(minutes=1)
        return ledger.outbox.due(NOW), ledger.outbox.due(later)

    now, later = story(url, work)
    assert now == []
    assert [(one.key, one.attempts, one.error) for one in later] == [("k1", 1, "503")]


def message(number, channel, incident="INC-1", **changes):
    return parcel(number, kind="message", payload={"channel": channel}, incident_id=incident, **changes)


def test_the_first_of_each_lane_leaves_and_a_full_receiver_hides_no_other(url):
    def work(ledger):
        for number in range(1, 60):
            ledger.outbox.put(message(number, "dead", f"INC-{number}"))
        for number in (60, 61):
            ledger.outbox.put(message(number, "slack"))
        ledger.outbox.put(parcel(62))
        first = [one.key for one in ledger.outbox.due(NOW, each=2)]
        ledger.outbox.update(message(60, "slack", status="given_up"))
        return first, [one.key for one in ledger.outbox.due(NOW, each=2)]

    first, then = story(url, work)
    assert first == ["k1", "k2", "k60", "k62"]
    assert then == ["k1", "k2", "k61", "k62"]


def test_a_failed_parcel_keeps_its_place_before_the_later_ones_of_its_lane_but_no_call_waits_for_another(url):
    def work(ledger):
        later = {"status": "failed", "next_at": NOW + timedelta(minutes=1)}
        ledger.outbox.put(message(1, "slack", **later))
        ledger.outbox.put(message(2, "slack"))
        ledger.outbox.put(parcel(3, **later))
        ledger.outbox.put(parcel(4))
        ledger.outbox.put(parcel(5, kind="unpage"))
        return [one.key for one in ledger.outbox.due(NOW)]

    assert story(url, work) == ["k4"]


def test_of_two_who_claim_a_parcel_one_gets_it_and_it_comes_back_when_the_claim_ends(url):
    def work(ledger):
        ledger.outbox.put(parcel(1))
        (seen,) = ledger.outbox.due(NOW)
        until = NOW + timedelta(minutes=1)
        claims = [ledger.outbox.claim(seen, until), ledger.outbox.claim(seen, until)]
        return claims, ledger.outbox.due(NOW), ledger.outbox.due(until)

    claims, now, later = story(url, work)
    assert claims == [True, False]
    assert now == []
    assert [one.key for one in later] == ["k1"]


def test_what_did_not_arrive_is_listed_until_it_does(url):
    def work(ledger):
        for number, status in enumerate(["waiting", "failed", "given_up", "sent"], 1):
            ledger.outbox.put(message(number, "slack", status=status))
        ledger.outbox.put(parcel(5, incident_id="INC-2"))
        shown = [[one.key for one in ledger.outbox.undelivered(*asked)] for asked in ((), (2,), (9, "INC-2"))]
        return shown, [(one.receiver, one.status, one.count) for one in ledger.outbox.backlog()]

    shown, counted = story(url, work)
    assert shown == [["k5", "k3", "k2", "k1"], ["k5", "k3"], ["k5"]]
    assert counted == [
        ("message:slack", "failed", 1),
        ("message:slack", "given_up", 1),
        ("message:slack", "waiting", 1),
        ("page", "waiting", 1),
    ]


def test_what_strangers_were_sent_is_forgotten_and_what_belongs_to_an_incident_never(url):
    def work(ledger):
        day = 24 * 3600 * 1_000_000
        for number, incident, status in (
            (1, "", "sent"),
            (2, "", "waiting"),
            (3, "INC-1", "sent"),
            (9, "", "given_up"),
        ):
            one = parcel(number * day, key=f"k{number}", incident_id=incident, kind="subscriber")
            ledger.outbox.put(one)
            ledger.outbox.update(replace(one, status=status))
        gone = ledger.outbox.forget(datetime(1970, 1, 6, tzinfo=UTC))
        return gone, [ledger.outbox.get(f"k{number}") is not None for number in (1, 2, 3, 9)]

    assert story(url, work) == (1, [False, True, True, True])


def test_two_postmen_at_the_same_time_share_what_is_due_and_bring_nothing_twice(url):
    """Each in a process of its own where the store can be shared."""

    async def story():
        async with open_store(StoreSettings(url=url)) as store, AsyncExitStack() as closing:
            other = store
            if url.startswith("postgresql"):
                other = await closing.enter_async_context(open_store(StoreSettings(url=url)))
            for number in range(60):
                await store.write(
                    lambda ledger, number=number: ledger.outbox.put(message(number, "slack", f"INC-{number}"))
                )

            def take(ledger):
                until = NOW + timedelta(minutes=1)
                return [one.key for one in ledger.outbox.due(NOW, each=4) if ledger.outbox.claim(one, until)]

            takes = [some.write(take) for _ in range(15) for some in (store, other)]
            return [key for taken in await asyncio.gather(*takes) for key in taken]

    taken = asyncio.run(story())
    assert len(taken) == len(set(taken))
    assert len(taken) >= 50
