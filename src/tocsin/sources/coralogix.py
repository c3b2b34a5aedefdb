"""Coralogix: most of what matters is in a list of key and value pairs, and variables it cannot fill stay as they are."""

from collections.abc import Iterator

from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import descending
from tocsin.sources.reading.vendor import Found, Posting, Vendor


def recognise(posting: Posting) -> bool:
    """The alert's action beside its fields."""
    root = posting.root
    return root.has("alert_action", "alert_id") or (
        root.has("uuid", "fields", "alert_url") and isinstance(root.at("fields").raw, list)
    )


def read(posting: Posting) -> Iterator[Found]:
    """One alert; `resolve` is its end."""
    root = posting.root
    fields = {name: text for name, text in root.at("fields").labels().items() if text.lower() != "null"}
    told = Node(fields)
    priority, word = told.text("priority", "opsgeniePriority"), told.text("severity", "severityLowercase")
    when = told.time("timestampISO", "timestampMs", "timestamp") or root.time("timestamp")
    over = root.text("alert_action").startswith("resolve")
    yield Found(
        key=(root.text("alert_id") or root.text("name"), told.text("dedupKey", "alertGroupByValues")),
        title=root.text("name") or root.text("alert_id"),
        description="\n".join(filter(None, (root.text("description"), told.text("text")))),
        status="resolved" if over else "firing",
        severity=descending(priority, 1) if priority else None,
        vendor_severity=priority or word,
        service=root.text("service") or told.text("application", "subsystem"),
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={**fields, "alert_id": root.text("alert_id")},
        links=(("source", root.text("alert_url")), ("source", root.text("log_url"))),
    )


SOURCE = Vendor("coralogix", recognise, read)
