"""The service: the house with its face open to hooks, API and streams. Called by `tocsin serve` and `tocsin deadletters`."""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

from tocsin.app import windows
from tocsin.app.build import House, open_house
from tocsin.app.postman import open_postman
from tocsin.app.settings import Settings
from tocsin.app.slack import slack_door
from tocsin.app.worker import open_worker
from tocsin.config import Config
from tocsin.connectors.outbound import Outbound
from tocsin.connectors.system import RandomNames, SystemClock
from tocsin.errors import NotFound, TocsinError
from tocsin.model.action import Mode
from tocsin.model.incident import Incident
from tocsin.model.report import report_of
from tocsin.model.subscriber import Via
from tocsin.ports import Clock, Store
from tocsin.sources.authenticity.gate import Gate
from tocsin.stages.watch import Pulses
from tocsin.store.sql import open_store
from tocsin.web import letters
from tocsin.web.face import create
from tocsin.web.rooms import Rooms
from tocsin.web.serving import alone, beside, server
from tocsin.web.statuspage import Board
from tocsin.web.statuspage.forms import Counter
from tocsin.web.statuspage.kiosk import Kiosk
from tocsin.web.statuspage.settings import Listen
from tocsin.web.statuspage.site import create_site

Only = Literal["web", "worker", "status"]
"""The part of the service that a process is."""


def run(config: Config, *, host: str | None = None, port: int | None = None, only: Only | None = None) -> None:
    """Serves until a signal, as face and worker, or as `only` one of them, or as the status page alone.

    Raises ConfigError for an address beyond this machine without a token, StoreError when there is a worker already and the
    store takes one only.
    """
    settings = Settings.read(config)
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = replace(settings, serve=settings.serve.model_copy(update=chosen))
    match only:
        case "worker":
            asyncio.run(_work(settings))
        case "status":
            asyncio.run(_show(settings, chosen))
        case _:
            asyncio.run(_serve(settings, walking=only is None))


async def _serve(settings: Settings, *, walking: bool) -> None:
    async with open_rooms(settings, walking=walking) as rooms, AsyncExitStack() as closing:
        face = create(rooms)
        where = f"http://{settings.serve.host}:{settings.serve.port}"
        print(f"tocsin listens on {where}  (API at /docs, alerts to /hooks/SOURCE)", file=sys.stderr)
        if (own := settings.statuspage.listen) is not None:
            site = create_site(_page(settings, rooms.store, rooms.clock), settings.serve)
            await closing.enter_async_context(beside(site, own.host, own.port))
            print(f"the status page is on http://{own.host}:{own.port}", file=sys.stderr)
        _settle()
        await server(face, rooms, settings.serve).serve()


async def _show(settings: Settings, chosen: Mapping[str, Any]) -> None:
    """The status page and nothing else: no API, no hooks, no worker."""
    own = (settings.statuspage.listen or Listen()).model_copy(update=chosen)
    async with open_store(settings.store) as store:
        site = create_site(_page(settings, store, SystemClock()), settings.serve)
        print(f"the status page is on http://{own.host}:{own.port}", file=sys.stderr)
        await alone(site, own.host, own.port).serve()


def _page(settings: Settings, store: Store, clock: Clock) -> Counter:
    """The page with its forms. Nobody can subscribe where links have no address to begin with, or nothing leaves the house."""
    page, mail = settings.statuspage, settings.channels.email is not None
    open_to = page.subscribe if page.url and settings.policy.mode is not Mode.OBSERVE else frozenset[Via]()
    return Counter(
        kiosk=Kiosk(Board(store, clock, settings.catalogue, page)),
        store=store,
        clock=clock,
        names=RandomNames(clock),
        catalogue=settings.catalogue,
        email=Via.EMAIL in open_to and mail,
        webhook=Via.WEBHOOK in open_to,
        reports=page.reports,
    )


async def _work(settings: Settings) -> None:
    """A worker without a face, until SIGTERM or SIGINT."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_rooms(settings):
        _settle()
        print("tocsin walks incidents; its face is another process", file=sys.stderr)
        await stop.wait()


def _settle() -> None:
    """What is loaded by now stays for good: the garbage collector need not stop everybody to look through it again."""
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def open_rooms(settings: Settings, *, walking: bool = True) -> AsyncIterator[Rooms]:
    """The house as the face needs it, a worker walking incidents in it; all of it closed when the block ends.

    Without a worker, whoever walks finds new incidents in the store by itself.
    """
    async with open_house(settings) as house, AsyncExitStack() as closing:
        rooms = _rooms(house)
        if walking:
            watch = _Watch(rooms)
            worker = await closing.enter_async_context(open_worker(house.desk, settings.durable, settings.store, watch))
            rooms.respond = lambda _: worker.ring()
            await closing.enter_async_context(open_postman(settings, house.desk.store, house.desk.clock))
        yield rooms


class _Watch:
    """worker.Watch: rings for the event streams, and measures."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def changed(self, incident_id: str) -> None:
        self._rooms.wake.ring(incident_id)

    def responded(self, incident: Incident) -> None:
        if incident.is_restricted:
            return  # figures are for everybody
        metrics = self._rooms.metrics
        if incident.declared_at and incident.triaged_at and incident.updated_at:
            metrics.triage.observe((incident.triaged_at - incident.declared_at).total_seconds())
            metrics.response.observe((incident.updated_at - incident.declared_at).total_seconds())


async def replay(config: Config, delivery: str) -> list[dict[str, Any]]:
    """Reads one dead letter again, or `all`; for each whether it went through and what became of it."""
    async with open_rooms(Settings.read(config)) as rooms:
        if delivery != "all":
            return [await _replay_one(rooms, delivery)]
        dead = await rooms.store.read(lambda ledger: ledger.deliveries.dead(limit=10_000))
        return [await _replay_one(rooms, kept.delivery.id) for kept in reversed(dead)]


async def _replay_one(rooms: Rooms, delivery: str) -> dict[str, Any]:
    try:
        accepted = await letters.replay(rooms, delivery)
    except NotFound:
        raise
    except TocsinError as refused:
        return {"delivery": delivery, "replayed": False, "said": str(refused)}
    decided = [f"{one.disposition} {one.incident_id}".strip() for one in accepted.outcome.decisions]
    return {"delivery": delivery, "replayed": True, "said": ", ".join(decided) or "understood, nothing to alert on"}


def _rooms(house: House) -> Rooms:
    settings, desk = house.settings, house.desk
    outbound = Outbound(settings.outbound)
    gate = Gate(settings.config, outbound.get)

    async def report(incident_id: str) -> Mapping[str, Any]:
        incident, events = await desk.store.read(
            lambda ledger: (ledger.incidents.get(incident_id), ledger.timeline.events(incident_id))
        )
        if incident is None or incident.triage is None:
            raise NotFound(f"There is no report of {incident_id} yet.", "List incidents with GET /api/incidents.")
        return report_of(incident, events, types=settings.report.types).model_dump(mode="json")

    token, dead_man = settings.serve.token, settings.watch.dead_man
    return Rooms(
        store=desk.store,
        clock=desk.clock,
        names=desk.names,
        rules=settings.intake,
        catalogue=settings.catalogue,
        people=settings.people,
        messages=desk.messages,
        after=house.after,
        baselines=settings.figures,
        clean=lambda text: desk.redact(text).text,
        parse=house.parse,
        authenticate=gate.check,
        respond=lambda _: None,
        report=report,
        settings=settings.serve,
        pulses=Pulses(desk.clock.now()),
        token=settings.config.secret(token, "serve.token") if token else "",
        watch=settings.watch,
        status=_page(settings, desk.store, desk.clock) if settings.statuspage.beside_api else None,
        dead_man_url=settings.config.secret(dead_man.url, "watch.dead_man.url") if dead_man else "",
        fetch=outbound.get,
        confirm=gate.confirm,
        actions=house.means,
        playbooks=desk.playbooks,
        roster=house.roster,
        measures=windows.measures(settings),
        slack=slack_door(settings.channels.slack, settings.config),
        silences=windows.silences(settings),
        probes={**windows.probes(settings), **house.tools.probes()},
    )
