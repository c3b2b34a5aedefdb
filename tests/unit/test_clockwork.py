"""The clockwork without its engine: who goes first, and what holds up a shutdown."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tocsin import durable
from tocsin.durable import Clockwork, Hosted
from tocsin.walk import Step, Walk

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class Watch:
    """durable.Keeper: writes down what was carried out, in order."""

    def __init__(self) -> None:
        self.through: list[str] = []

    async def walk(self, incident_id: str, walk: Walk) -> None: ...

    async def stumbled(self, incident_id: str, step: str, failure: Exception) -> None:
        raise failure

    async def ended(self, incident_id: str, generation: int) -> None: ...

    async def passed(self, incident_id: str, step: str) -> None:
        self.through.append(step)


class Standing:
    """ports.Clock that stands."""

    def now(self) -> datetime:
        return NOW


def test_the_triage_of_a_new_alert_goes_before_whatever_else_is_to_be_done():
    async def story() -> list[str]:
        watch, gate = Watch(), asyncio.Event()
        clockwork = Clockwork(watch)

        async def triage() -> str:
            await gate.wait()
            return await clockwork.part("INC-2", Step("triage", _done))

        async def survey() -> str:
            await clockwork.let_pass()
            return await clockwork.part("INC-1", Step("survey", _done))

        async with asyncio.TaskGroup() as group:
            group.create_task(clockwork.ahead(triage))
            await asyncio.sleep(0)
            group.create_task(survey())
            await asyncio.sleep(0)
            gate.set()
        return watch.through

    assert asyncio.run(story()) == ["triage", "survey"]


def test_a_storm_of_new_alerts_keeps_no_other_incident_waiting_for_long(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(durable, "PASSING_SECONDS", 0.001)

    async def story() -> bool:
        clockwork, never = Clockwork(Watch()), asyncio.Event()

        async def triage() -> str:
            await never.wait()
            return ""

        storm = asyncio.create_task(clockwork.ahead(triage))
        await asyncio.sleep(0)
        await clockwork.let_pass()
        return not storm.done() and storm.cancel()

    assert asyncio.run(story())


def test_an_incident_at_rest_holds_up_no_shutdown_and_a_ring_or_its_time_ends_the_rest():
    async def story() -> tuple[bool, list[str]]:
        clockwork, ended = Clockwork(Watch()), list[str]()

        async def at_rest(name: str, until: datetime | None) -> str:
            one = clockwork.hosted[name] = Hosted(0, asyncio.create_task(asyncio.sleep(0)))
            await clockwork.rest(one, until, Standing())
            ended.append(name)
            return name

        for name, until in (("over", NOW - timedelta(seconds=1)), ("rung", NOW + timedelta(hours=1)), ("quiet", None)):
            step = Step("look", lambda name=name, until=until: at_rest(name, until))
            clockwork.hosted[name] = Hosted(0, asyncio.create_task(clockwork.attempt(name, step)))
        tasks = [one.task for one in clockwork.hosted.values()]
        await asyncio.sleep(0.01)
        await clockwork.wake("rung")
        await asyncio.wait(tasks[:2])
        drained = await clockwork.drain(5)
        tasks[2].cancel()
        return drained, ended

    assert asyncio.run(story()) == (True, ["over", "rung"])


async def _done() -> str:
    return ""
