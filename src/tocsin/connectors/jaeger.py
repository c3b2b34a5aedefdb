"""Jaeger, read live: traces through the asked services, and who calls whom. Opened by `app`; never writes.

Asks the query API that Jaeger's own pages use (`/api/services`, `/api/traces`, `/api/dependencies`).
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from tocsin.connectors import deep_links, edge_rows, span_rows
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.errors import SourceError
from tocsin.model.ground import rfc3339
from tocsin.model.signals import Span, Topology
from tocsin.ports import Ask, Reply

_AT_ONCE = 4
_STATUS = ("http.response.status_code", "http.status_code", "rpc.grpc.status_code", "otel.status_description")


class _Tag(TypedDict):
    key: str
    value: NotRequired[Any]


class _Reference(TypedDict):
    refType: NotRequired[str]
    spanID: str


class _Span(TypedDict):
    traceID: str
    spanID: str
    operationName: str
    startTime: int
    """Microseconds, as is `duration`."""
    duration: int
    references: NotRequired[list[_Reference] | None]
    parentSpanID: NotRequired[str]
    processID: str
    tags: NotRequired[list[_Tag] | None]


class _Process(TypedDict):
    serviceName: str


class JaegerTrace(TypedDict):
    """One trace as Jaeger's API and its "download" button write it."""

    spans: list[_Span]
    processes: dict[str, _Process]


class _Traces(TypedDict):
    data: list[JaegerTrace] | None


class _Services(TypedDict):
    data: list[str] | None


class _Dependency(TypedDict):
    parent: str
    child: str


class _Dependencies(TypedDict):
    data: list[_Dependency] | None


class JaegerConfig(HttpAccess):
    """Section `connectors.jaeger`: the query service, whose pages are also where the links lead."""

    max_traces: int = Field(default=200, ge=1, le=1500)
    """Traces of one answer, shared by the services asked for."""
    max_spans: int = Field(default=20_000, ge=1, le=200_000)
    max_services: int = Field(default=20, ge=1, le=200)


class Jaeger:
    """TraceSource and TopologySource over Jaeger's query API."""

    name = "jaeger"

    def __init__(self, config: JaegerConfig, secret: str = "") -> None:
        self.config = config
        self._http = HttpJson(self.name, config, secret)

    async def traces(self, ask: Ask) -> Reply[tuple[Span, ...]]:
        """The newest traces through the asked services that Jaeger knows, whole. Raises SourceError."""
        async with self._http.open() as http:
            known = (await http.get("/api/services", _Services))["data"] or []
            services = _spelled(ask.services, known)[: self.config.max_services]
            found = await self._found(http, services, ask)
        spans = [span for trace in found for span in spans_of(trace)]
        return Reply(
            self.name,
            f"traces through {', '.join(services) or 'none of its services'} from {rfc3339(ask.start)} to {rfc3339(ask.end)}",
            span_rows.written(spans, self.config.max_spans),
            lambda text: span_rows.read(text, self._page),
            deep_links.jaeger_search(self.config.url, services[0] if services else "", ask.start, ask.end),
        )

    async def topology(self, ask: Ask) -> Reply[Topology]:
        """Every call between services that Jaeger counted within the asked time. Raises SourceError."""
        lookback = int((ask.end - ask.start).total_seconds() * 1000)
        params = [("endTs", str(int(ask.end.timestamp() * 1000))), ("lookback", str(lookback))]
        async with self._http.open() as http:
            found = (await http.get("/api/dependencies", _Dependencies, params))["data"] or []
        text = edge_rows.written((one["parent"], one["child"]) for one in found if one["parent"] != one["child"])
        query = f"dependencies from {rfc3339(ask.start)} to {rfc3339(ask.end)}"
        return Reply(self.name, query, text, edge_rows.read, f"{self.config.url}/dependencies")

    async def _found(self, http: HttpSession, services: Sequence[str], ask: Ask) -> list[JaegerTrace]:
        turn = asyncio.Semaphore(_AT_ONCE)
        each = max(1, self.config.max_traces // max(1, len(services)))

        async def one(service: str) -> list[JaegerTrace]:
            params = [
                ("service", service),
                ("start", str(int(ask.start.timestamp() * 1e6))),
                ("end", str(int(ask.end.timestamp() * 1e6))),
                ("limit", str(each)),
            ]
            async with turn:
                return (await http.get("/api/traces", _Traces, params))["data"] or []

        told = await asyncio.gather(*(one(service) for service in services), return_exceptions=True)
        failures = [answer for answer in told if isinstance(answer, BaseException)]
        if failures and (len(failures) == len(told) or not isinstance(failures[0], SourceError)):
            raise failures[0]
        return [trace for answer in told if isinstance(answer, list) for trace in answer]

    def _page(self, trace: str) -> str:
        return deep_links.jaeger_trace(self.config.url, trace)


def spans_of(trace: JaegerTrace) -> Iterable[Span]:
    """The spans of one trace."""
    names = {key: process["serviceName"] for key, process in trace["processes"].items()}
    for one in trace["spans"]:
        tags = {tag["key"]: tag.get("value") for tag in one.get("tags") or ()}
        yield Span(
            trace=one["traceID"],
            id=one["spanID"],
            parent=_parent(one),
            service=names.get(one["processID"], ""),
            operation=one["operationName"],
            start=one["startTime"] / 1e6,
            seconds=one["duration"] / 1e6,
            failed=str(tags.get("error", "")).lower() == "true" or tags.get("otel.status_code") == "ERROR",
            status=" ".join(str(tags[name]) for name in _STATUS if tags.get(name) not in (None, ""))[:200],
        )


def _parent(one: _Span) -> str:
    """The span it belongs to: a child of it, else what it follows from."""
    references = sorted(one.get("references") or (), key=lambda known: known.get("refType") != "CHILD_OF")
    return references[0]["spanID"] if references else one.get("parentSpanID", "")


def _spelled(asked: Sequence[str], known: Sequence[str]) -> list[str]:
    """The asked services as Jaeger spells them; all it knows when nobody in particular is asked for."""
    if not asked:
        return list(known)
    spelling = {name.lower(): name for name in known}
    return [spelling[name.lower()] for name in asked if name.lower() in spelling]
