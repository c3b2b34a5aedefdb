"""The outbox is emptied: failures come again later, a call is never lost, and a receiver that honours keys gets it once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.cases import history

from tocsin.connectors.memory_channel import MemoryChannel
from tocsin.connectors.memory_pager import MemoryPager
from tocsin.errors import SourceError
from tocsin.model.acts import Flagged
from tocsin.model.communication import RoomOpened, UpdateDelivered
from tocsin.ports import Message, Parcel, Purpose, Receipt, message_payload
from tocsin.stages.deliver import Deliveries, deliver, message_courier, next_try, pager_couriers, pause
from tocsin.stages.deliver.messages import read
from tocsin.stages.deliver.patience import BRISK_TRIES, TRIES, TRIES_WHEN_REFUSED
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
        arrived = [await deliver(store, couriers, NOW + timedelta(seconds=s)) for s in (0, 1, 7, 25)]
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        return arrived, [event.body for event in events if isinstance(event.body, Flagged)]

    arrived, flags = asyncio.run(story())
    assert arrived == [0, 0, 0, 1]
    assert len(flags) == 1
    assert "it is tried again" in flags[0].text


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
        for attempt in range(1, BRISK_TRIES + 1):
            await deliver(store, pager_couriers({}), now)
            now += 2 * pause(attempt)
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


def message(purpose, number, incident="INC-1", channel="memory", **changes):
    made = Message(
        key=f"{incident}:{channel}:{number}",
        incident_id=incident,
        purpose=purpose,
        audience="channel",
        **({"title": f"title {number}", "text": f"text {number}"} | changes),
    )
    payload = message_payload(channel, made)
    return Parcel(key=made.key, incident_id=incident, kind="message", payload=payload, number=number)


def bodies(store, kind):
    async def read_them():
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        return [event.body for event in events if isinstance(event.body, kind)]

    return read_them()


def test_a_message_arrives_whole_and_where_it_can_be_found_is_on_the_timeline():
    async def story():
        channel = MemoryChannel()
        store = await house(message(Purpose.UPDATE, 1, update_id="U7", components={"Payments": "partial_outage"}))
        assert await deliver(store, {"message": message_courier({"memory": channel}, store)}, NOW) == 1
        return channel.sent, await bodies(store, UpdateDelivered)

    (sent,), (delivered,) = asyncio.run(story())
    assert (sent.title, sent.text, sent.components) == ("title 1", "text 1", {"Payments": "partial_outage"})
    assert sent.at is not None
    assert (delivered.update_id, delivered.channel, delivered.purpose) == ("U7", "memory", "update")
    assert delivered.ref in delivered.link


def test_the_room_is_opened_before_anything_is_posted_in_it_and_a_summary_is_edited_in_place():
    async def story():
        channel = MemoryChannel(failing=2)
        store = await house(message(Purpose.ROOM, 1), message(Purpose.SUMMARY, 1, title="first", channel="memory"))
        # two letters of one moment: the one put first leaves first
        await store.write(lambda ledger: ledger.outbox.put(message(Purpose.SUMMARY, 2)))
        now, couriers = NOW, {"message": message_courier({"memory": channel}, store)}
        for _ in range(5):
            await deliver(store, couriers, now)
            now += timedelta(minutes=1)
        await store.write(lambda ledger: ledger.outbox.put(message(Purpose.SUMMARY, 3)))
        await deliver(store, couriers, now)
        return channel, await bodies(store, RoomOpened)

    channel, (room,) = asyncio.run(story())
    assert [one.purpose for one in channel.sent] == [Purpose.ROOM, Purpose.SUMMARY, Purpose.SUMMARY]
    assert channel.sent[1].known == {"room": room.ref}
    assert len(channel.shown) == 2
    assert channel.shown[channel.sent[2].known["summary"]].text == "text 3"


def test_a_correction_names_the_message_of_its_channel_and_not_our_number():
    async def story():
        channel = MemoryChannel()
        store = await house(
            message(Purpose.UPDATE, 1, update_id="U1"),
            message(Purpose.UPDATE, 2, update_id="U2"),
            message(Purpose.CORRECTION, 3, update_id="U3", corrects="U1"),
        )
        await deliver(store, {"message": message_courier({"memory": channel}, store)}, NOW)
        return channel.sent, await bodies(store, UpdateDelivered)

    sent, delivered = asyncio.run(story())
    assert sent[-1].corrects == delivered[0].ref


class Hanging:
    name = "hanging"

    def __init__(self):
        self.asked = 0

    async def send(self, message):
        self.asked += 1
        await asyncio.sleep(3600)
        return Receipt()


def test_a_channel_that_hangs_holds_up_no_page_and_no_other_channel():
    async def story():
        pager, good, hanging = MemoryPager(), MemoryChannel("good"), Hanging()
        store = await house(*(message(Purpose.UPDATE, n, f"INC-{n}", "hanging") for n in range(1, 200)))
        later = [page(300), message(Purpose.UPDATE, 301, channel="good")]
        await store.write(lambda ledger: [ledger.outbox.put(one) for one in later])
        channels = message_courier({"hanging": hanging, "good": good}, store)
        deliveries = Deliveries(store, pager_couriers({"memory": pager}) | {"message": channels}, lambda: NOW)
        for _ in range(3):
            await deliveries.round()
            await asyncio.sleep(0.01)
        await deliveries.finish(0.01)
        return pager.calls, good.sent, hanging.asked

    calls, sent, asked = asyncio.run(story())
    assert len(calls) == 1
    assert len(sent) == 1
    assert asked == 4


def test_a_channel_that_failed_keeps_its_order_and_the_others_do_not_wait_for_it():
    async def story():
        bad, good = MemoryChannel("bad", failing=1), MemoryChannel("good")
        store = await house(
            message(Purpose.UPDATE, 1, channel="bad"),
            message(Purpose.UPDATE, 2, channel="bad"),
            message(Purpose.UPDATE, 3, channel="good"),
        )
        couriers = {"message": message_courier({"bad": bad, "good": good}, store)}
        await deliver(store, couriers, NOW)
        before = (len(bad.sent), len(good.sent))
        await deliver(store, couriers, NOW + timedelta(minutes=1))
        return before, [one.text for one in bad.sent]

    assert asyncio.run(story()) == ((0, 1), ["text 1", "text 2"])


class Refusing:
    name = "refusing"

    def __init__(self, failure):
        self.failure, self.asked = failure, 0

    async def send(self, message):
        self.asked += 1
        raise self.failure


def refusing(failure, parcels, minutes):
    async def story():
        channel = Refusing(failure)
        store = await house(*parcels)
        for minute in range(minutes):
            await deliver(
                store, {"message": message_courier({"memory": channel}, store)}, NOW + timedelta(minutes=minute)
            )
        return channel.asked, await store.read(lambda ledger: ledger.outbox.undelivered()), await bodies(store, Flagged)

    return asyncio.run(story())


def test_what_a_channel_refuses_is_given_up_soon_and_makes_way_for_the_next():
    parcels = [message(Purpose.UPDATE, 1), message(Purpose.UPDATE, 2)]
    asked, left, flags = refusing(SourceError("no such page.", refused=True), parcels, 12)
    assert asked == 2 * TRIES_WHEN_REFUSED
    assert [one.status for one in left] == ["given_up", "given_up"]
    assert [flag.text.split(",")[0] for flag in flags] == ["an update to memory could not be delivered"] * 4


def test_a_channel_that_asks_to_be_left_alone_is_left_alone():
    parcels = [message(Purpose.UPDATE, 1), message(Purpose.UPDATE, 1, "INC-2")]
    asked, _, _ = refusing(SourceError("too many.", wait_seconds=600), parcels, 10)
    assert asked == 2
    asked, _, _ = refusing(SourceError("too many.", wait_seconds=600), parcels, 12)
    assert asked == 4


def test_a_mistake_in_a_courier_is_a_failure_of_its_parcel_and_of_nothing_else():
    async def story():
        store, pager = await house(message(Purpose.UPDATE, 1), page()), MemoryPager()
        couriers = pager_couriers({"memory": pager}) | {"message": message_courier({"memory": None}, store)}
        await deliver(store, couriers, NOW)
        return pager.calls, await store.read(lambda ledger: ledger.outbox.undelivered())

    calls, (left,) = asyncio.run(story())
    assert len(calls) == 1
    assert (left.status, left.error) == ("failed", "It broke off (AttributeError).")


def test_two_postmen_bring_a_parcel_once():
    async def story():
        channel = MemoryChannel()
        store = await house(message(Purpose.UPDATE, 1))
        couriers = {"message": message_courier({"memory": channel}, store)}
        both = [Deliveries(store, couriers, lambda: NOW) for _ in range(2)]
        started = await asyncio.gather(*(one.round() for one in both))
        await asyncio.gather(*(one.finish() for one in both))
        return sorted(started)

    assert asyncio.run(story()) == [0, 1]


def test_an_unpage_waits_for_the_call_it_ends_and_a_call_waits_for_nothing():
    async def story():
        pager = MemoryPager(failing=1)
        unpage = Parcel("u", "INC-1", "unpage", {"incident": "INC-1"}, number=3)
        store = await house(page(1), page(2), unpage)
        for second in (0, 60):
            await deliver(store, pager_couriers({"memory": pager}), NOW + timedelta(seconds=second))
        return [what for what, _, _ in pager.calls]

    assert asyncio.run(story()) == ["page", "page", "resolve"]


def test_a_word_for_a_chat_channel_goes_where_the_organisation_reads_and_wakes_nobody():
    async def story():
        chat, pagerduty = MemoryChannel("slack"), MemoryPager()
        told = {"incident": "INC-1", "target": "#incidents", "text": "SEV3: disk is 97% full", "severity": "SEV3"}
        store = await house(Parcel("w", "INC-1", "channel", told, number=1))
        arrived = await deliver(store, pager_couriers({"pagerduty": pagerduty}, None, {"slack": chat}), NOW)
        return arrived, pagerduty.calls, chat.sent

    arrived, calls, (word,) = asyncio.run(story())
    assert (arrived, calls) == (1, [])
    assert (word.title, word.audience, word.key) == ("SEV3: disk is 97% full", "internal", "w")


def test_a_schedule_that_does_not_answer_holds_up_no_call():
    async def unread(target):
        raise SourceError("no schedules today.")

    async def story():
        pager = MemoryPager()
        told = {name: text for name, text in CALL.items() if name != "people"}
        store = await house(Parcel("p", "INC-1", "page", told, number=1))
        await deliver(store, pager_couriers({"memory": pager}, unread), NOW)
        return pager.calls

    assert asyncio.run(story()) == [("page", "INC-1", "SEV1 oncall:primary: SEV1: down")]


def test_whoever_is_back_within_the_hour_has_everything_within_the_minute_and_messages_are_tried_for_days():
    parcel = message(Purpose.UPDATE, 1)
    pauses = [pause(n) * 1.2 for n in range(1, TRIES)]
    assert max(pauses[: BRISK_TRIES - 1]) < timedelta(seconds=60)
    assert sum(map(pause, range(1, BRISK_TRIES)), timedelta()) > timedelta(minutes=50)
    assert timedelta(days=2) < sum(pauses, timedelta()) < timedelta(days=5)
    assert next_try(Parcel("k", "INC-1", "page", {}, attempts=BRISK_TRIES), SourceError("no."), NOW) is None
    assert next_try(replace(parcel, attempts=BRISK_TRIES), SourceError("no."), NOW) > NOW


@pytest.mark.parametrize("payload", [{}, {"purpose": "song"}, {"purpose": "update", "audience": "x", "buttons": "{"}])
def test_a_parcel_that_holds_no_message_is_said_to_hold_none(payload):
    from tocsin.model.narrative import Narrative

    with pytest.raises(SourceError) as wrong:
        read(Parcel("k", "INC-1", "message", {"channel": "c", **payload}), Narrative())
    assert wrong.value.refused
