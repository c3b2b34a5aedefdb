"""Hours of incidents in minutes: real responses on a real store, on a clock that leaps over waiting, with people who come and go.

Used by `benchmarks.cadence` and by the story tests of communication. Nothing of the service is stubbed but the engine's waiting:
where a response waits, this clock goes on to whatever comes first. The process can be cut at any step: everything in memory is
dropped, and what comes next begins from the store.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any

from tocsin import config
from tocsin.app.build import House, open_house
from tocsin.app.settings import Settings
from tocsin.guard.attempt import Attempt
from tocsin.model.event import Event
from tocsin.model.identity import Principal, Role
from tocsin.model.incident import Incident
from tocsin.ports import Clock, Ledger
from tocsin.response import respond
from tocsin.walk import Step, Work

START = datetime(2030, 1, 7, 3, 0, tzinfo=UTC)
PEOPLE = {
    name: Principal(id=f"{name}@example.com", roles=frozenset(roles))
    for name, roles in {
        "dan": {Role.COMMANDER, Role.RESPONDER},
        "lea": {Role.COMMUNICATOR, Role.RESPONDER},
        "max": {Role.COMMUNICATOR, Role.RESPONDER},
    }.items()
}
Act = Callable[[Attempt], Incident]


class LeapingClock:
    """ports.Clock: time passes truly, and leaps where nothing would happen. A still one only leaps: for tests."""

    def __init__(self, *, still: bool = False) -> None:
        self._base, self._still, self._begun = START, still, time.monotonic()

    def now(self) -> datetime:
        """The time, in UTC."""
        return self._base if self._still else self._base + timedelta(seconds=time.monotonic() - self._begun)

    def leap_to(self, moment: datetime) -> None:
        """Never backwards."""
        self._base += max(timedelta(), moment - self.now())


class CountedNames:
    """ports.Names, in order."""

    def __init__(self) -> None:
        self._next = count(1)

    def new(self, prefix: str) -> str:
        """The next; no name is given twice, also not after a restart."""
        return f"{prefix}-{next(self._next):06}"


class Cut(Exception):
    """Everything in memory is gone."""


@dataclass(order=True)
class Planned:
    """Something that a person will do."""

    at: datetime
    number: int
    work: "Callable[[Shift], Awaitable[None]]" = field(compare=False)


class Paced:
    """walk.Walk: where it waits, the shift says when it goes on."""

    def __init__(self, shift: "Shift", incident_id: str) -> None:
        self._shift, self._incident_id = shift, incident_id

    async def step(self, name: str, work: Work) -> str:
        """Carries it out, unless the process is cut before."""
        self._shift.reached(f"begin:{name}")
        said = await work()
        self._shift.reached(f"return:{name}")
        return said

    async def together(self, *steps: Step) -> None:
        """Side by side."""
        async with asyncio.TaskGroup() as group:
            for one in steps:
                group.create_task(self.step(one.name, one.work))

    async def ahead(self, step: Step) -> str:
        """As any other."""
        return await self.step(step.name, step.work)

    async def part(self, step: Step) -> str:
        """As a step of its own: it may be cut before and after."""
        return await self.step(step.name, step.work)

    async def rest(self, until: datetime | None, clock: Clock, seen: int) -> bool:
        """Until then, or until somebody has written on the incident."""
        seconds = None if until is None else max(0.0, (until - clock.now()).total_seconds())
        return await self.wait(seconds, seen)

    async def wait(self, seconds: float | None, seen: int) -> bool:
        """The same."""
        await self._shift.sleep(self._incident_id, seconds, seen)
        return True

    async def patched(self, change: str) -> bool:  # noqa: ARG002 - nothing of it is older than the code
        """Always."""
        return True


class Shift:
    """A service through its incidents. `cut_at` counts steps: at that one everything in memory is dropped."""

    def __init__(self, settings: Settings, clock: LeapingClock | None = None) -> None:
        self.settings, self.clock, self.names = settings, clock or LeapingClock(), CountedNames()
        self.incidents: list[str] = []
        self.restarts = 0
        self.cut_at: set[int] = set()
        self.down = timedelta(seconds=10)
        self.done: Counter[str] = Counter()
        """How often each step name has been begun."""
        self.steps = 0
        self._plans: list[Planned] = []
        self._number = count()
        self._house: House | None = None
        self._stack = AsyncExitStack()
        self._walks: dict[str, asyncio.Task[None]] = {}
        self._asleep: dict[str, tuple[datetime | None, asyncio.Event]] = {}
        self._stirred: asyncio.Event = asyncio.Event()
        self._cut = False

    @property
    def house(self) -> House:
        """The house that is open now."""
        if self._house is None:
            raise RuntimeError("the house is shut")
        return self._house

    async def __aenter__(self) -> "Shift":
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    def at(self, minutes: float, work: "Callable[[Shift], Awaitable[None]]") -> None:
        """Plans what somebody does so many minutes after the start."""
        self.plan(START + timedelta(minutes=minutes), work)

    def plan(self, moment: datetime, work: "Callable[[Shift], Awaitable[None]]") -> None:
        """Plans it for that moment."""
        heappush(self._plans, Planned(moment, next(self._number), work))

    async def act(self, who: str, work: Act) -> Incident:
        """One act of a person, in its own transaction, and its incident looks up. Raises what the act raises."""
        desk, rules = self.house.desk, self.settings.people

        def once(ledger: Ledger) -> Incident:
            return work(Attempt(ledger, PEOPLE[who], self.clock.now(), desk.names, rules))

        incident = await desk.store.write(once)
        if incident.id not in self.incidents:
            self.incidents.append(incident.id)
        self._wake(incident.id)
        return incident

    async def incident(self, incident_id: str) -> Incident:
        """As it stands."""
        return await self.house.desk.incident(incident_id)

    async def changed(self, since: datetime | None) -> list[Incident]:
        """Those on which anything happened since then, in the order in which they were declared."""

        def recent(ledger: Ledger) -> list[Incident]:
            return ledger.incidents.recent(since=since, limit=len(self.incidents) + 1)

        return list(reversed(await self.house.desk.store.read(recent)))

    async def events(self, incident_id: str) -> list[Event]:
        """Its timeline."""
        return await self.house.desk.store.read(lambda ledger: ledger.timeline.events(incident_id))

    async def parcels(self) -> list[dict[str, str]]:
        """The payloads of all that lies in the outbox, with its kind and key."""
        far = self.clock.now() + timedelta(days=365)
        found = await self.house.desk.store.read(lambda ledger: ledger.outbox.due(far))
        return [{**one.payload, "kind": one.kind, "key": one.key} for one in found]

    async def run(self, minutes: float) -> None:
        """Goes on until so many minutes after the start."""
        until = START + timedelta(minutes=minutes)
        while True:
            await self._set_out()
            if not await self._settled():
                await self._restart()
                continue
            nearest = min([until, *self._wakes(), *(one.at for one in self._plans[:1])])
            self.clock.leap_to(nearest)
            if await self._turn(until):
                return

    async def _turn(self, until: datetime) -> bool:
        """What is due now: people first, then the responses that waited for this moment. True at the end."""
        now = self.clock.now()
        while self._plans and self._plans[0].at <= now:
            await heappop(self._plans).work(self)
        for incident_id, (at, _) in list(self._asleep.items()):
            if at is not None and at <= now:
                self._wake(incident_id)
        return now >= until and len(self._asleep) == len(self._walks)

    def reached(self, boundary: str) -> None:
        """Hears of each boundary of a step. Raises Cut where the process ends."""
        if self._cut:
            raise Cut(boundary)
        self.steps += 1
        self.done[boundary] += 1
        if self.steps in self.cut_at:
            self._cut = True
            self._stirred.set()
            raise Cut(boundary)

    async def sleep(self, incident_id: str, seconds: float | None, seen: int) -> None:
        """Returns when the time has come or somebody has written on the incident."""
        if (await self.incident(incident_id)).last_seq > seen:
            return
        at = None if seconds is None else self.clock.now() + timedelta(seconds=seconds)
        bell = asyncio.Event()
        self._asleep[incident_id] = (at, bell)
        self._stirred.set()
        await bell.wait()

    def _wake(self, incident_id: str) -> None:
        slept = self._asleep.pop(incident_id, None)
        if slept:
            slept[1].set()

    def _wakes(self) -> Iterable[datetime]:
        return (at for at, _ in self._asleep.values() if at is not None)

    async def _set_out(self) -> None:
        """A walk for each incident that somebody must attend to."""
        attended = await self.house.desk.store.read(lambda ledger: ledger.incidents.open_heads())
        for incident_id in attended:
            if incident_id not in self._walks:
                self._walks[incident_id] = asyncio.create_task(self._walked(incident_id))

    async def _walked(self, incident_id: str) -> None:
        try:
            await respond(incident_id, Paced(self, incident_id), self.house.desk)
        except* Cut:
            pass  # dropped, with everything else
        finally:
            self._walks.pop(incident_id, None)
            self._stirred.set()

    async def _settled(self) -> bool:
        """Until every walk waits; False when the process was cut before that."""
        while len(self._asleep) < len(self._walks) and not self._cut:
            self._stirred.clear()
            await self._stirred.wait()
        failed = [one.exception() for one in self._walks.values() if one.done() and not one.cancelled()]
        for failure in filter(None, failed):
            raise failure
        return not self._cut

    async def restart(self) -> None:
        """Cuts the process here and now."""
        self._cut = True
        self._stirred.set()

    async def _restart(self) -> None:
        await self._close()
        self.clock.leap_to(self.clock.now() + self.down)
        self.restarts += 1
        self._cut = False
        await self._open()

    async def _open(self) -> None:
        self._house = await self._stack.enter_async_context(
            open_house(self.settings, clock=self.clock, names=self.names)
        )

    async def _close(self) -> None:
        walks = list(self._walks.values())
        for one in walks:
            one.cancel()
        await asyncio.gather(*walks, return_exceptions=True)
        self._walks.clear()
        self._asleep.clear()
        self._house = None
        await self._stack.aclose()
        self._stack = AsyncExitStack()


def settings_for(url: str, **sections: Any) -> Settings:  # noqa: ANN401 - sections of the configuration
    """The shipped configuration with that store and these sections over it."""
    own = {"store": {"url": url}, **sections}
    return Settings.read(config.Config(config.merged(own), {}, "pacing"))
