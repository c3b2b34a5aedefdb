"""UptimeRobot: alert_type 1 is down, 2 is up, 3 a certificate about to expire. Variables it cannot fill arrive unchanged."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.scales import plain
from tocsin.sources.reading.vendor import Found, Posting, Vendor


def recognise(posting: Posting) -> bool:
    """Its variables under their own names, in any spelling."""
    return posting.root.lowered().has_any("monitorfriendlyname", "alerttypefriendlyname")


def read(posting: Posting) -> Iterator[Found]:
    """One monitor."""
    low = posting.root.lowered()
    name, word = low.text("monitorfriendlyname", "monitorname"), low.text("alerttypefriendlyname")
    over = low.text("alerttype") == "2" or plain(word) == "up"
    when = low.time("alertdatetime", "datetime", "timestamp")
    yield Found(
        key=(low.text("monitorid"), name, low.text("monitorurl")),
        title=name or low.text("monitorurl"),
        description=" ".join(filter(None, (word, low.text("alertdetails")))),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        service=name,
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={name: low.text(key) for name, key in _LABELS},
        links=(("source", low.text("monitorurl")),),
    )


_LABELS = (
    ("monitor_url", "monitorurl"), ("alert_type", "alerttypefriendlyname"), ("duration", "alertfriendlyduration"),
    ("contacts", "monitoralertcontacts"), ("certificate_expires", "sslexpirydate"), ("days_left", "sslexpirydaysleft"),
)  # fmt: skip

SOURCE = Vendor("uptimerobot", recognise, read)
