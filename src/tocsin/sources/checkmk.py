"""Checkmk: a notification script posts its variables. HOST and SERVICE notifications share one body."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.nagios import grade, is_over
from tocsin.sources.reading.vendor import Found, Posting, Vendor


def recognise(posting: Posting) -> bool:
    """`what` (HOST or SERVICE) with the notification's type."""
    low = posting.root.lowered()
    return low.has("what", "notificationtype") or low.has("checkcommand", "notificationtype", "site")


def read(posting: Posting) -> Iterator[Found]:
    """One notification. `long_date_time` names its zone; the short one does not."""
    low = posting.root.lowered()
    host = low.text("host", "hostname", "alias")
    service = low.text("service", "servicedesc") if low.text("what").upper() == "SERVICE" else ""
    state = low.text("status", "servicestate", "hoststate", "state").upper()
    kind = low.text("notificationtype").upper()
    over = is_over(kind, state)
    when = low.time("longdatetime", "microtime", "shortdatetime")
    yield Found(
        key=(low.text("site", "omdsite"), host, service),
        title=low.text("summary") or (f"{host}: {service}" if service else f"{host} is {state}"),
        description="\n".join(
            filter(None, (low.text("output", "serviceoutput", "hostoutput"), low.text("longoutput")))
        ),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=grade(state),
        vendor_severity=low.text("severity") or state,
        service=service or host,
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={
            "host": host,
            "check": service,
            "state": state,
            "event": low.text("event"),
            "site": low.text("site", "omdsite"),
            "address": low.text("address", "hostaddress"),
            "notification_type": kind,
        },
        links=(("source", low.text("url")),),
    )


SOURCE = Vendor("checkmk", recognise, read)
