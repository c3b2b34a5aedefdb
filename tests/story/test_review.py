"""After the all-clear: the walk goes on until the post-mortem has a date and a draft, and then it ends."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from tocsin import config
from tocsin.app import once
from tocsin.app.build import open_house
from tocsin.app.settings import Settings
from tocsin.connectors.system import PretendClock
from tocsin.guard.attempt import Attempt
from tocsin.model.acts import Reopened
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.model.state import State
from tocsin.response import respond
from tocsin.stages import people
from tocsin.stages.people import asks
from tocsin.walk import OneGo

ALERT = b"ledger-api: 40% of requests return 500 in production. Connection pool exhausted: 500/500. Service: ledger-api"
START = datetime(2026, 3, 4, 2, 41, tzinfo=UTC)


class Night:
    """One incident in a house in memory, walked whenever the test says so."""

    def __init__(self, house, clock):
        self.house, self.desk, self.clock = house, house.desk, clock
        self.incident_id = ""

    async def alert(self):
        self.incident_id = await once.open_incident(self.house, self.desk, ALERT, "auto")
        await self.walk()

    async def walk(self):
        await respond(self.incident_id, OneGo(), self.desk)

    async def act(self, work, by=LOCAL_OPERATOR):
        desk, rules = self.desk, self.house.settings.people
        await desk.store.write(lambda ledger: work(Attempt(ledger, by, desk.clock.now(), desk.names, rules)))

    async def all_clear(self):
        await self.act(
            lambda one: people.all_clear(one, self.incident_id, asks.AllClear(cause="the pool is too small"))
        )

    async def incident(self):
        return await self.desk.incident(self.incident_id)

    async def kinds(self):
        events = await self.desk.store.read(lambda ledger: ledger.timeline.events(self.incident_id))
        return [event.body.kind for event in events if event.body]


@asynccontextmanager
async def night(**own):
    given = {"store": {"url": "memory:"}, "policy": {"mode": "observe"}, **own}
    settings = Settings.read(config.Config(config.merged(given), {}, "test"))
    clock = PretendClock(START)
    async with open_house(settings, clock=clock) as house:
        yield Night(house, clock)


def told(story, **own):
    async def run():
        async with night(**own) as one:
            return await story(one)

    return asyncio.run(run())


def test_the_post_mortem_is_scheduled_and_written_by_itself_and_nothing_is_looked_at_after_that():
    async def story(one):
        await one.alert()
        await one.act(lambda attempt: people.acknowledge(attempt, one.incident_id))
        await one.all_clear()
        assert (await one.incident()).is_attended
        await one.walk()
        first = await one.kinds()
        await one.walk()
        return await one.incident(), first, await one.kinds()

    incident, first, again = told(story)
    assert first.count("post_mortem_scheduled") == first.count("post_mortem_written") == 1
    assert again == first
    assert not incident.is_attended
    assert incident.state is State.RESOLVED
    assert incident.review.scheduled_at == incident.post_mortem_at == datetime(2026, 3, 5, 16, tzinfo=UTC)
    assert incident.review.scheduled_at <= START + timedelta(hours=48)
    assert incident.review.text.startswith("# Post-mortem: ")
    assert incident.review.item("PM").due_at == incident.review.scheduled_at


def test_a_reopened_incident_is_written_anew_after_its_second_all_clear():
    async def story(one):
        await one.alert()
        await one.all_clear()
        await one.walk()
        one.clock.leap(600)
        await one.act(lambda attempt: attempt.record(one.incident_id, Reopened(reason="it is back")))
        assert not (await one.incident()).review.owed
        one.clock.leap(600)
        await one.all_clear()
        await one.walk()
        return await one.incident(), await one.kinds()

    incident, kinds = told(story)
    assert kinds.count("post_mortem_written") == 2
    assert incident.review.version == 2
    assert incident.review.schedules == 2
    assert [one.id for one in incident.review.items].count("PM") == 1
    assert "called over too early: it is back" in incident.review.text
