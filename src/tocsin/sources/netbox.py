"""NetBox: a webhook about a created, updated or deleted object. It is information; an object that failed is a problem."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.scales import CRITICAL, HIGH, INFO
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_STATES = {"failed": CRITICAL, "offline": HIGH, "deprovisioning": INFO}


def recognise(posting: Posting) -> bool:
    """The model and who changed it, beside the object."""
    return posting.root.has("event", "model", "data") and posting.root.has_any("username", "request_id", "snapshots")


def read(posting: Posting) -> Iterator[Found]:
    """One change of one object."""
    root = posting.root
    if not root.has("data", "model"):
        raise unreadable("NetBox", "it has no `data` and `model`")
    data = root.at("data")
    name = data.text("display", "name", "slug", "id")
    state = data.at("status").text("value") or data.text("status")
    severity = _STATES.get(state, INFO)
    yield Found(
        key=(root.text("model"), data.text("id") or name),
        title=f"{root.text('model')} {name} {root.text('event')}",
        description=data.text("description", "comments") or (f"status {state}" if state else ""),
        status=AlertStatus.RESOLVED if root.text("event") == "updated" and state == "active" else AlertStatus.FIRING,
        severity=severity,
        vendor_severity=state,
        service=name,
        starts_at=root.time("timestamp") or data.time("last_updated", "created"),
        labels={
            **{
                key: data.at(key).text("name", "display", "slug")
                for key in ("site", "region", "tenant", "role", "device_type")
            },
            "model": root.text("model"),
            "event": root.text("event"),
            "user": root.text("username"),
            "state": state,
        },
        links=(("source", data.text("display_url", "url")),),
    )


SOURCE = Vendor("netbox", recognise, read)
