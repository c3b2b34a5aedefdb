"""Sensu Go and Sensu classic: one check of one entity. Exit status 0 is good, 1 warning, 2 and above critical."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import CRITICAL, INFO, UNKNOWN, WARNING
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_STATUSES = {"0": INFO, "1": WARNING, "2": CRITICAL}


def recognise(posting: Posting) -> bool:
    """A check with a status, beside the entity or client it ran for."""
    return posting.root.has_any("entity", "client") and posting.root.at("check").has("status")


def read(posting: Posting) -> Iterator[Found]:
    """One check result."""
    root = posting.root
    check = root.at("check")
    entity = root.at("entity") if root.has("entity") else root.at("client")
    host = entity.at("metadata").text("name") or entity.text("name", "id")
    name = check.at("metadata").text("name") or check.text("name")
    if not name:
        raise unreadable("Sensu", "its check has no name")
    status = check.text("status")
    over = status == "0" or root.text("action") == "resolve"
    yield Found(
        key=(host, name),
        title=f"{host}: {name}",
        description=check.text("output"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=_STATUSES.get(status, UNKNOWN),
        vendor_severity=status,
        service=_label(check, entity) or name,
        starts_at=Node(check.raw).time("executed", "issued") or root.time("timestamp"),
        labels={
            **entity.at("metadata", "labels").labels(),
            **check.at("metadata", "labels").labels(),
            "host": host,
            "check": name,
            "occurrences": check.text("occurrences") or root.text("occurrences"),
        },
    )


def _label(check: Node, entity: Node) -> str:
    return check.at("metadata", "labels").text("service") or entity.at("metadata", "labels").text("service")


SOURCE = Vendor("sensu", recognise, read)
