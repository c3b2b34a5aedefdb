"""Faithful small fakes of metric systems that live elsewhere, over real HTTP. They answer as the vendors' API documents say.

Datadog: GET /api/v1/metrics (active metrics by tag) and GET /api/v1/query (v1 time series). CloudWatch: GetMetricData in AWS JSON
1.0, its signature checked over what really came. Both refuse what they would refuse in truth.
"""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tests.fake_servers import serving
from tocsin.connectors.sigv4 import Credentials, Scope, signed

Sample = tuple[str, datetime, float]
"""A service, a time and a value of the one metric there is."""
KEYS = {"DD-API-KEY": "an-api-key-of-32-characters-long", "DD-APPLICATION-KEY": "an-application-key"}
AWS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
_QUERY = re.compile(r"(\w+):([\w.]+)\{([^}]*)\}(?: by \{(\w+)\})?$")
_SEARCH = re.compile(r"SEARCH\('(?:Namespace=\([^)]*\) )?\"([^\"]+)\"', '(\w+)', (\d+)\)$")


def datadog(metric: str, samples: Iterable[Sample]):
    """A Datadog that holds one gauge, tagged with `service`."""
    held = list(samples)

    def answer(method, path, params, body, headers):
        if any(headers.get(name) != key for name, key in KEYS.items()):
            return 403, {"errors": ["Forbidden"]}
        if path == "/api/v1/metrics":
            wanted = _services(params.get("tag_filter", ["*"])[0])
            after = float(params["from"][0])
            there = any(at.timestamp() >= after and _in(service, wanted) for service, at, _ in held)
            return 200, {"from": params["from"][0], "metrics": [metric, "datadog.agent.running"] if there else []}
        if path != "/api/v1/query":
            return 404, {"errors": ["Not found"]}
        start, end = (float(params[one][0]) for one in ("from", "to"))
        asked = [_QUERY.match(one) for one in re.split(r",(?![^{]*\})", params["query"][0])]
        if not all(asked):
            return 400, {"errors": ["Error parsing query: unable to parse"]}
        series = [_one(match, held, start, end, service) for match in asked for service in _grouped(match, held)]
        return 200, {"status": "ok", "res_type": "time_series", "resp_version": 1, "query": params["query"][0],
                     "from_date": start * 1000, "to_date": end * 1000, "series": [one for one in series if one["pointlist"]],
                     "values": [], "times": [], "message": "", "group_by": ["service"]}  # fmt: skip

    return serving(answer)


def _services(scope: str) -> set[str]:
    found = re.fullmatch(r"service IN \(([^)]*)\)|service:([\w.-]+)|(\*)", scope)
    assert found, scope
    return set() if found[3] else set((found[1] or found[2]).split(","))


def _in(service: str, wanted: set[str]) -> bool:
    return not wanted or service in wanted


def _grouped(match: re.Match[str], held: list[Sample]) -> list[str]:
    wanted = _services(match[3])
    return sorted({service for service, _, _ in held if _in(service, wanted)})


def _one(match: re.Match[str], held: list[Sample], start: float, end: float, service: str) -> dict[str, Any]:
    points: list[list[float | None]] = [
        [at.timestamp() * 1000, value]
        for owner, at, value in held
        if owner == service and start <= at.timestamp() <= end and match[2] != "datadog.agent.running"
    ]
    gap: list[list[float | None]] = [[start * 1000 + 1, None]] if points else []
    return {"metric": match[2], "display_name": match[2], "scope": f"service:{service}", "tag_set": [f"service:{service}"],
            "aggr": match[1], "expression": match[0], "interval": 30, "length": len(points), "start": start * 1000,
            "end": end * 1000, "pointlist": [*gap, *points], "unit": [{"short_name": "job", "scale_factor": 1.0}, None],
            "query_index": 0, "attributes": {}}  # fmt: skip


def cloudwatch(metric: str, samples: Iterable[Sample], page: int = 25):
    """A CloudWatch that holds one metric with the dimension `Service`, and answers in pages."""
    held = list(samples)

    def answer(method, path, params, body, headers):
        if not _genuine(body, headers):
            return 403, {"__type": "com.amazon.coral.service#InvalidSignatureException",
                         "message": "The request signature we calculated does not match the signature you provided."}  # fmt: skip
        if headers.get("X-Amz-Target") != "GraniteServiceVersion20100801.GetMetricData":
            return 400, {"__type": "com.amazonaws.cloudwatch#UnknownOperationException"}
        asked = json.loads(body)
        results = [one for query in asked["MetricDataQueries"] for one in _found(query, asked, metric, held)]
        if any(one is None for one in results):
            return 400, {
                "__type": "com.amazonaws.cloudwatch#ValidationError",
                "message": "Error in expression: Invalid syntax",
            }
        first = int(asked.get("NextToken") or 0)
        shown = [
            {
                **one,
                "Timestamps": one["Timestamps"][first : first + page],
                "Values": one["Values"][first : first + page],
            }
            for one in results
        ]
        more = any(len(one["Values"]) > first + page for one in results)
        return 200, {"MetricDataResults": shown, "Messages": [], **({"NextToken": str(first + page)} if more else {})}

    return serving(answer)


def _genuine(body: bytes, headers: Any) -> bool:
    """The signature again, over what came."""
    shown = headers.get("authorization") or ""
    named = re.search(r"SignedHeaders=([\w;-]+)", shown)
    stamp, host = headers.get("x-amz-date"), headers.get("host")
    if not named or not stamp:
        return False
    sent = {one: headers[one] for one in named[1].split(";") if one not in ("host", "x-amz-date")}
    at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    again = signed("POST", f"http://{host}/", sent, body, AWS, Scope("eu-west-1", "monitoring", at))
    return again["authorization"] == shown


def _found(
    query: dict[str, Any], asked: dict[str, Any], metric: str, held: list[Sample]
) -> list[dict[str, Any] | None]:
    if "MetricStat" in query:
        named = {one["Name"]: one["Value"] for one in query["MetricStat"]["Metric"]["Dimensions"]}
        services = [named.get("Service", "")] if query["MetricStat"]["Metric"]["MetricName"] == metric else []
    else:
        search = _SEARCH.match(query["Expression"])
        if search is None:
            return [None]
        services = [search[1]]
    found: list[dict[str, Any] | None] = []
    for service in services:
        points = [
            (at.timestamp(), value)
            for owner, at, value in held
            if owner == service and asked["StartTime"] <= at.timestamp() < asked["EndTime"]
        ]
        if points or "MetricStat" in query:
            found.append({"Id": query["Id"], "Label": metric, "StatusCode": "Complete",
                          "Timestamps": [at for at, _ in points], "Values": [value for _, value in points]})  # fmt: skip
    return found
