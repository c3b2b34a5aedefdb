"""The page as an application of its own: only the page is on it, so that it can be shown to the world. Called by `app`."""

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from tocsin.web import problems
from tocsin.web.safeguards import Safeguards
from tocsin.web.settings import ServeSettings
from tocsin.web.statuspage import routes
from tocsin.web.statuspage.kiosk import Kiosk


def create_site(kiosk: Kiosk, settings: ServeSettings) -> FastAPI:
    """The application. It asks for no token, and answers by whatever name it is called."""
    app = FastAPI(title="status page", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.kiosk = kiosk
    app.include_router(routes.router)
    app.add_api_route("/", _front, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/healthz", _alive, methods=["GET", "HEAD"], include_in_schema=False)
    problems.install(app, app.routes)
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
