"""Builds the web application: hooks, API, streams, metrics, health, docs, and the rounds in its lifespan. Called by `app`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

import tocsin
from tocsin.errors import StoreError
from tocsin.web import (
    actions,
    acts,
    agents,
    api,
    docs,
    hooks,
    maintenance,
    mcp,
    messages,
    playbooks,
    problems,
    reports,
    reviews,
    slack,
    spending,
    stats,
)
from tocsin.web.auth import Guarded, Here, Whole, caller_of, rooms_of
from tocsin.web.bodies import InFlight
from tocsin.web.limits import Senders
from tocsin.web.rooms import Rooms
from tocsin.web.rounds import Rounds
from tocsin.web.safeguards import Safeguards
from tocsin.web.settings import check_exposure
from tocsin.web.shapes import Health
from tocsin.web.statuspage.site import put_page

_STORE_SECONDS = 3.0
_MOST_OPEN = 1000
_PATIENCE = timedelta(minutes=1)
"""What waits longer than this to be sent for the first time is told by /healthz."""

router = APIRouter(tags=["service"])


def create(rooms: Rooms) -> FastAPI:
    """The application. Raises ConfigError when it would be exposed without a token."""
    check_exposure(rooms.settings.host, rooms.token)
    app = FastAPI(
        title="tocsin",
        version=getattr(tocsin, "__version__", "0"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.rooms = rooms
    app.state.senders = Senders()
    app.state.in_flight = InFlight(rooms.settings.in_flight_bytes)
    parts = [
        reports.router,
        playbooks.router,
        spending.router,
        agents.router,
        hooks.router,
        api.router,
        acts.router,
        messages.reading,
        messages.acting,
        maintenance.reading,
        maintenance.acting,
        actions.router,
        reviews.reading,
        reviews.acting,
        stats.router,
        slack.router,
        router,
    ]
    if rooms.status is not None:
        parts += put_page(app, rooms.status)
    for part in parts:
        app.include_router(part)
    app.state.mcp = mcp.install(app, rooms)
    problems.install(app, [route for part in parts for route in part.routes])
    app.add_middleware(Safeguards, settings=rooms.settings, any_host=bool(rooms.token))
    return app


def stop(rooms: Rooms) -> None:
    """Ends streams and rounds. The server calls it when it begins to shut down, before it waits for open connections."""
    rooms.stopping.set()
    rooms.wake.ring_all()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    rooms: Rooms = app.state.rooms
    rounds = asyncio.create_task(Rounds(rooms).run()) if rooms.background else None
    try:
        async with mcp.opened(app.state.mcp):
            yield
    finally:
        stop(rooms)
        if rounds is not None:
            await rounds


@router.get("/healthz", responses=problems.of(503))
async def healthz(request: Request, rooms: Whole) -> Health:
    """Is the service able to keep what it is told: the store answers."""
    try:
        async with asyncio.timeout(_STORE_SECONDS):
            await rooms.store.read(lambda ledger: ledger.incidents.recent(limit=1))
    except TimeoutError:
        what = f"the store did not answer within {_STORE_SECONDS:g} seconds."
        raise StoreError(what, "Look at the database and the disk.", code="TCS-STORE-SLOW") from None
    if await caller_of(request) is None:
        return Health(status="ok")
    lost: dict[str, list[str]] = {}
    for one in await rooms.store.read(lambda ledger: ledger.outbox.backlog()):
        if one.status != "waiting" or rooms.clock.now() - one.oldest_at > _PATIENCE:
            lost.setdefault(one.receiver, []).append(str(one))
    connectors = {name: one.failure or "ok" for name, one in rooms.pulses}
    return Health(status="ok", connectors=connectors, outbox={name: ", ".join(some) for name, some in lost.items()})


@router.get(
    "/metrics",
    dependencies=[Guarded],
    response_class=PlainTextResponse,
    responses=problems.of_plain(401, 503),
)
async def metrics(request: Request, rooms: Here) -> Response:
    """The service's numbers in Prometheus' text format."""
    found, backlog = await rooms.store.read(
        lambda ledger: (ledger.incidents.recent(open_only=True, limit=_MOST_OPEN), ledger.outbox.backlog())
    )
    counted, services = await stats.measured(rooms_of(request)), {one.name for one in rooms.catalogue.services}
    text = rooms.metrics.text(found, rooms.pulses, backlog, counted, services)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


@router.get("/openapi.json", dependencies=[Guarded], include_in_schema=False)
async def openapi(request: Request) -> JSONResponse:
    """The API's description."""
    return JSONResponse(_spec(request.app))


@router.get("/docs", include_in_schema=False)
async def page(request: Request) -> HTMLResponse:
    """The same for people."""
    known = await caller_of(request) is not None
    return HTMLResponse(docs.page(_spec(request.app)) if known else docs.locked())


@router.get("/docs.css", include_in_schema=False)
async def style() -> Response:
    """The page's looks."""
    return Response(docs.STYLE, media_type="text/css")


def _spec(app: FastAPI) -> dict[str, object]:
    """FastAPI's description, made once; it speaks of a token only where one is set."""
    if app.openapi_schema is None:
        spec = get_openapi(title=app.title, version=app.version, routes=app.routes)
        if not app.state.rooms.token:
            spec["components"].pop("securitySchemes", None)
            for operation in (one for verbs in spec["paths"].values() for one in verbs.values()):
                operation.pop("security", None)
        app.openapi_schema = spec
    return app.openapi_schema
