"""The service: the house with its face open to hooks, API and streams. Called by `tocsin serve` and `tocsin deadletters`."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from tocsin.app import windows
from tocsin.app.build import House, open_house
from tocsin.app.responder import Responder
from tocsin.app.settings import Settings
from tocsin.config import Config
from tocsin.connectors.outbound import Outbound
from tocsin.errors import NotFound, TocsinError
from tocsin.model.report import report_of
from tocsin.sources.authenticity.gate import Gate
from tocsin.stages.watch import Pulses
from tocsin.web import letters
from tocsin.web.face import create
from tocsin.web.rooms import Rooms
from tocsin.web.serving import server


def run(config: Config, *, host: str | None = None, port: int | None = None) -> None:
    """Serves until a signal. Raises ConfigError for an address beyond this machine without a token."""
    settings = Settings.read(config)
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = replace(settings, serve=settings.serve.model_copy(update=chosen))
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with open_rooms(settings) as rooms:
        face = create(rooms)
        where = f"http://{settings.serve.host}:{settings.serve.port}"
        print(f"tocsin listens on {where}  (API at /docs, alerts to /hooks/SOURCE)", file=sys.stderr)
        await server(face, rooms, settings.serve).serve()


@asynccontextmanager
async def open_rooms(settings: Settings) -> AsyncIterator[Rooms]:
    """The house as the face needs it, responses running in the background; all of it closed when the block ends."""
    async with open_house(settings) as house:
        rooms = _rooms(house)
        responder = Responder(house.desk, rooms.wake, rooms.metrics)
        rooms.respond = responder.start
        await responder.resume()
        try:
            yield rooms
        finally:
            await responder.close()


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
        parse=house.parse,
        authenticate=gate.check,
        respond=lambda _: None,
        report=report,
        settings=settings.serve,
        pulses=Pulses(desk.clock.now()),
        token=settings.config.secret(token, "serve.token") if token else "",
        watch=settings.watch,
        dead_man_url=settings.config.secret(dead_man.url, "watch.dead_man.url") if dead_man else "",
        fetch=outbound.get,
        confirm=gate.confirm,
        silences=windows.silences(settings),
        probes=windows.probes(settings),
    )
