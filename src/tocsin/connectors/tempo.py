"""Grafana Tempo, read live: traces through the asked services, found by TraceQL and fetched one by one. Never writes.

Opened by `app`. Links lead to Grafana's Explore, as Tempo has no pages of its own.
"""

import asyncio
from collections.abc import Sequence
from math import ceil
from typing import Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from tocsin.connectors import deep_links, otlp, span_rows
from tocsin.connectors.deep_links import GrafanaPage
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.connectors.selectors import quoted
from tocsin.errors import SourceError
from tocsin.model.ground import rfc3339
from tocsin.model.signals import Span
from tocsin.ports import Ask, Reply

_AT_ONCE = 8
_ID = frozenset("0123456789abcdefABCDEF")


class _Hit(TypedDict):
    traceID: str


class _Hits(TypedDict):
    metrics: dict[str, Any]
    """How much was searched; there even when nothing was found."""
    traces: NotRequired[list[_Hit] | None]


class TempoConfig(HttpAccess):
    """Section `connectors.tempo`. A tenant goes into `headers: {X-Scope-OrgID: ...}`."""

    max_traces: int = Field(default=60, ge=1, le=500)
    """Traces of one answer; each is a request of its own."""
    max_spans: int = Field(default=20_000, ge=1, le=200_000)
    grafana: GrafanaPage | None = None
    """Where people look at these traces."""


class Tempo:
    """TraceSource over Tempo's query API."""

    name = "tempo"

    def __init__(self, config: TempoConfig, secret: str = "") -> None:
        self.config = config
        self._http = HttpJson(self.name, config, secret)

    async def traces(self, ask: Ask) -> Reply[tuple[Span, ...]]:
        """Traces through the asked services, whole. Raises SourceError."""
        query = _query(ask.services)
        async with self._http.open() as http:
            found = await self._search(http, query, ask)
            spans = await self._fetch(http, found)
        return Reply(
            self.name,
            f"{query} [{rfc3339(ask.start)} to {rfc3339(ask.end)}, at most {self.config.max_traces} traces]",
            span_rows.written(spans, self.config.max_spans),
            lambda text: span_rows.read(text, lambda trace: self._page(trace, ask)),
            deep_links.explore(self.config.grafana, {"queryType": "traceql", "query": query}, ask.start, ask.end),
        )

    async def _search(self, http: HttpSession, query: str, ask: Ask) -> list[str]:
        params = [
            ("q", query),
            ("start", str(int(ask.start.timestamp()))),
            ("end", str(ceil(ask.end.timestamp()))),
            ("limit", str(self.config.max_traces)),
        ]
        hits = (await http.get("/api/search", _Hits, params)).get("traces") or []
        return list(dict.fromkeys(hit["traceID"] for hit in hits if set(hit["traceID"]) <= _ID))[
            : self.config.max_traces
        ]

    async def _fetch(self, http: HttpSession, traces: Sequence[str]) -> list[Span]:
        """The spans of these traces. One that cannot be fetched is missing; when none can, that is told."""
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(trace: str) -> tuple[Span, ...]:
            async with turn:
                return otlp.spans_of(await http.get(f"/api/traces/{trace}", dict[str, Any]))

        told = await asyncio.gather(*(one(trace) for trace in traces), return_exceptions=True)
        failures = [answer for answer in told if isinstance(answer, BaseException)]
        if failures and (len(failures) == len(told) or not isinstance(failures[0], SourceError)):
            raise failures[0]
        return [span for answer in told if isinstance(answer, tuple) for span in answer]

    def _page(self, trace: str, ask: Ask) -> str:
        asked = {"queryType": "traceql", "query": trace}
        return deep_links.explore(self.config.grafana, asked, ask.start, ask.end)


def _query(services: Sequence[str]) -> str:
    """TraceQL for traces through any of the services; names come from alerts, so every one is escaped."""
    names = " || ".join(f"resource.service.name = {quoted(name)}" for name in services)
    return f"{{ {names or 'true'} }}"
