"""The outbox is emptied: failures come again later, a call is never lost, and a receiver that honours keys gets it once."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.cases import history

from tocsin.connectors.memory_pager import MemoryPager
from tocsin.model.acts import Flagged
from tocsin.ports import Parcel
from tocsin.stages.deliver import TRIES, deliver, pager_couriers, pause
from tocsin.store.memory import MemoryStore

NOW = datetime(2026, 3, 4, 2, 41, tzinfo=UTC)
CALL = {"incident": "INC-1", "target": "oncall:primary", "people": "ada", "text": "SEV1: down", "severity": "SEV1"}


async def house(*parcels):
    store = MemoryStore()

    def work(ledger):
        for event in history():
            ledger.timeline.append("INC-1", event.body, actor=event.actor, at=event.at)
        for parcel in parcels:
            ledger.outbox.put(parcel)

    await store.write(work)
    return store


def page(number=1):
    return Parcel(key=f"INC-1:page:{number}", incident_id="INC-1", kind="page", payload=CALL, number=number)


def test_a_call_reaches_the_pager_with_its_incident_as_key():
    async def story():
        pager = MemoryPager()
        store = await house(page())
        assert await deliver(store, pager_couriers({"memory": pager}), NOW) == 1
        assert await deliver(store, pager_couriers({"memory": pager}), NOW) == 0
        return pager.calls

    assert asyncio.run(story()) == [("page", "INC-1", "SEV1 oncall:primary: SEV1: down -> ada")]


def test_a_failing_pager_is_tried_again_later_and_people_see_that_it_fails():
    async def story():
        pager = MemoryPager(failing=2)
        store, couriers = await house(page()), pager_couriers({"memory": pager})
        arrived = [await deliver(store, couriers, NOW + timedelta(seconds=s)) for s in (0, 1, 5, 20)]
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        return arrived, [event.body for event in events if isinstance(event.body, Flagged)]

    arrived, flags = asyncio.run(story())
    assert arrived == [0, 0, 0, 1]
    assert len(flags) == 1
    assert "will be tried again" in flags[0].text


def test_one_pager_that_works_is_enough():
    async def story():
        good = MemoryPager()
        store = await house(page())
        arrived = await deliver(store, pager_couriers({"bad": MemoryPager(failing=99), "good": good}), NOW)
        return arrived, len(good.calls)

    assert asyncio.run(story()) == (1, 1)


def test_without_any_pager_the_incident_says_that_nobody_was_called():
    async def story():
        store = await house(page())
        now = NOW
        for attempt in range(1, TRIES + 1):
            await deliver(store, pager_couriers({}), now)
            now += pause(attempt)
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        (parcel,) = await store.read(lambda ledger: ledger.outbox.of("INC-1"))
        return parcel, [event.body.text for event in events if isinstance(event.body, Flagged)]

    parcel, flags = asyncio.run(story())
    assert parcel.status == "given_up"
    assert "no pager is configured" in flags[0]
    assert "given up" in flags[-1]


@given(st.lists(st.booleans(), max_size=8))
def test_whatever_fails_in_between_every_call_arrives_and_counts_once(failures):
    async def story():
        pager = MemoryPager()
        store, couriers, now = await house(page(1), page(2)), pager_couriers({"memory": pager}), NOW
        for fails in [*failures, False, False]:
            pager.failing = 2 if fails else 0
            await deliver(store, couriers, now)
            now += timedelta(minutes=6)
        return pager, await store.read(lambda ledger: ledger.outbox.of("INC-1"))

    pager, parcels = asyncio.run(story())
    assert {one.status for one in parcels} == {"sent"}
    assert len(pager.effective) == 1  # two calls of one incident, one key: PagerDuty keeps one incident
