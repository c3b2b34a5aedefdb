"""Uptime Kuma: heartbeat status 0 down, 1 up, 2 pending, 3 maintenance."""

from collections.abc import Iterator
from datetime import datetime

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_WORDS = {"0": "down", "1": "up", "2": "pending", "3": "maintenance"}


def recognise(posting: Posting) -> bool:
    """Heartbeat, monitor and message side by side (the last alone is its test or certificate message)."""
    root = posting.root
    return root.has("heartbeat", "monitor")


def read(posting: Posting) -> Iterator[Found]:
    """One heartbeat. Maintenance ends the outage as far as alerts go; pending is not yet an outage, but not health either."""
    root = posting.root
    beat, monitor = root.at("heartbeat"), root.at("monitor")
    if not root.has_any("heartbeat", "monitor", "msg"):
        raise unreadable("Uptime Kuma", "it has neither `heartbeat` nor `msg`")
    state = _WORDS.get(beat.text("status"), "")
    over = state in ("up", "maintenance")
    when = _when(beat)
    name = monitor.text("name", "pathName")
    tags = monitor.at("tags").labels()
    yield Found(
        key=(monitor.text("id") or beat.text("monitorID"), name),
        title=name or root.text("msg"),
        description=beat.text("msg") or root.text("msg"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        service=tags.get("service", "") or name,
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={
            **tags,
            "state": state,
            "type": monitor.text("type"),
            "target": monitor.text("url", "hostname"),
            "ping": beat.text("ping"),
        },
        links=(("source", monitor.text("url")),),
    )


def _when(beat: Node) -> datetime | None:
    """The local time with its zone when both are there; `time` alone is UTC."""
    zone = beat.text("timezoneOffset", "timezone")
    return (beat.time("localDateTime", zone=zone) if zone else None) or beat.time("time")


SOURCE = Vendor("uptimekuma", recognise, read)
