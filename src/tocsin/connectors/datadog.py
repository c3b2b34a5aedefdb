"""Datadog, read live: the metrics that carry the asked services' tag, and any metric query that people write. Opened by `app`.

Which metrics a service has is Datadog's to say; a service's name is put into a query only when it is a tag value as Datadog
writes them. Never writes.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NotRequired
from urllib.parse import urlencode

from pydantic import Field
from typing_extensions import TypedDict

from tocsin.config import Secret
from tocsin.connectors import metric_rows
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.connectors.metric_rows import Row
from tocsin.errors import SourceError
from tocsin.model.ground import rfc3339
from tocsin.model.signals import Series
from tocsin.ports import Ask, Reply

_TAG_VALUE = re.compile(r"[a-z0-9][a-z0-9_.:/-]{0,199}")
_ASKED = re.compile(r"(?P<aggregator>\w+):(?P<metric>[\w.]+)\{(?P<scope>[^}]*)\}")
_AT_ONCE = 10
"""Metrics in one query: an installation has 1,600 queries an hour for everybody."""


class _Unit(TypedDict):
    short_name: NotRequired[str | None]


class _Series(TypedDict):
    metric: str
    scope: str
    pointlist: list[tuple[float, float | None]]
    unit: NotRequired[list[_Unit | None] | None]


class _Answer(TypedDict):
    status: str
    series: NotRequired[list[_Series]]
    error: NotRequired[str]


class _Active(TypedDict):
    metrics: list[str]


class DatadogConfig(HttpAccess):
    """Section `connectors.datadog`: one site of Datadog, and the two keys it asks for."""

    url: str = "https://api.datadoghq.com"
    """The API of your site: `https://api.datadoghq.eu`, `https://api.us5.datadoghq.com`."""
    app_url: str = "https://app.datadoghq.com"
    """Where people look at it."""
    api_key: Secret
    application_key: Secret
    service_tag: str = Field(default="service", pattern=r"^[a-z][a-z0-9_-]{0,60}$")
    ignore_metrics: tuple[str, ...] = ("datadog.", "system.processes.")
    """Beginnings of metric names that say little about a service."""
    max_metrics: int = Field(default=40, ge=1, le=500)


class Datadog:
    """MetricSource over Datadog's API: active metrics by tag, and time series by query (v1)."""

    name = "datadog"

    def __init__(self, config: DatadogConfig, api_key: str, application_key: str) -> None:
        self.config = config
        self._http = HttpJson(self.name, config, keys={"DD-API-KEY": api_key, "DD-APPLICATION-KEY": application_key})

    async def metrics(self, ask: Ask) -> Reply[tuple[Series, ...]]:
        """The series that carry one of the services in the service tag; of everybody when none is asked. Raises SourceError."""
        services = [one.lower() for one in ask.services if _TAG_VALUE.fullmatch(one.lower())]
        scope = f"{self.config.service_tag} IN ({','.join(services)})" if services else "*"
        async with self._http.open() as http:
            known = await self._active(http, ask, services) if services or not ask.services else []
            asked = known[: self.config.max_metrics]
            queries = [f"avg:{one}{{{scope}}} by {{{self.config.service_tag}}}" for one in asked]
            batches = [queries[at : at + _AT_ONCE] for at in range(0, len(queries), _AT_ONCE)]
            found = [await self._series(http, ",".join(some), ask.start, ask.end) for some in batches]
        rows = [row for some in found for one in some for row in self._rows(one, by_service=True)]
        return self._reply("; ".join(queries) or "no series", rows, len(known) - len(asked), ask.start, ask.end)

    async def measure(self, expression: str, start: datetime, end: datetime) -> Reply[tuple[Series, ...]]:
        """The series of a query that people wrote: `avg:system.cpu.user{service:web} by {host}`. Raises SourceError."""
        async with self._http.open() as http:
            found = await self._series(http, expression, start, end)
        rows = [row for one in found for row in self._rows(one, by_service=False)]
        return self._reply(expression, rows, 0, start, end)

    async def _active(self, http: HttpSession, ask: Ask, services: Sequence[str]) -> list[str]:
        """Names of the metrics that the services have sent since the start."""
        params = [("from", str(int(ask.start.timestamp())))]
        if services:
            params.append(("tag_filter", f"{self.config.service_tag} IN ({','.join(services)})"))
        names = (await http.get("/api/v1/metrics", _Active, params))["metrics"]
        return sorted(one for one in names if not one.startswith(self.config.ignore_metrics))

    async def _series(self, http: HttpSession, query: str, start: datetime, end: datetime) -> list[_Series]:
        times = [("from", str(int(start.timestamp()))), ("to", str(int(end.timestamp())))]
        answer = await http.get("/api/v1/query", _Answer, [*times, ("query", query)])
        if answer["status"] != "ok":
            what = f"datadog did not take the query: {answer.get('error', '')[:200]}"
            raise SourceError(what, "Try it in the metrics explorer.", code="TCS-SOURCE-STATUS", refused=True)
        return answer.get("series", [])

    def _rows(self, one: _Series, *, by_service: bool) -> Iterable[Row]:
        """A series' samples. What a query of people groups by stays in the name; a missing sample is none."""
        tags = dict(part.partition(":")[::2] for part in one["scope"].split(","))
        service = tags.get(self.config.service_tag, "")
        name = one["metric"] if by_service else f"{one['metric']}{{{one['scope']}}}"
        units = [each.get("short_name") or "" for each in one.get("unit") or [] if each]
        for millis, value in one["pointlist"]:
            if value is not None:
                moment = rfc3339(datetime.fromtimestamp(millis / 1000, UTC))
                yield Row(millis / 1000, moment, service, name, f"{value:g}", "/".join(units))

    def _reply(
        self, query: str, rows: list[Row], left_out: int, start: datetime, end: datetime
    ) -> Reply[tuple[Series, ...]]:
        text = metric_rows.written(rows)
        if left_out:
            text += f"\n# {left_out} more metrics left out: over the limits of this connector"
        said = f"{query} [{rfc3339(start)} to {rfc3339(end)}]"
        return Reply(self.name, said, text, metric_rows.read, self._link(query, start, end))

    def _link(self, query: str, start: datetime, end: datetime) -> str:
        """The metrics explorer at the first metric of the query."""
        first = _ASKED.search(query)
        if first is None:
            return ""
        times = {"from_ts": int(start.timestamp() * 1000), "to_ts": int(end.timestamp() * 1000), "live": "false"}
        shown = {"exp_metric": first["metric"], "exp_scope": first["scope"], "exp_agg": first["aggregator"]}
        return f"{self.config.app_url}/metric/explorer?{urlencode({**times, **shown})}"
