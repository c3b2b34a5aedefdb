"""`query_metrics`: one figure of one query, from whichever metric system it names. Served by MCP and REST. Reads, never writes."""

import re
from datetime import datetime, timedelta
from typing import Any, Literal

from tocsin.errors import DataError, SourceError
from tocsin.model.ground import rfc3339
from tocsin.web.rooms import Rooms

Source = Literal["datadog", "cloudwatch", "prometheus", "pagerduty"]
Aggregation = Literal["avg", "max", "min", "sum", "count"]
_LAST = re.compile(r"\s*\blast_(\d{1,4})(s|m|h|d)\s*$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DEFAULT = timedelta(minutes=15)
LONGEST = timedelta(days=31)
MOST_SERIES = 20
MANY = 10_000


async def measured(
    rooms: Rooms, source: Source, query: str, time_range: dict[str, str] | None, aggregation: Aggregation
) -> dict[str, Any]:
    """The figure over the range, and each series' own. Raises DataError for a range that is none, SourceError."""
    query, start, end = _range(query, time_range, rooms.clock.now())
    base = {"source": source, "query": query, "start": rfc3339(start), "end": rfc3339(end), "aggregation": aggregation}
    if source == "pagerduty":
        return {**base, **await _counts(rooms, query, start, end)}
    measure = rooms.measures.get(source)
    if measure is None:
        what = f"{source} is not connected here."
        raise SourceError(what, f"Configure it under `connectors.{source}`.", code="TCS-SOURCE-UNCONFIGURED")
    reply = await measure(query, start, end)
    series = reply.parse(rooms.clean(reply.text))
    rows = [
        {
            "metric": one.metric,
            "labels": dict(one.labels),
            "value": _aggregated(list(one.values), aggregation),
            "samples": len(one.values),
        }
        for one in series[:MOST_SERIES]
    ]
    values = [value for one in series for value in one.values]
    return {**base, "value": _aggregated(values, aggregation), "series": rows, "link": reply.link}


def _range(query: str, given: dict[str, str] | None, now: datetime) -> tuple[str, datetime, datetime]:
    found = _LAST.search(query)
    bare = _LAST.sub("", query)
    if given:
        start, end = _moment(given, "start", now - DEFAULT), _moment(given, "end", now)
    else:
        span = timedelta(**{_UNITS[found.group(2)]: int(found.group(1))}) if found else DEFAULT
        start, end = now - span, now
    if not bare.strip() or start >= end or end - start > LONGEST:
        raise DataError(
            "the query is empty, or its range begins after it ends or is too long.", "Ask for up to 31 days."
        )
    return bare.strip(), start, end


def _moment(given: dict[str, str], name: str, default: datetime) -> datetime:
    text = given.get(name)
    if not text:
        return default
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as failure:
        raise DataError(f"timeRange.{name} is no time.", "Write 2026-11-21T03:04:05Z.") from failure
    if moment.tzinfo is None:
        raise DataError(f"timeRange.{name} lacks its offset.", "Write 2026-11-21T03:04:05Z.")
    return moment


async def _counts(rooms: Rooms, service: str, start: datetime, end: datetime) -> dict[str, Any]:
    """Incidents and alerts of a service in the range, as this installation has received them."""

    def count(ledger: Any) -> tuple[int, int]:  # noqa: ANN401 - a ledger
        incidents = ledger.incidents.recent(limit=MANY)
        alerts = ledger.alerts.recent(since=start, limit=MANY)
        wanted = service.lower()
        mine = [
            one
            for one in incidents
            if wanted in map(str.lower, one.services) and one.declared_at and start <= one.declared_at <= end
        ]
        heard = [
            one
            for one in alerts
            if one.alert.service.lower() == wanted and one.alert.received_at and one.alert.received_at <= end
        ]
        return len(mine), len(heard)

    incidents, alerts = await rooms.store.read(count)
    return {"value": incidents, "incidents": incidents, "alerts": alerts, "series": []}


def _aggregated(values: list[float], how: Aggregation) -> float | None:
    if how == "count":
        return float(len(values))
    if not values:
        return None
    whole = {"avg": sum(values) / len(values), "max": max(values), "min": min(values), "sum": sum(values)}
    return whole[how]
