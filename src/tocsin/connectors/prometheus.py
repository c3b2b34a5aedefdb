"""Prometheus, read live: the series of the asked services and what the alert's own rule measures. Opened by `app`.

The rule's expression comes from Prometheus by the alert's name; no expression is ever taken from an alert. Never writes.
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field, field_validator
from typing_extensions import TypedDict

from tocsin.connectors import deep_links, promql
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.connectors.mesh import CALL_METRICS, CallMetric
from tocsin.connectors.promql import Query, RangeSeries
from tocsin.connectors.selectors import LABEL, one_of
from tocsin.model.ground import rfc3339
from tocsin.model.signals import Series
from tocsin.ports import Ask, Reply

_AT_ONCE = 8


class _Rule(TypedDict):
    name: str
    query: str


class _Group(TypedDict):
    rules: list[_Rule]


class _Groups(TypedDict):
    groups: list[_Group]


class _Rules(TypedDict):
    data: _Groups


class _Found(TypedDict):
    data: list[dict[str, str]]


class _Matrix(TypedDict):
    resultType: Literal["matrix"]
    result: list[RangeSeries]


class _Range(TypedDict):
    data: _Matrix


class PrometheusConfig(HttpAccess):
    """Section `connectors.prometheus`."""

    service_labels: tuple[str, ...] = (
        "service",
        "app",
        "app_kubernetes_io_name",
        "job",
        "container",
        "deployment",
        "instance",
    )
    """Where a service's name may stand, the best place first."""
    ignore_metrics: tuple[str, ...] = ("go_", "process_", "python_", "promhttp_", "scrape_")
    """Beginnings of metric names that say little about a service."""
    min_step_seconds: int = Field(default=15, ge=1)
    max_points: int = Field(default=400, ge=10, le=11_000)
    """Samples per series; a longer time is asked with a wider step."""
    max_series: int = Field(default=300, ge=1)
    max_metrics: int = Field(default=120, ge=1)
    call_metrics: tuple[CallMetric, ...] = CALL_METRICS
    """Counters of requests between services, from which the dependency map takes edges; `[]` for none."""

    @field_validator("service_labels")
    @classmethod
    def _label_names(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if not labels or not all(LABEL.fullmatch(label) for label in labels):
            raise ValueError("give at least one label name, of letters, digits and _")
        return labels


class Prometheus:
    """MetricSource over Prometheus, or anything that speaks its API (Thanos, Mimir, VictoriaMetrics)."""

    name = "prometheus"

    def __init__(self, config: PrometheusConfig, secret: str = "") -> None:
        self.config = config
        self._http = HttpJson(self.name, config, secret)

    async def metrics(self, ask: Ask) -> Reply[tuple[Series, ...]]:
        """The series that name one of the asked services, and the alert's own. Raises SourceError."""
        step = self._step(ask.start, ask.end)
        async with self._http.open() as http:
            rule, found = await asyncio.gather(self._rule(http, ask.alert_name), self._label_sets(http, ask))
            planned = promql.plan(found, ask.services, self.config.service_labels, max(60, 4 * step))
            queries = [*rule, *planned][: self.config.max_metrics]
            matrices = await self._matrices(http, queries, ask, step)
        left_out = len(rule) + len(planned) - len(queries)
        text = self._text(queries, matrices, left_out)
        query = "; ".join(one.expression for one in queries)
        return Reply(
            self.name,
            f"{query or 'no series'} [{rfc3339(ask.start)} to {rfc3339(ask.end)} by {step}s]",
            text,
            lambda answer: promql.read(
                answer, ask.services, self.config.service_labels, lambda one: self._link([one], ask.start, ask.end)
            ),
            self._link([one.expression for one in queries], ask.start, ask.end),
        )

    async def measure(self, expression: str, start: datetime, end: datetime) -> Reply[tuple[Series, ...]]:
        """The samples of an expression that people wrote, such as a runbook's probe. Raises SourceError."""
        step = self._step(start, end)
        async with self._http.open() as http:
            matrices = await self._matrices(http, [query := Query("probe", expression)], Ask(start, end), step)
        return Reply(
            self.name,
            f"{expression} [{rfc3339(start)} to {rfc3339(end)} by {step}s]",
            self._text([query], matrices, 0),
            lambda answer: promql.read(answer, (), self.config.service_labels),
            self._link([query.expression], start, end),
        )

    def _step(self, start: datetime, end: datetime) -> int:
        """Seconds between two samples."""
        return max(self.config.min_step_seconds, int((end - start).total_seconds() // self.config.max_points) + 1)

    async def _rule(self, http: HttpSession, alert_name: str) -> list[Query]:
        """What the alerting rule of that name measures, as Prometheus itself knows it."""
        if not alert_name:
            return []
        data = (await http.get("/api/v1/rules", _Rules, [("type", "alert")]))["data"]
        rules = [rule for group in data["groups"] for rule in group["rules"] if rule["name"] == alert_name]
        name = re.sub(r"[^a-zA-Z0-9_:]", "_", f"alert:{alert_name}")
        return [Query(name, expression) for expression in dict.fromkeys(promql.measured(one["query"]) for one in rules)]

    async def _label_sets(self, http: HttpSession, ask: Ask) -> list[dict[str, str]]:
        """The label sets of every series that names one of the services in one of the configured labels."""
        matches = [("match[]", f"{{{one_of(label, ask.services)}}}") for label in self.config.service_labels]
        times = [("start", rfc3339(ask.start)), ("end", rfc3339(ask.end))]
        found = (await http.get("/api/v1/series", _Found, [*matches, *times]))["data"]
        return [one for one in found if not one.get("__name__", "").startswith(self.config.ignore_metrics)]

    async def _matrices(
        self, http: HttpSession, queries: Sequence[Query], ask: Ask, step: int
    ) -> list[list[RangeSeries]]:
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(query: Query) -> list[RangeSeries]:
            form = {"query": query.expression, "start": rfc3339(ask.start), "end": rfc3339(ask.end), "step": str(step)}
            async with turn:
                return (await http.post_form("/api/v1/query_range", _Range, form))["data"]["result"]

        return await asyncio.gather(*(one(query) for query in queries))

    def _text(self, queries: Sequence[Query], matrices: Sequence[list[RangeSeries]], left_out: int) -> str:
        lines: list[str] = []
        room = self.config.max_series
        for query, matrix in zip(queries, matrices, strict=True):
            lines += promql.written(query, matrix, room)
            left_out += max(0, len(matrix) - room)
            room = max(0, room - len(matrix))
        return "\n".join(
            (*lines, *([f"# {left_out} more left out: over the limits of this connector"] if left_out else ()))
        )

    def _link(self, expressions: Sequence[str], start: datetime, end: datetime) -> str:
        return deep_links.prometheus_graph(self.config.url, expressions, start, end)
