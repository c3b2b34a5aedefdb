"""Every pager and its fake: a call arrives, twice the same call is one call, it is acknowledged, noted and ended, and a refusal
is an error to be tried again."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.receivers.apprise_end import AppriseEnd
from tests.receivers.benches import pagerduty
from tests.receivers.faulty import RETRY_AFTER, Fault, faulty
from tests.receivers.pagerduty import PagerDutyService
from tests.unit.cases import history

from tocsin.connectors.apprise_pager import ApprisePager
from tocsin.connectors.memory_pager import MemoryPager
from tocsin.errors import SourceError
from tocsin.ports import Pager, Parcel
from tocsin.stages.deliver import deliver, pager_couriers
from tocsin.store.memory import MemoryStore

NOW = datetime(2026, 3, 4, 2, 41, tzinfo=UTC)


@dataclass
class Bench:
    pager: Pager
    said: Any
    """What reached people or the system: (what, key) in order."""
    far_end: Any = None
    fake: Any = None
    secrets: tuple[str, ...] = ()


def made(name, closing):
    if name == "memory":
        pager = MemoryPager()
        return Bench(pager, lambda: [(what, key) for what, key, _ in pager.calls])
    if name == "apprise":
        end = AppriseEnd()
        far = closing.enter_context(faulty(end))
        pager = ApprisePager((f"json://127.0.0.1:{far.port}/{end.secret}",))
        words = {"acknowledged": "acknowledge", "over": "resolve", "note": "note"}

        def told():
            heads = [title.split(" ", 1) for title, _ in end.notes]
            return [(words.get(word, "page"), key) for word, key in heads]

        return Bench(pager, told, far, end, (end.secret,))
    service = PagerDutyService()
    far = closing.enter_context(faulty(service))

    def log():
        notes = [("note", one["key"]) for one in service.incidents.values() for _ in one["notes"]]
        return [("page" if what == "trigger" else what, key) for what, key in service.log] + notes

    return Bench(pagerduty(far.url, service), log, far, service, (service.routing_key, service.token))


@pytest.fixture(params=["memory", "pagerduty", "apprise"])
def bench(request):
    with ExitStack() as closing:
        yield made(request.param, closing)


@pytest.fixture(params=["pagerduty", "apprise"])
def far(request):
    with ExitStack() as closing:
        yield made(request.param, closing)


def test_a_call_is_taken_acknowledged_noted_and_resolved_under_one_key(bench):
    async def story():
        await bench.pager.page("oncall:primary", "SEV1: checkout is down", "SEV1", "INC-1")
        await bench.pager.acknowledge("INC-1", "ada@example.com")
        await bench.pager.note("INC-1", "INC-1 is over: the pool was reset")
        await bench.pager.resolve("INC-1")

    asyncio.run(story())
    said = bench.said()
    assert {key for _, key in said} == {"INC-1"}
    assert sorted(what for what, _ in said) == ["acknowledge", "note", "page", "resolve"]
    assert said[0][0] == "page"


def test_pagerduty_keeps_one_incident_per_key_however_often_it_is_told_and_ends_it():
    service = PagerDutyService()

    async def story(pager):
        for _ in range(2):
            await pager.page("oncall:primary", "SEV1: checkout is down", "SEV1", "INC-1")
        open_ = service.standing("INC-1")
        await pager.acknowledge("INC-1", "ada@example.com")
        taken = service.standing("INC-1")
        for _ in range(2):
            await pager.resolve("INC-1")
        await pager.note("INC-1", "the pool was reset")
        return open_, taken, service.standing("INC-1")

    with faulty(service) as far:
        open_, taken, over = asyncio.run(story(pagerduty(far.url, service)))
    assert open_ == [("triggered", 2, [])]
    assert taken == [("acknowledged", 2, [])]
    assert over == [("resolved", 2, ["the pool was reset"])]


@pytest.mark.parametrize("fault", [one for one in Fault if one is not Fault.HANG])
def test_a_call_that_goes_wrong_is_an_error_with_advice_without_secrets_and_the_next_try_arrives(far, fault):
    far.far_end.next(fault)
    with pytest.raises(SourceError) as failed:
        asyncio.run(far.pager.page("oncall:primary", "help", "SEV2", "INC-2"))
    assert failed.value.do
    said = f"{failed.value} {failed.value!r} {failed.value.__cause__!r}"
    assert [secret for secret in far.secrets if secret in said] == []
    if far.pager.name == "pagerduty":
        assert failed.value.wait_seconds == (RETRY_AFTER if fault is Fault.BUSY else 0)
    asyncio.run(far.pager.page("oncall:primary", "help", "SEV2", "INC-2"))
    assert set(far.said()) == {("page", "INC-2")}


def test_words_from_an_alert_call_nobody_and_are_cut_to_what_the_place_takes(far):
    asyncio.run(far.pager.page("oncall:primary", "@everyone <!channel> down " * 500 + "\ud800", "SEV1", "INC-3"))
    assert far.said() == [("page", "INC-3")]
    if far.pager.name == "apprise":
        assert far.fake.effects() == []


def test_a_wrong_routing_key_is_told_without_repeating_it():
    service = PagerDutyService()
    with faulty(service) as far, pytest.raises(SourceError) as refused:
        asyncio.run(pagerduty(far.url, service, "wrong-key").page("oncall:primary", "help", "SEV2", "INC-3"))
    assert "wrong-key" not in str(refused.value)
    assert refused.value.refused


def test_pagerduty_s_own_schedules_say_who_is_on_call():
    service = PagerDutyService()
    with faulty(service) as far:
        duties = asyncio.run(pagerduty(far.url, service).on_call())
    assert [one.person for one in duties] == ["ada@example.com", "bo@example.com"]


def test_a_note_on_a_call_that_pagerduty_does_not_know_yet_is_tried_again():
    service = PagerDutyService()
    with faulty(service) as far, pytest.raises(SourceError) as unknown:
        asyncio.run(pagerduty(far.url, service).note("INC-9", "too early"))
    assert not unknown.value.refused


# Through the outbox ---------------------------------------------------------------------------------------------------

PARCELS = [
    Parcel("p1", "INC-1", "page", {"incident": "INC-1", "target": "oncall:1", "text": "down", "severity": "SEV1"}, 1),
    Parcel("p2", "INC-1", "page", {"incident": "INC-1", "target": "oncall:2", "text": "still", "severity": "SEV1"}, 2),
    Parcel("a", "INC-1", "acknowledge", {"incident": "INC-1", "by": "ada@example.com"}, 3),
    Parcel("n", "INC-1", "note", {"incident": "INC-1", "text": "it was the pool"}, 4),
    Parcel("u", "INC-1", "unpage", {"incident": "INC-1"}, 5),
]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([None, Fault.ERROR, Fault.ACK_LOST, Fault.RESET, Fault.BUSY]), max_size=14))
def test_whatever_fails_in_between_the_call_ends_acknowledged_noted_and_resolved(faults):
    service = PagerDutyService()

    async def story(pager):
        store = MemoryStore()

        def work(ledger):
            for event in history():
                ledger.timeline.append("INC-1", event.body, actor=event.actor, at=event.at)
            for parcel in PARCELS:
                ledger.outbox.put(parcel)

        await store.write(work)
        for minute in range(30):
            await deliver(store, pager_couriers({"pagerduty": pager}), NOW + timedelta(minutes=minute))
        return await store.read(lambda ledger: ledger.outbox.undelivered())

    with faulty(service) as far:
        for fault in faults:
            far.next(fault)
        left = asyncio.run(story(pagerduty(far.url, service)))
    assert left == []
    (standing,) = service.standing("INC-1")
    assert standing[0] == "resolved"
    assert set(standing[2]) == {"it was the pool"}
    actions = [action for action, _ in service.log]
    assert "acknowledge" in actions
    last_call = max(at for at, action in enumerate(actions) if action == "trigger")
    assert max(at for at, action in enumerate(actions) if action == "resolve") > last_call
