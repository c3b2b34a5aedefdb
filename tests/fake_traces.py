"""Faithful small fakes of trace stores and of Prometheus' instant queries, over real HTTP. They answer as the vendors document.

Jaeger: /api/services, /api/traces (service, start, end in microseconds, limit), /api/traces needs a service, /api/dependencies
(endTs, lookback in milliseconds). Tempo: /api/search (q in TraceQL, seconds) and /api/traces/ID as protobuf JSON, whose
identities are base64.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from itertools import groupby

from tests.fake_servers import serving
from tocsin.analysis.spans import edges
from tocsin.model.signals import Span

_NAMES = re.compile(r'resource\.service\.name = "((?:[^"\\]|\\.)*)"')


def traces_of(spans: Iterable[Span]) -> list[list[Span]]:
    """The spans, trace by trace, the newest trace first."""
    ordered = sorted(spans, key=lambda span: span.trace)
    many = [list(found) for _, found in groupby(ordered, key=lambda span: span.trace)]
    return sorted(many, key=lambda found: -min(span.start for span in found))


def jaeger_json(spans: Sequence[Span]) -> dict[str, object]:
    """One trace as Jaeger writes it."""
    processes = {service: f"p{at}" for at, service in enumerate(dict.fromkeys(span.service for span in spans), start=1)}
    return {
        "traceID": spans[0].trace,
        "spans": [
            {
                "traceID": one.trace,
                "spanID": one.id,
                "operationName": one.operation,
                "references": [{"refType": "CHILD_OF", "traceID": one.trace, "spanID": one.parent}] if one.parent else [],
                "startTime": round(one.start * 1e6),
                "duration": round(one.seconds * 1e6),
                "tags": [{"key": "span.kind", "type": "string", "value": "server"}]
                + ([{"key": "error", "type": "bool", "value": True}] if one.failed else [])
                + ([{"key": "http.status_code", "type": "int64", "value": int(one.status)}] if one.status else []),
                "logs": [],
                "processID": processes[one.service],
                "warnings": None,
            }
            for one in spans
        ],
        "processes": {key: {"serviceName": service, "tags": []} for service, key in processes.items()},
        "warnings": None,
    }  # fmt: skip


def otlp_json(spans: Sequence[Span], *, hexadecimal: bool = False) -> dict[str, object]:
    """One trace as OTLP: hexadecimal identities as the specification asks, or base64 as Tempo answers."""

    def identity(text: str) -> str:
        return text if hexadecimal else b64encode(bytes.fromhex(text)).decode()

    def written(one: Span) -> dict[str, object]:
        attributes = [{"key": "http.response.status_code", "value": {"intValue": one.status}}] if one.status else []
        return {
            "traceId": identity(one.trace),
            "spanId": identity(one.id),
            **({"parentSpanId": identity(one.parent)} if one.parent else {}),
            "name": one.operation,
            "kind": "SPAN_KIND_SERVER",
            "startTimeUnixNano": str(round(one.start * 1e9)),
            "endTimeUnixNano": str(round((one.start + one.seconds) * 1e9)),
            "attributes": attributes,
            "status": {"code": "STATUS_CODE_ERROR"} if one.failed else {},
        }

    batches = [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
            "scopeSpans": [{"scope": {"name": "fake"}, "spans": [written(one) for one in spans if one.service == service]}],
        }
        for service in dict.fromkeys(span.service for span in spans)
    ]  # fmt: skip
    return {"resourceSpans" if hexadecimal else "batches": batches}


def _through(spans, services, start, end, limit):
    found = [
        trace
        for trace in traces_of(spans)
        if any((not services or one.service in services) and start <= one.start <= end for one in trace)
    ]
    return found[:limit]


def jaeger(spans: Sequence[Span]):
    """A Jaeger that holds these spans."""

    def answer(method, path, params, body, headers):
        if path == "/api/services":
            return 200, {"data": sorted({span.service for span in spans}), "total": 0, "errors": None}
        if path == "/api/dependencies":
            counted = [{"parent": caller, "child": callee, "callCount": 9} for caller, callee in edges(spans)]
            return 200, {"data": counted if "endTs" in params and "lookback" in params else None, "errors": None}
        if path != "/api/traces":
            return 404, b"404 page not found"
        if "service" not in params:
            return 400, {
                "data": None,
                "errors": [{"code": 400, "msg": "parsing of service parameter failed: is required"}],
            }
        start, end = (int(params[name][0]) / 1e6 for name in ("start", "end"))
        found = _through(spans, params["service"], start, end, int(params["limit"][0]))
        return 200, {
            "data": [jaeger_json(trace) for trace in found],
            "total": 0,
            "limit": 0,
            "offset": 0,
            "errors": None,
        }

    return serving(answer)


def tempo(spans: Sequence[Span]):
    """A Tempo that holds these spans."""

    def answer(method, path, params, body, headers):
        if path == "/api/search":
            query = params["q"][0]
            if not (query.startswith("{") and query.endswith("}")):
                return 400, b"invalid TraceQL query: parse error at line 1, col 1"
            names = [json.loads(f'"{name}"') for name in _NAMES.findall(query)]
            start, end = (int(params[name][0]) for name in ("start", "end"))
            found = _through(spans, names, start, end, int(params["limit"][0]))
            hits = [{"traceID": trace[0].trace.lstrip("0"), "rootServiceName": trace[0].service} for trace in found]
            return 200, {"traces": hits, "metrics": {"inspectedTraces": len(hits), "completedJobs": 1, "totalJobs": 1}}
        if path.startswith("/api/traces/"):
            wanted = path.rpartition("/")[2].zfill(32)
            found = next((trace for trace in traces_of(spans) if trace[0].trace == wanted), None)
            return (200, otlp_json(found)) if found else (404, b"trace not found")
        return 404, b"404 page not found"

    return serving(answer)


def instant_queries(answers: dict[str, list[dict[str, str]]]):
    """A Prometheus that answers an instant query with the label sets of the metric it names."""

    def answer(method, path, params, body, headers):
        if path != "/api/v1/query" or method != "POST":
            return 404, b"404 page not found"
        asked = body.decode()
        found = [
            labels
            for metric, many in answers.items()
            if f"increase%28{metric}%5B" in asked or f"increase({metric}" in asked
            for labels in many
        ]
        result = [{"metric": labels, "value": [1.0, "3"]} for labels in found]
        return 200, {"status": "success", "data": {"resultType": "vector", "result": result}}

    return serving(answer)
