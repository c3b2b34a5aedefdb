"""Who calls whom, from the request counts that a service mesh or a tracing collector leaves in Prometheus. Opened by `app`.

Knows Istio's, Linkerd's and the service graph's metrics; others can be named in the configuration. Never writes.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import field_validator
from typing_extensions import TypedDict

from tocsin.connectors import deep_links, edge_rows
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.connectors.selectors import LABEL
from tocsin.model.ground import Value, rfc3339
from tocsin.model.signals import Topology
from tocsin.ports import Ask, Reply

_NOBODY = frozenset({"", "unknown", "unspecified"})


class CallMetric(Value):
    """A counter of requests between two services. Labels are tried in order; the first that names somebody counts."""

    metric: str
    caller: tuple[str, ...]
    callee: tuple[str, ...]

    @field_validator("metric")
    @classmethod
    def _metric_name(cls, metric: str) -> str:
        if not LABEL.fullmatch(metric.replace(":", "_")):
            raise ValueError("give a metric's name")
        return metric

    @field_validator("caller", "callee")
    @classmethod
    def _label_names(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if not labels or not all(LABEL.fullmatch(label) for label in labels):
            raise ValueError("give at least one label name, of letters, digits and _")
        return labels

    def expression(self, seconds: int) -> str:
        """The pairs with at least one request in the last seconds."""
        return f"sum by ({', '.join((*self.caller, *self.callee))}) (increase({self.metric}[{seconds}s])) > 0"

    def edge(self, labels: Mapping[str, str]) -> tuple[str, str] | None:
        """Caller and callee, when both are named."""
        caller, callee = _named(labels, self.caller), _named(labels, self.callee)
        return (caller, callee) if caller and callee and caller != callee else None


CALL_METRICS = (
    CallMetric(
        metric="istio_requests_total",
        caller=("source_canonical_service", "source_app", "source_workload"),
        callee=("destination_canonical_service", "destination_app", "destination_service_name", "destination_workload"),
    ),
    CallMetric(
        metric="request_total",
        caller=("deployment", "statefulset", "daemonset"),
        callee=("dst_deployment", "dst_statefulset", "dst_daemonset", "dst_service"),
    ),
    CallMetric(metric="traces_service_graph_request_total", caller=("client",), callee=("server",)),
)
"""Istio's, Linkerd's, and what Tempo's metrics generator and the collector's service graph count."""


class _Sample(TypedDict):
    metric: dict[str, str]


class _Vector(TypedDict):
    resultType: Literal["vector"]
    result: list[_Sample]


class _Instant(TypedDict):
    data: _Vector


class MeshTopology:
    """TopologySource over request counters in Prometheus."""

    name = "service mesh"

    def __init__(self, access: HttpAccess, call_metrics: tuple[CallMetric, ...], secret: str = "") -> None:
        self._url, self._counted = access.url, call_metrics
        self._http = HttpJson("prometheus", access, secret)

    async def topology(self, ask: Ask) -> Reply[Topology]:
        """Every pair of services with requests between them within the asked time. Raises SourceError."""
        seconds = max(60, int((ask.end - ask.start).total_seconds()))
        expressions = [one.expression(seconds) for one in self._counted]
        async with self._http.open() as http:
            found = await asyncio.gather(*(self._instant(http, one, ask) for one in expressions))
        pairs = zip(self._counted, found, strict=True)
        text = edge_rows.written(
            edge for counted, samples in pairs for one in samples if (edge := counted.edge(one["metric"]))
        )
        seen = [expression for expression, samples in zip(expressions, found, strict=True) if samples]
        link = deep_links.prometheus_graph(self._url, seen, ask.start, ask.end)
        return Reply(self.name, f"{'; '.join(expressions)} [at {rfc3339(ask.end)}]", text, edge_rows.read, link)

    async def _instant(self, http: HttpSession, expression: str, ask: Ask) -> list[_Sample]:
        form = {"query": expression, "time": rfc3339(ask.end)}
        return (await http.post_form("/api/v1/query", _Instant, form))["data"]["result"]


def _named(labels: Mapping[str, str], names: Iterable[str]) -> str:
    return next((labels[name] for name in names if labels.get(name, "") not in _NOBODY), "")
