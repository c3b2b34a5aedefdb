"""The demo's second half: the fix is approved, carried out against a target of its own, verified, and the all-clear given.

Called by `tocsin demo`. The path is the service's, from the dry run to the all-clear; two things are the demo's own: a small
program that plays the sick service, and a clock that leaps over waiting. Every sample is truly read from that program.
"""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from tocsin.app.build import House, open_house
from tocsin.app.once import Response, from_snapshot, open_incident, response_of
from tocsin.app.settings import Settings
from tocsin.config import Config, merged
from tocsin.connectors.memory import MemoryWindows
from tocsin.connectors.snapshot import Snapshot
from tocsin.connectors.system import PretendClock, SystemClock
from tocsin.desk import Desk
from tocsin.errors import DataError
from tocsin.model.alert import Delivery
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.model.incident import Incident
from tocsin.model.signals import Series
from tocsin.model.standing import Action, ActionState
from tocsin.model.update import Audience, Update
from tocsin.ports import Ask, Reply
from tocsin.response import respond
from tocsin.sources import registry
from tocsin.sources.mapping import Mappings
from tocsin.stages import people, verify
from tocsin.stages.communicate import asks as messages
from tocsin.stages.communicate import review
from tocsin.stages.people import Attempt, asks
from tocsin.stages.remediate import permit
from tocsin.stages.verify.look import QUESTION, READY
from tocsin.walk import OneGo

TARGET = Path("examples/demo/target.py")
RUNBOOKS = Path("examples/demo/runbooks")
SCRAPE_SECONDS = 15.0
MOST_MINUTES = 90
"""So long the story may last on its own clock; by then something would be wrong with it."""
Decide = Callable[[str, Incident], Awaitable[bool]]
"""Asks whoever watches; the words say what for, the incident is as it stands."""
Tell = Callable[[str, Incident], None]
"""Hears what happens, as it happens: a word for the turn (`approved`, `waited`, `all-clear`) and the incident."""


@dataclass(slots=True)
class Scraped:
    """MetricSource: what the target answered, each time it was asked."""

    url: str
    name: str = "demo target"
    _points: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    async def scrape(self, at: float) -> None:
        """One sample of every metric, as of `at` on the story's clock."""
        async with httpx.AsyncClient(base_url=self.url, timeout=5, trust_env=False) as client:
            answer = (await client.get("/metrics")).raise_for_status().json()
        for metric, value in answer.items():
            self._points[metric].append((at, float(value)))

    async def metrics(self, ask: Ask) -> Reply[tuple[Series, ...]]:
        """The samples asked for."""
        series = tuple(_series(metric, points) for metric, points in self._points.items())
        return await MemoryWindows(series, name=self.name).metrics(ask)


def _series(name: str, points: Sequence[tuple[float, float]]) -> Series:
    service, _, metric = name.partition("\t")
    times, values = tuple(at for at, _ in points), tuple(value for _, value in points)
    return Series(service, metric, times, values, ("",) * len(points))


class Story(OneGo):
    """The walk of the demo: where a response would wait, a person is asked, or the clock leaps and the target is looked at."""

    def __init__(
        self, house: House, desk: Desk, clock: PretendClock, scraped: Scraped, decide: Decide, tell: Tell
    ) -> None:
        super().__init__()
        self._house, self._desk, self._clock, self._scraped = house, desk, clock, scraped
        self._decide, self._tell = decide, tell
        self._until = clock.now() + timedelta(minutes=MOST_MINUTES)
        self._reviewed: set[bool] = set()
        self.incident_id = ""

    async def wait(self, seconds: float | None, seen: int) -> bool:  # noqa: ARG002 - people answer at once here
        """A person's turn, else time passes. False when a person says no, or the story has lasted too long."""
        incident = await self._desk.incident(self.incident_id)
        if incident.is_open and not incident.acknowledged_at:
            return await self._act(lambda attempt: people.acknowledge(attempt, incident.id))
        draft = self._for_customers(incident)
        if draft is not None:
            return await self._review(incident, draft)
        if not incident.is_open:
            return False
        waiting = next((one for one in incident.actions if one.state is ActionState.REQUESTED), None)
        if waiting is not None and not waiting.approvals:
            return await self._approve(incident, waiting)
        if incident.flags and incident.flags[-1].code == READY:
            return await self._all_clear(incident)
        return await self._let_pass(seconds, incident)

    def _for_customers(self, incident: Incident) -> Update | None:
        """The first notice, and the last word; each is asked about once."""
        told = incident.narrative.last(Audience.EXTERNAL)
        lying = [one.update for one in incident.narrative.drafts if one.update.audience is Audience.EXTERNAL]
        fresh = [one for one in lying if one.facts_seq >= incident.facts_seq]
        wanted = fresh and (told is None or not incident.is_open) and incident.is_open not in self._reviewed
        return fresh[-1] if wanted else None

    async def _review(self, incident: Incident, draft: Update) -> bool:
        """Customers hear it when a person says yes to exactly these words. A no keeps it in the house."""
        self._reviewed.add(incident.is_open)
        if not await self._decide(f"{draft.text}\nPublish?", incident):
            return True
        desk, yes = self._desk.messages, messages.Approve(digest=draft.digest)
        await self._act(lambda attempt: review.approve(attempt, desk, incident.id, draft.id, yes))
        out = messages.Publish(digest=draft.digest)
        return await self._act(lambda attempt: review.publish(attempt, desk, incident.id, draft.id, out))

    async def _approve(self, incident: Incident, action: Action) -> bool:
        said = action.rehearsal.said if action.rehearsal else ""
        question = f"{action.step.text}\n  {action.step.shown}\n  Dry run: {said}\nApprove?"
        if not await self._decide(question, incident):
            await permit.reject(
                self._house.means, incident.id, action.id, by=LOCAL_OPERATOR, reason="not now, said whoever watched"
            )
            return False
        self._tell("approved", await permit.approve(self._house.means, incident.id, action.id, by=LOCAL_OPERATOR))
        return True

    async def _all_clear(self, incident: Incident) -> bool:
        grounds = incident.flags[-1].text
        if not await self._decide(f"{grounds}\nGive the all-clear?", incident):
            return False
        seen = grounds.removeprefix(QUESTION)
        await self._act(lambda attempt: people.all_clear(attempt, incident.id, asks.AllClear(), (seen,)))
        self._tell("all-clear", await self._desk.incident(incident.id))
        return True

    async def _act(self, work: Callable[[Attempt], Incident]) -> bool:
        desk, rules = self._desk, self._house.settings.people
        await desk.store.write(
            lambda ledger: work(Attempt(ledger, LOCAL_OPERATOR, desk.clock.now(), desk.names, rules))
        )
        return True

    async def _let_pass(self, seconds: float | None, incident: Incident) -> bool:
        if seconds is None or self._clock.now() >= self._until:
            return False
        left = seconds
        while left > 0:
            self._clock.leap(min(left, SCRAPE_SECONDS))
            left -= SCRAPE_SECONDS
            await self._scraped.scrape(self._clock.now().timestamp())
        self._tell("waited", incident)
        return True


async def demo_story(
    folder: Path, config: Config, *, decide: Decide, tell: Tell = lambda _word, _incident: None
) -> Response:
    """The whole story of a recorded incident with a target of its own, from the alert to the all-clear.

    Raises DataError when the folder, the target or the demo's runbooks are not there.
    """
    alert = folder / "alert.json"
    if missing := next((one for one in (alert, TARGET, RUNBOOKS) if not one.exists()), None):
        raise DataError(
            f"There is no {missing}.", "Run it from the project's folder, or give a snapshot with --snapshot."
        )
    snapshot = Snapshot(folder)
    if snapshot.now is None:
        raise DataError(f"{folder} does not say when it was recorded.", "Give `now` in its snapshot.yaml.")
    clock = PretendClock(snapshot.now)
    async with _target(await _plays(snapshot, clock)) as url:
        settings = Settings.read(_with_target(config, _service(alert.read_bytes(), config), url))
        settings = replace(settings, store=settings.store.model_copy(update={"url": "memory:"}))
        async with open_house(settings, clock=clock) as house:
            scraped = Scraped(url)
            desk = replace(house.desk, sources=from_snapshot(snapshot), hands=_hands(house, scraped))
            story = Story(house, desk, clock, scraped, decide, tell)
            story.incident_id = await open_incident(house, desk, alert.read_bytes(), "auto")
            await respond(story.incident_id, story, desk)
            return await response_of(house, desk, story.incident_id)


def _hands(house: House, scraped: Scraped) -> Callable[[Any], Mapping[str, Any]]:
    """The house's own, but what is looked at is the target."""
    gauges = replace(house.looking.gauges, metrics=(scraped,), measure=None)
    looking = replace(house.looking, gauges=gauges)
    return lambda fenced: {**house.desk.hands(fenced), **verify.hands(replace(looking, store=fenced))}


async def _plays(snapshot: Snapshot, clock: PretendClock) -> dict[str, list[float]]:
    """What the target plays: of each recorded metric the level at the beginning, and the one at the end."""
    everything = Ask(clock.now() - timedelta(days=7), clock.now() + timedelta(days=1))
    reply = await snapshot.metrics(everything)
    return {
        f"{one.service}\t{one.metric}": [median(one.values[: len(one.values) // 4 + 1]), median(one.values[-8:])]
        for one in reply.parse(reply.text)
        if one.values
    }


def _service(body: bytes, config: Config) -> str:
    """The service that the alert is about. Raises IntakeError, DataError when it names none."""
    delivery = Delivery(id="", source="auto", received_at=SystemClock().now(), body=body)
    alerts = registry.parse(delivery, "auto", config.section("mappings", Mappings))
    name = next((one.service for one in alerts if one.service), "")
    if not name:
        raise DataError(
            "The alert names no service that a target could play.", "Give a snapshot whose alert names one."
        )
    return name


def _with_target(config: Config, service: str, url: str) -> Config:
    """The configuration with the target in it: its endpoint, its place in the catalogue, the demo's page on the shelf.

    Mode propose: nothing runs without a person's click, and nobody outside is called.
    """
    policy = merged({})["policy"] | {"mode": "propose"}
    return (
        config.with_section("executors", {"http": {"endpoints": {service: {"url": url, "health": "/healthz"}}}})
        .with_section("catalogue", {"services": [{"name": service, "resources": {"service": service}}]})
        .with_section("runbooks", {"folders": [str(RUNBOOKS)]})
        .with_section("policy", policy)
    )


@asynccontextmanager
async def _target(plays: Mapping[str, list[float]]) -> AsyncIterator[str]:
    """The target as a process of its own; it ends with the block."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, str(TARGET), stdin=pipe, stdout=pipe)
    try:
        if process.stdin is None or process.stdout is None:
            raise DataError("The demo's target could not be started.", "Look whether a process may be started here.")
        process.stdin.write(json.dumps(plays).encode() + b"\n")
        await process.stdin.drain()
        async with asyncio.timeout(10):
            url = (await process.stdout.readline()).decode().strip()
        if not url:
            raise DataError("The demo's target did not come up.", f"Run `python {TARGET}` to see why.")
        yield url
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()
