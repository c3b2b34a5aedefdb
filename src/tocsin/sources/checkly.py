"""Checkly: browser, API and heartbeat checks. The alert type says failure, degraded or recovery."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.scales import HIGH, INFO, WARNING
from tocsin.sources.reading.vendor import Found, Posting, Vendor

_SEVERITIES = {"ALERT_FAILURE": HIGH, "ALERT_DEGRADED": WARNING, "ALERT_SSL": WARNING, "ALERT_FAILURE_REMAIN": HIGH}


def recognise(posting: Posting) -> bool:
    """Its variables for one check result."""
    return posting.root.has("check_id", "check_name") and posting.root.has_any("alert_type", "check_result_id")


def read(posting: Posting) -> Iterator[Found]:
    """One check; a check that only left degraded is over too."""
    root = posting.root
    kind = root.text("alert_type")
    over = "RECOVER" in kind
    when = root.time("started_at")
    tags = root.at("tags").labels()
    yield Found(
        key=(root.text("check_id", "check_name"),),
        title=root.text("check_name") or root.text("event"),
        description="\n".join(filter(None, (root.text("event"), root.text("check_error_message")))),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=INFO if over else _SEVERITIES.get(kind),
        vendor_severity=kind,
        service=tags.get("service", "") or root.text("check_name"),
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={
            **tags,
            "group": root.text("group_name"),
            "check_type": root.text("check_type"),
            "location": root.text("run_location"),
            "response_time": root.text("response_time"),
            "status_code": root.text("api_check_response_status_code"),
        },
        links=(("source", root.text("link")),),
    )


SOURCE = Vendor("checkly", recognise, read)
