"""The page as an application of its own: only the page is on it, so that it can be shown to the world. Called by `app`."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from tocsin.web import problems
from tocsin.web.safeguards import Safeguards
from tocsin.web.settings import ServeSettings
from tocsin.web.statuspage import reporting, routes, subscribing
from tocsin.web.statuspage.forms import Counter


def put_page(app: FastAPI, counter: Counter) -> list[APIRouter]:
    """Gives an application the page, its forms among it; the routers it then has more."""
    app.state.kiosk, app.state.counter = counter.kiosk, counter
    return [subscribing.router, reporting.router, routes.router]


def create_site(counter: Counter, settings: ServeSettings) -> FastAPI:
    """The application. It asks for no token, and answers by whatever name it is called."""
    app = FastAPI(title="status page", openapi_url=None, docs_url=None, redoc_url=None)
    parts = put_page(app, counter)
    for part in parts:
        app.include_router(part)
    app.add_api_route("/", _front, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/healthz", _alive, methods=["GET", "HEAD"], include_in_schema=False)
    problems.install(app, [route for part in parts for route in part.routes])
    app.add_middleware(Safeguards, settings=settings, any_host=True)
    return app


async def _front(request: Request, kiosk: routes.Here) -> Response:
    """On an address of its own the page is the first thing there."""
    found = await kiosk.file("/status")
    if found is None:
        raise RuntimeError("the page was not printed")
    return routes.handed(request, kiosk, found)


async def _alive(kiosk: routes.Here) -> Response:
    """Can the page be read."""
    await kiosk.board.look()
    return PlainTextResponse("ok\n")
