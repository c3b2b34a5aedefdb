"""Prometheus Alertmanager: webhook version 4 and older, the alert list that Prometheus itself posts, and one bare alert."""

from collections.abc import Iterator

from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, fingerprint, headline, unreadable

_GROUP = ("groupLabels", "commonLabels", "groupKey", "receiver", "externalURL")
_LINKS = (
    ("runbook", "runbook_url"),
    ("runbook", "runbook"),
    ("dashboard", "dashboard_url"),
    ("dashboard", "dashboard"),
)


def recognise(posting: Posting) -> bool:
    """A group of alerts with Alertmanager's group fields and none of Grafana's, or Prometheus' own list."""
    root = posting.root
    if isinstance(root.raw, list):
        rows = root.rows()
        return bool(rows) and len(rows) == len(root.raw) and all(_is_prometheus_alert(row) for row in rows)
    return _is_lone(root) or (root.has("alerts") and root.has_any(*_GROUP) and not root.has_any("orgId", "title"))


def _is_lone(alert: Node) -> bool:
    """One alert out of its group: its labels name the rule, or annotations say what it is."""
    labels = alert.at("labels")
    return (
        alert.has("labels")
        and (labels.has("alertname") or labels.has_any("job", "instance"))
        and not alert.has("alerts")
    )


def _is_prometheus_alert(alert: Node) -> bool:
    return isinstance(alert.at("labels").raw, dict) and bool(alert.text("startsAt", "generatorURL", "endsAt"))


def read(posting: Posting) -> Iterator[Found]:
    """One per alert; labels and annotations that the group shares fill the gaps."""
    root = posting.root
    alerts = root.at("alerts").rows() if root.has("alerts") else root.rows()
    if not root.has("alerts") and not all(alert.has("labels") for alert in alerts):
        raise unreadable("Alertmanager", "it has neither `alerts` nor `labels`")
    for alert in alerts:
        yield one_alert(root, alert)


def one_alert(root: Node, alert: Node) -> Found:
    """One alert of a group; Grafana's unified alerting shares this shape."""
    labels = {**root.at("commonLabels").labels(), **alert.at("labels").labels()}
    notes = Node({**root.at("commonAnnotations").labels(), **alert.at("annotations").labels()})
    name = labels.get("alertname", "")
    summary = notes.text("summary", "title", "message") or alert.text("summary")
    detail = notes.text("description", "message") or alert.text("description")
    return Found(
        key=(),
        fingerprint=alert.text("fingerprint") or fingerprint("labels", *_sorted(labels)),
        title=headline(name, summary)
        or detail
        or alert.text("title")
        or root.text("title")
        or " ".join(_sorted(labels)),
        description=detail if detail != summary else "",
        status=alert.text("status") or root.text("status"),
        vendor_severity=Node(labels).text("severity", "priority", "level") or notes.text("severity"),
        starts_at=alert.time("startsAt"),
        ends_at=_ended(posting_status=alert.text("status") or root.text("status"), alert=alert),
        labels={**labels, **_truncation(root)},
        links=(
            ("source", alert.text("generatorURL")),
            *((rel, notes.text(name)) for rel, name in _LINKS),
            ("silence", alert.text("silenceURL")),
            ("dashboard", alert.text("dashboardURL")),
            ("dashboard", alert.text("panelURL")),
            ("image", alert.text("imageURL")),
            ("alertmanager", root.text("externalURL")),
        ),
    )


def _sorted(labels: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in sorted(labels.items())]


def _ended(posting_status: str, alert: Node) -> object:
    """A firing alert's `endsAt` is only when Prometheus would give up on it: it has not ended."""
    return alert.time("endsAt") if posting_status == "resolved" else None


def _truncation(root: Node) -> dict[str, str]:
    dropped = root.text("truncatedAlerts")
    return {"truncated_alerts": dropped} if dropped not in ("", "0") else {}


SOURCE = Vendor("alertmanager", recognise, read)
