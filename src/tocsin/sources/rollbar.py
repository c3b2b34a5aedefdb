"""Rollbar: an item appeared, came back or was resolved. Levels are words, or numbers from 10 (debug) to 50 (critical)."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import ascending
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable


def recognise(posting: Posting) -> bool:
    """An event name with its item or occurrence."""
    return posting.root.has("event_name") and posting.root.at("data").has_any("item", "occurrence")


def read(posting: Posting) -> Iterator[Found]:
    """One item."""
    data, event = posting.root.at("data"), posting.root.text("event_name")
    if not data.has_any("item", "occurrence"):
        raise unreadable("Rollbar", "it has neither an item nor an occurrence")
    item, occurrence = data.at("item"), data.at("occurrence")
    latest = item.at("last_occurrence") if item.has("last_occurrence") else occurrence
    level = latest.text("level") or item.text("level", "level_string")
    yield Found(
        key=(item.text("project_id"), item.text("id", "hash") or occurrence.text("item_id", "id")),
        title=item.text("title") or _message(latest),
        description=_message(latest),
        status=AlertStatus.RESOLVED
        if event == "resolved_item" or item.text("status") == "resolved"
        else AlertStatus.FIRING,
        severity=ascending(level, low="25", warning="30", high="40", critical="50"),
        vendor_severity=level,
        service=item.at("project").text("name") or latest.at("server").text("host"),
        environment=item.text("environment") or latest.text("environment"),
        starts_at=item.time("first_occurrence_timestamp", "last_activated_timestamp") or latest.time("timestamp"),
        labels={
            "event": event,
            "framework": latest.text("framework"),
            "occurrences": item.text("total_occurrences"),
            "counter": item.text("counter"),
        },
        links=(("source", data.text("url")),),
    )


def _message(occurrence: Node) -> str:
    body = occurrence.at("body")
    return (
        body.at("message").text("body")
        or body.at("trace", "exception").text("message", "class")
        or body.at("trace_chain").text()
    )


SOURCE = Vendor("rollbar", recognise, read)
