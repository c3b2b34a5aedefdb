"""updown.io: checks that went down or came back, many in one post."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_OVER = ("check.up", "check.ssl_valid", "check.ssl_renewed", "check.performance_recover")


def recognise(posting: Posting) -> bool:
    """Events about checks."""
    rows = posting.root.rows()
    return bool(rows) and all(_is_event(row) for row in rows)


def _is_event(row: Node) -> bool:
    return row.text("event").startswith("check.") and row.has("check")


def read(posting: Posting) -> Iterator[Found]:
    """One per event."""
    rows = posting.root.rows()
    if not rows or not all(row.has("check") for row in rows):
        raise unreadable("updown.io", "it has no `check`")
    yield from (_event(row) for row in rows)


def _event(row: Node) -> Found:
    check, downtime, event = row.at("check"), row.at("downtime"), row.text("event")
    over = event in _OVER
    url = check.text("url")
    return Found(
        key=(check.text("token") or url, event.split("_")[0] if "_" in event else "check"),
        title=check.text("alias") or url,
        description=row.text("description") or downtime.text("error") or check.text("error"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        service=check.text("alias") or url,
        starts_at=downtime.time("started_at") or check.time("down_since") or row.time("time"),
        ends_at=(downtime.time("ended_at") or row.time("time")) if over else None,
        labels={"event": event, "last_status": check.text("last_status")},
        links=(("source", url),),
    )


SOURCE = Vendor("updown", recognise, read)
