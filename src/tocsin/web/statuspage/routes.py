"""Where customers look: the page, its JSON and its feeds. Everything is printed already; a browser that has it gets a 304."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from tocsin.web.statuspage.kiosk import Kiosk
from tocsin.web.statuspage.press import Printed

router = APIRouter(include_in_schema=False)

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No script, from nowhere."""
_READ = ["GET", "HEAD"]
_YEAR = "public, max-age=31536000, immutable"
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""JSON and feeds may be read by pages of other sites: there is nothing in them that is not public."""


def kiosk_of(request: Request) -> Kiosk:
    """The kiosk of this application."""
    kiosk: Kiosk = request.app.state.kiosk
    return kiosk


Here = Annotated[Kiosk, Depends(kiosk_of)]


@router.api_route("/status", methods=_READ)
@router.api_route("/status/{_name:path}", methods=_READ)
async def page(request: Request, kiosk: Here) -> Response:
    """The page, its history, one incident, one maintenance window."""
    found = await kiosk.file(request.url.path.rstrip("/"))
    if found is None:
        told = kiosk.press.page("plain", title="Not here", text="There is nothing at this address, or no longer.")
        return handed(request, kiosk, told, status=404)
    return handed(request, kiosk, found)


@router.api_route("/api/v2/{_name:path}", methods=_READ)
@router.api_route("/history.atom", methods=_READ)
@router.api_route("/history.rss", methods=_READ)
async def document(request: Request, kiosk: Here) -> Response:
    """The same for programs."""
    found = await kiosk.file(request.url.path)
    if found is None:
        told = {"code": "TCS-HTTP-404", "what": "There is no such document.", "do": "Ask for /api/v2/summary.json."}
        return JSONResponse(told, 404, _OPEN)
    return handed(request, kiosk, found, _OPEN)


@router.api_route("/status.css", methods=_READ)
async def style(request: Request, kiosk: Here) -> Response:
    """The page's looks; pages name them with their version, so they may be kept."""
    return handed(request, kiosk, kiosk.press.style, {"Cache-Control": _YEAR})


def handed(
    request: Request, kiosk: Kiosk, file: Printed, headers: Mapping[str, str] = MappingProxyType({}), status: int = 200
) -> Response:
    """The file, or a 304 for whoever has it already."""
    sent = {
        "Cache-Control": f"public, max-age={kiosk.board.settings.cache_seconds}",
        "ETag": file.etag,
        "Content-Security-Policy": POLICY,
        **headers,
    }
    if status == 200 and _has(request.headers.get("if-none-match", ""), file.etag):
        return Response(status_code=304, headers=sent)
    return Response(file.body, status, sent, media_type=file.media)


def _has(asked: str, etag: str) -> bool:
    return etag in {one.strip().removeprefix("W/") for one in asked.split(",")}
