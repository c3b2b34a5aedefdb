"""Opsgenie and Jira Service Management alerts: P1 is the worst, and older payloads say just the number."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.scales import descending
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_OVER = frozenset(("close", "delete", "closed", "resolve"))


def recognise(posting: Posting) -> bool:
    """An action on an alert with Opsgenie's identifiers."""
    alert = posting.root.at("alert")
    return posting.root.has("action") and alert.has("message") and alert.has_any("alertId", "tinyId", "alias")


def read(posting: Posting) -> Iterator[Found]:
    """One alert; only closing it ends it, every other action leaves it on."""
    root = posting.root
    alert, action = root.at("alert"), root.text("action")
    if not alert.has_any("message", "alertId"):
        raise unreadable("Opsgenie", "it has no `alert`")
    over = action.lower() in _OVER
    priority = alert.text("priority")
    details = alert.at("details").labels()
    yield Found(
        key=(alert.text("alias") or alert.text("alertId"), alert.text("entity")),
        title=alert.text("message") or alert.text("alias"),
        description=alert.text("description"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=descending(priority, 1),
        vendor_severity=priority,
        service=details.get("service", "") or alert.text("entity"),
        starts_at=alert.time("createdAt", "insertedAt"),
        ends_at=alert.time("closedAt", "updatedAt") if over else None,
        labels={
            **alert.at("tags").labels(),
            **details,
            **{name: alert.text(name) for name in ("alias", "entity", "source", "tinyId", "team")},
            "action": action,
            "integration": root.text("integrationName"),
        },
        links=(("source", alert.text("url", "alertUrl")),),
    )


SOURCE = Vendor("opsgenie", recognise, read)
