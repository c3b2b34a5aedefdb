"""Honeybadger: errors, uptime checks and check-ins of a project."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_OVER = ("resolved", "up", "check_in_reporting")
_TALK = ("commented", "assigned", "deployed")


def recognise(posting: Posting) -> bool:
    """An event about a fault, outage, site or check-in of a project."""
    root = posting.root
    return root.has("event", "message") and root.has_any("fault", "outage", "site", "check_in") and root.has("project")


def read(posting: Posting) -> Iterator[Found]:
    """One event; comments, assignments and deployments are no alerts."""
    root = posting.root
    event, fault, outage = root.text("event"), root.at("fault"), root.at("outage")
    if not event:
        raise unreadable("Honeybadger", "it has no `event`")
    if event in _TALK:
        return
    site, check = root.at("site"), root.at("check_in")
    yield Found(
        key=(root.at("project").text("id"), fault.text("id"), site.text("id", "name"), check.text("id", "name")),
        title=fault.text("klass") or site.text("name") or check.text("name") or root.text("message"),
        description=fault.text("message") or outage.text("reason") or root.text("message"),
        status=AlertStatus.RESOLVED if event in _OVER else AlertStatus.FIRING,
        service=root.at("project").text("name"),
        environment=fault.text("environment") or root.at("notice").text("environment"),
        starts_at=fault.time("created_at")
        or outage.time("down_at", "created_at")
        or check.time("missed_at", "reported_at"),
        ends_at=outage.time("up_at") if event == "up" else None,
        labels={
            "event": event,
            "component": fault.text("component"),
            "state": site.text("state") or check.text("state"),
        },
        links=(("source", fault.text("url") or site.text("url") or check.text("url")),),
    )


SOURCE = Vendor("honeybadger", recognise, read)
