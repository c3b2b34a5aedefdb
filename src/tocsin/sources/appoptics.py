"""SolarWinds AppOptics and Librato: one alert with the metrics that violated its conditions, or `clear` when it is over."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable


def recognise(posting: Posting) -> bool:
    """An alert with its violations, conditions or clearing."""
    return posting.root.at("alert").has("name") and posting.root.has_any(
        "violations", "conditions", "clear", "trigger_time"
    )


def read(posting: Posting) -> Iterator[Found]:
    """One alert."""
    root = posting.root
    alert = root.at("alert")
    if not alert.has("name"):
        raise unreadable("AppOptics", "it has no `alert`")
    over = root.has("clear")
    measured = [(source, row) for source, rows in _items(root.at("violations")) for row in Node(rows).rows()]
    when = root.time("trigger_time")
    yield Found(
        key=(alert.text("id") or alert.text("name"), *sorted(source for source, _ in measured)),
        title=alert.text("name"),
        description="; ".join(f"{source} {row.text('metric')} {row.text('value')}" for source, row in measured)
        or alert.text("description"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={"source": ",".join(source for source, _ in measured), "account": root.text("account")},
        links=(("runbook", alert.text("runbook_url")),),
    )


def _items(node: Node) -> list[tuple[str, object]]:
    return list(node.raw.items()) if isinstance(node.raw, dict) else []


SOURCE = Vendor("appoptics", recognise, read)
