"""Pingdom: uptime and transaction checks. Importance is what the user set for the check."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_OVER = ("UP", "SUCCESS")


def recognise(posting: Posting) -> bool:
    """A check with its states before and after."""
    return posting.root.has("check_id", "current_state", "previous_state")


def read(posting: Posting) -> Iterator[Found]:
    """One check."""
    root = posting.root
    if not root.has("check_name"):
        raise unreadable("Pingdom", "it has no `check_name`")
    over = root.text("current_state") in _OVER
    when = root.time("state_changed_timestamp", "state_changed_utc_time")
    params = root.at("check_params")
    tags = root.at("tags").labels()
    yield Found(
        key=(root.text("check_id"),),
        title=root.text("check_name"),
        description="\n".join(
            filter(None, (root.text("description"), root.text("long_description"), root.text("custom_message")))
        ),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        vendor_severity=root.text("importance_level"),
        service=tags.get("service", "") or root.text("check_name"),
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={
            **tags,
            "check_type": root.text("check_type"),
            "state": root.text("current_state"),
            "hostname": params.text("hostname"),
            "probe": root.at("first_probe").text("location"),
        },
        links=(("source", params.text("full_url", "url")),),
    )


SOURCE = Vendor("pingdom", recognise, read)
