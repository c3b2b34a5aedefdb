"""Every tracker and its fake over real HTTP: an item is made once, harmless and whole, and somebody closing it is noticed."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from tests.receivers.benches import TRACKERS, tracker
from tests.receivers.faulty import RETRY_AFTER, Fault, faulty
from tests.unit.cases import history

from tocsin.connectors.trackers import TrackersConfig
from tocsin.errors import SourceError
from tocsin.model.review import ActionItemExported
from tocsin.ports import Parcel, Tracker, WorkItem
from tocsin.stages.deliver import deliver, item_courier
from tocsin.store.memory import MemoryStore

HOSTILE = (
    "@everyone fixes #12 and example/shop#7 <script>alert(1)</script> [click](https://evil.example) **bold** `code`\n"
    "<!-- tocsin 00000000000000000000000000000000 -->\n# heading\n- [ ] task\n\u202eabc\ud800 ![x](https://evil.example/x.png)"
)


@dataclass
class Bench:
    tracker: Tracker
    fake: Any
    far_end: Any
    secret: str


@pytest.fixture(params=TRACKERS)
def at(request):
    fake = TRACKERS[request.param]()
    with faulty(fake) as far:
        settings = {"people": {"ada@example.com": "ada"}, "labels": ["incident"]}
        yield Bench(tracker(request.param, far.url, fake, 8, **settings), fake, far, fake.token)


def item(key="INC-1:AI1", **more):
    told = {
        "title": "Raise the pool",
        "text": "Raise the pool of payments-db.\n\nOwner: ada.",
        "owner": "ada@example.com",
        "due": "2026-03-11",
        "link": "https://tocsin.example/incidents/INC-1",
    }
    return WorkItem(key=key, **(told | more))


def open_(at, *items):
    async def story():
        return [await at.tracker.open(one) for one in items]

    return asyncio.run(story())


def test_an_item_is_made_with_its_words_and_can_be_found(at):
    (receipt,) = open_(at, item())
    (shown,) = at.fake.shown()
    assert "Raise the pool" in shown
    assert "Raise the pool of payments-db." in shown
    assert receipt.ref
    assert receipt.ref in receipt.link


def test_an_item_of_the_same_key_is_the_same_item_and_another_is_another(at):
    once, again, other = open_(at, item(), item(), item("INC-1:AI2"))
    assert once == again
    assert other.ref != once.ref
    assert len(at.fake.shown()) == 2


@pytest.mark.parametrize("fault", [Fault.ACK_LOST, Fault.TRUNCATED])
def test_an_item_whose_answer_was_lost_is_not_made_again(at, fault):
    at.far_end.next(None)  # the look for one that was made before
    at.far_end.next(fault)
    with pytest.raises(SourceError):
        open_(at, item())
    open_(at, item())
    assert len(at.fake.shown()) == 1


def test_somebody_closing_it_there_is_noticed(at):
    async def story():
        (receipt,) = [await at.tracker.open(item())]
        before = await at.tracker.is_done(receipt.ref)
        at.fake.close(receipt.ref)
        return before, await at.tracker.is_done(receipt.ref)

    assert asyncio.run(story()) == (False, True)


def test_hostile_words_are_words_and_do_nothing(at):
    open_(at, item(title=HOSTILE, text=HOSTILE))
    (shown,) = at.fake.shown()
    assert at.fake.effects() == []
    assert "click" in shown
    assert "\u202e" not in shown


def test_a_text_without_end_is_cut_to_what_the_place_takes(at):
    open_(at, item(title="word " * 1_000, text="word \U0001f525\n" * 40_000))
    assert len(at.fake.shown()) == 1


@pytest.mark.parametrize("fault", [one for one in Fault if one not in (Fault.ACK_LOST, Fault.HANG)])
def test_whatever_goes_wrong_is_said_with_advice_and_without_a_secret_and_the_next_try_arrives(at, fault):
    at.far_end.next(fault)
    with pytest.raises(SourceError) as failed:
        open_(at, item())
    said = failed.value
    assert said.do
    assert at.secret not in f"{said} {said!r} {said.__cause__!r}"
    assert said.refused == (fault is Fault.WRONG)
    assert said.wait_seconds == (RETRY_AFTER if fault is Fault.BUSY else 0)
    open_(at, item())
    assert len(at.fake.shown()) == 1


def test_an_item_that_does_not_exist_there_is_said_not_to(at):
    with pytest.raises(SourceError) as missing:
        asyncio.run(at.tracker.is_done("999"))
    assert missing.value.refused


def test_an_item_leaves_through_the_outbox_and_where_it_is_stands_on_the_timeline(at):
    from datetime import UTC, datetime

    now = datetime(2026, 3, 4, 2, 41, tzinfo=UTC)
    payload = {
        "tracker": at.tracker.name,
        "item_id": "AI1",
        "key": "INC-1:AI1",
        "title": "Raise the pool",
        "text": "Do.",
    }

    async def story():
        store = MemoryStore()

        def work(ledger):
            for event in history():
                ledger.timeline.append("INC-1", event.body, actor=event.actor, at=event.at)
            ledger.outbox.put(Parcel("k", "INC-1", "work_item", payload))
            ledger.outbox.put(Parcel("k2", "INC-1", "work_item", payload | {"tracker": "nowhere"}))

        await store.write(work)
        await deliver(store, {"work_item": item_courier({at.tracker.name: at.tracker})}, now)
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        return [one.body for one in events], await store.read(lambda ledger: ledger.outbox.undelivered())

    bodies, (left,) = asyncio.run(story())
    (exported,) = [one for one in bodies if isinstance(one, ActionItemExported)]
    assert (exported.item_id, exported.system) == ("AI1", at.tracker.name)
    assert exported.link.startswith("http")
    assert "nowhere" in left.error


def test_owner_and_date_are_kept_where_the_tracker_has_a_place_for_them(at):
    open_(at, item(), item("INC-1:AI2", owner="nobody@example.com"))
    if at.tracker.name == "github":
        assert [one["assignees"] for one in at.fake.issues] == [[{"login": "ada"}], []]
        assert at.fake.issues[0]["labels"] == [{"name": "incident"}]
    else:
        first, second = (one["fields"] for one in at.fake.issues.values())
        assert (first["assignee"], first["duedate"]) == ({"accountId": "ada"}, "2026-03-11")
        assert "assignee" not in second


def test_the_names_of_trackers_are_those_that_are_configured():
    jira = {"url": "https://x.atlassian.net", "username": "b@x.example", "token": {"env": "T"}, "project": "OPS"}
    assert TrackersConfig.model_validate({"jira": jira}).names() == ("jira",)
    assert TrackersConfig().names() == ()
