"""Errors on the wire: every refusal, ours or the framework's, in the one shape of errors.py. Installed by `face`."""

import logging
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from tocsin.errors import StoreError, TocsinError
from tocsin.model.slip import slip
from tocsin.web.shapes import Problem

_log = logging.getLogger(__name__)
_DELIVERY = "delivery"
_WHAT = {
    400: "The request is not well formed.",
    401: "The API token, or the sender's proof, is missing or wrong.",
    403: "You may not ask this, or not from a page of another site or by another name of this address.",
    404: "There is no such thing.",
    408: "The body did not arrive in time.",
    409: "It was done already, or does not fit where the incident stands.",
    413: "The body is too large.",
    422: "The request or its body could not be understood.",
    429: "Too many at once.",
    502: "A system beyond this one did not answer, or not as it should.",
    503: "The service cannot do this now; try again.",
}


def of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route's description says about these refusals."""
    return {status: {"model": Problem, "description": _WHAT[status]} for status in statuses}


def of_plain(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same for a route that itself answers something else than JSON. The shape's own description comes with the others."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"content": content, "description": _WHAT[status]} for status in statuses}


def with_delivery(error: TocsinError, delivery_id: str) -> TocsinError:
    """The same error, naming the dead letter it left."""
    error.__dict__[_DELIVERY] = delivery_id
    return error


def install(app: FastAPI, routes: Iterable[BaseRoute]) -> None:
    """Gives the application its error handlers. `routes` are all it has, to say which methods a path knows."""
    app.state.routes = [route for route in routes if isinstance(route, Route)]
    app.add_exception_handler(TocsinError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(Exception, _unforeseen)


def answer(error: TocsinError) -> JSONResponse:
    """The error as a response."""
    status = 503 if isinstance(error, StoreError) else error.status
    shape = error.as_dict() | ({_DELIVERY: error.__dict__[_DELIVERY]} if _DELIVERY in error.__dict__ else {})
    headers = {"Retry-After": "5"} if status == 503 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(shape, status, headers)


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, TocsinError):
        raise error
    if error.status >= 500:
        _log.error("%s", error)
    return answer(error)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])[:200]
    return _plain(422, "TCS-REQUEST-422", f"{where}: {slip(first)[:300]}", "See /docs for what is expected.")


async def _framework(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    answered = _plain(error.status_code, f"TCS-HTTP-{error.status_code}", str(error.detail), "See /docs.")
    answered.headers.update(error.headers or {})
    if error.status_code == 405:
        answered.headers["Allow"] = _allowed(request)
    return answered


def _allowed(request: Request) -> str:
    """Every method of the path: the router itself names only those of its first match. A path that is spelt out is itself."""
    routes: list[Route] = request.app.state.routes
    path = request.url.path
    matching = [one for one in routes if one.path == path] or [one for one in routes if one.path_regex.match(path)]
    return ", ".join(sorted({verb for one in matching for verb in one.methods or ()}))


async def _unforeseen(_request: Request, error: Exception) -> JSONResponse:
    _log.error("an error nobody foresaw", exc_info=error)
    return _plain(500, "TCS-ERROR", "tocsin made a mistake of its own.", "Report it with the log of this time.")


def _plain(status: int, code: str, what: str, do: str) -> JSONResponse:
    return JSONResponse({"code": code, "what": what, "do": do}, status)
