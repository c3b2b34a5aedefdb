"""A worker through restarts, lost messages and failures, with the real engine on SQLite: whoever comes next goes on."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tocsin import config
from tocsin.app import once, service
from tocsin.app.build import open_house
from tocsin.app.incarnation import Fenced
from tocsin.app.settings import Settings
from tocsin.app.worker import open_worker
from tocsin.desk import Desk
from tocsin.errors import StoreError, TakenOver
from tocsin.model.acts import Reopened, Resolved
from tocsin.model.communication import UpdateDrafted, UpdatePublished
from tocsin.model.event import Body, Closed, Noted
from tocsin.model.incident import Incident
from tocsin.model.update import Audience
from tocsin.store.memory import MemoryStore
from tocsin.store.sql import open_store
from tocsin.web.rooms import Rooms

ALERT = b"Disk of db-2 is 97% full in production. Service: ledger"
PLAYED = ("R1:first-messages", "R1:investigate", "R1:diagnose", "R1:propose", "R1:messages", "R1:over")
OPENING = ("take_up", "triage", "plan", *PLAYED)

DRAFTED = {"channel", "internal", "external", "executive"}


def settings(folder: Path, **durable: Any) -> Settings:
    own = {"store": {"url": f"sqlite:///{folder / 't.db'}"}, "durable": {"look_seconds": 0.05, **durable}}
    return Settings.read(config.Config(config.merged(own), {}, "test"))


async def declared(chosen: Settings) -> str:
    async with open_house(chosen) as house:
        return await once.open_incident(house, house.desk, ALERT, "auto")


async def until(rooms: Rooms, incident_id: str, ready: Callable[[Incident, frozenset[str]], bool]) -> Incident:
    async with asyncio.timeout(120):
        while True:
            incident, done = await rooms.store.read(
                lambda ledger: (ledger.incidents.get(incident_id), ledger.steps.done(incident_id))
            )
            if incident is not None and ready(incident, done):
                return incident
            await asyncio.sleep(0.02)


async def say(chosen: Settings, incident_id: str, body: Body) -> None:
    """As another process would: straight into the store, and nobody is told."""
    async with open_store(chosen.store) as store, open_house(chosen) as house:
        now = house.desk.clock.now()
        await store.write(lambda ledger: ledger.timeline.append(incident_id, body, actor="person:ada", at=now))


def walks(folder: Path) -> list[str]:
    """Every walk that the engine was ever told to begin."""
    with closing(sqlite3.connect(folder / "t-engine.db")) as engine:
        return [name for (name,) in engine.execute("SELECT workflow_uuid FROM workflow_status")]


def remembered(folder: Path) -> list[str]:
    """The steps that the engine remembers, of all walks."""
    with closing(sqlite3.connect(folder / "t-engine.db")) as engine:
        return sorted(name for (name,) in engine.execute("SELECT function_name FROM operation_outputs"))


def opened(_: Incident, done: frozenset[str]) -> bool:
    return done >= set(OPENING)


async def calm(rooms: Rooms, incident_id: str) -> int:
    """How long the timeline is once nothing more is added to it by itself."""
    seen = [0, 1]
    for _ in range(60):
        if seen[-1] == seen[-2]:
            break
        await asyncio.sleep(0.5)
        seen.append((await until(rooms, incident_id, opened)).last_seq)
    return seen[-1]


def test_an_incident_declared_while_no_worker_ran_is_walked_by_the_next_one(tmp_path: Path):
    chosen = settings(tmp_path)

    async def story() -> Incident:
        incident_id = await declared(chosen)
        async with service.open_rooms(chosen) as rooms:
            return await until(rooms, incident_id, opened)

    incident = asyncio.run(story())
    assert incident.diagnosis is not None
    assert {update.audience for update in incident.updates} == DRAFTED


@pytest.mark.parametrize("last", OPENING)
def test_a_worker_stopped_in_any_state_goes_on_there_and_nothing_is_told_twice(tmp_path: Path, last: str):
    chosen = settings(tmp_path)

    async def story() -> list[Body]:
        incident_id = await declared(chosen)
        async with service.open_rooms(chosen) as rooms:
            await until(rooms, incident_id, lambda _, done: last in done)
        async with service.open_rooms(chosen) as rooms:
            await until(rooms, incident_id, opened)
            events = await rooms.store.read(lambda ledger: ledger.timeline.events(incident_id))
        return [event.body for event in events if event.body]

    bodies = asyncio.run(story())
    told = [body.kind for body in bodies]
    for once_only in ("triaged", "investigation_started", "diagnosed", "fix_proposed", "run_started"):
        assert told.count(once_only) == 1, once_only
    assert told.count("questions_answered") == 2  # when the cause is known, and when the fix is
    drafts = [(body.update.audience, body.update.facts_seq) for body in bodies if isinstance(body, UpdateDrafted)]
    assert len(drafts) == len(set(drafts)) and {audience for audience, _ in drafts} == DRAFTED


def test_an_act_that_nobody_announced_is_noticed_all_the_same(tmp_path: Path):
    chosen = settings(tmp_path)

    async def story() -> None:
        incident_id = await declared(chosen)
        async with service.open_rooms(chosen) as rooms:
            await until(rooms, incident_id, opened)
            await say(chosen, incident_id, Closed(reason="a false alarm"))
            await until(rooms, incident_id, lambda _, done: "walk:0" in done)

    asyncio.run(story())


def test_an_incident_that_is_opened_again_is_walked_again(tmp_path: Path):
    chosen = settings(tmp_path)

    async def story() -> None:
        incident_id = await declared(chosen)
        async with service.open_rooms(chosen) as rooms:
            await until(rooms, incident_id, opened)
            await say(chosen, incident_id, Closed(reason="over"))
            await until(rooms, incident_id, lambda _, done: "walk:0" in done)
            await say(chosen, incident_id, Reopened(reason="it was not"))
            await until(rooms, incident_id, lambda *_: f"{incident_id}:1" in walks(tmp_path))
            await say(chosen, incident_id, Closed(reason="over"))
            await until(rooms, incident_id, lambda _, done: "walk:1" in done)

    asyncio.run(story())


def test_a_resolved_incident_is_walked_until_customers_have_heard_the_end_also_by_the_next_worker(tmp_path: Path):
    chosen = settings(tmp_path)

    def told(status: str, name: str) -> UpdatePublished:
        words = {"template": "external", "status": status, "text": status, "digest": name}
        return UpdatePublished(update_id=name, audience=Audience.EXTERNAL, **words)

    async def story() -> tuple[bool, Incident]:
        incident_id = await declared(chosen)
        async with service.open_rooms(chosen) as rooms:
            await until(rooms, incident_id, opened)
            await say(chosen, incident_id, told("Investigating", "U-1"))
            await say(chosen, incident_id, Resolved(confirmed_by=("person:ada",), cause="", fix=""))
            await until(rooms, incident_id, lambda incident, _: incident.unended == {Audience.EXTERNAL})
        (tmp_path / "t-engine.db").unlink()
        async with service.open_rooms(chosen) as rooms:
            await calm(rooms, incident_id)
            incident = await until(rooms, incident_id, opened)
            waits = incident.narrative.drafts != () and f"{incident_id}:0" in walks(tmp_path)
            await say(chosen, incident_id, told("Resolved", "U-2"))
            return waits, await until(rooms, incident_id, lambda _, done: "walk:0" in done)

    waited, incident = asyncio.run(story())
    assert waited and not incident.is_attended


def test_a_quiet_incident_asks_nothing_of_the_engine_and_a_ring_doubled_or_for_nothing_changes_nothing(tmp_path: Path):
    chosen = settings(tmp_path)

    async def story() -> tuple[tuple[int, list[str]], tuple[int, list[str]]]:
        incident_id = await declared(chosen)
        async with service.open_rooms(chosen) as rooms:
            before = await calm(rooms, incident_id), remembered(tmp_path)
            for _ in range(20):
                rooms.respond(incident_id)
                await asyncio.sleep(0.01)
            return before, ((await until(rooms, incident_id, opened)).last_seq, remembered(tmp_path))

    before, after = asyncio.run(story())
    assert before == after
    assert not [
        name for name in before[1] if name.startswith("DBOS.")
    ]  # for a message the engine would ask all the time
    assert set(before[1]) == {"take_up", "look", *(step for step in PLAYED if step != "R1:over")}


def test_a_step_that_fails_is_noted_where_people_look_and_holds_up_no_other_incident(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    chosen = settings(tmp_path)

    async def story() -> Incident:
        first = await declared(chosen)
        async with open_house(chosen) as house:
            broken = replace(house.desk, messages=BrokenDesk())

            async def count(incident_id: str) -> list[str]:
                events = await house.desk.store.read(lambda ledger: ledger.timeline.events(incident_id))
                return [event.body.text for event in events if isinstance(event.body, Noted)]

            async with working(broken, chosen):
                async with asyncio.timeout(120):
                    while not [text for text in await count(first) if "R1:first-messages failed" in text]:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
            async with working(house.desk, chosen):
                await asyncio.sleep(0.2)
            assert len([text for text in await count(first) if "R1:first-messages failed" in text]) == 1
            return await house.desk.incident(first)

    assert asyncio.run(story()).triage is not None


class BrokenDesk:
    """A communicator without templates."""

    def write(self, *_: object) -> str:
        raise RuntimeError("no template")


class Nobody:
    """worker.Watch of a test."""

    def changed(self, incident_id: str) -> None: ...

    def responded(self, incident: Incident) -> None: ...


def working(desk: Desk, chosen: Settings) -> AbstractAsyncContextManager[Any]:
    return open_worker(desk, chosen.durable, chosen.store, Nobody())


def test_a_second_worker_on_one_sqlite_store_is_refused_with_what_to_do(tmp_path: Path):
    chosen = settings(tmp_path)

    async def story() -> None:
        async with service.open_rooms(chosen):
            from tocsin.store.presence import appear

            with pytest.raises(StoreError, match="--only web") as refused:
                appear(chosen.store, "second")
            assert refused.value.code == "TCS-WORKER-SECOND"

    asyncio.run(story())


def test_a_face_alone_leaves_the_walking_to_others(tmp_path: Path):
    chosen = settings(tmp_path)

    async def story() -> tuple[frozenset[str], Incident]:
        async with service.open_rooms(chosen, walking=False) as rooms:
            incident_id = await declared(chosen)
            rooms.respond(incident_id)
            await asyncio.sleep(0.3)
            untouched = await rooms.store.read(lambda ledger: ledger.steps.done(incident_id))
            async with service.open_rooms(chosen) as other:
                return untouched, await until(other, incident_id, opened)

    untouched, walked = asyncio.run(story())
    assert untouched == frozenset()
    assert walked.diagnosis is not None


def test_what_a_dismissed_worker_still_wants_to_write_is_refused_whole():
    async def story() -> int:
        store = MemoryStore()
        worker = await store.write(lambda ledger: ledger.workers.sign_on("ada"))
        rung: list[bool] = []
        fenced = Fenced(store, worker, lambda: rung.append(True))
        await fenced.write(lambda ledger: ledger.steps.tick("INC-1", "before"))
        await store.write(lambda ledger: ledger.workers.dismiss(worker))
        with pytest.raises(TakenOver):
            await fenced.write(lambda ledger: ledger.steps.tick("INC-1", "after"))
        assert await store.read(lambda ledger: ledger.steps.done("INC-1")) == {"before"}
        return len(rung)

    assert asyncio.run(story()) == 1
