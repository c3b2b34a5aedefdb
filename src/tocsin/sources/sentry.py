"""Sentry: webhooks of the integration platform (issue, event alert, metric alert, error) and of the older plugin."""

from collections.abc import Iterator

from tocsin.model.alert import AlertSeverity, AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import CRITICAL, INFO, WARNING, by_word
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_KINDS = ("issue", "event", "error", "metric_alert", "issue_alert")
_ACTION_SEVERITY = {"critical": CRITICAL, "warning": WARNING, "resolved": INFO}
_TAGS = ("environment", "server_name", "release", "service", "transaction")


def recognise(posting: Posting) -> bool:
    """Sentry's header, its data with an installation, or the plugin's body."""
    root = posting.root
    known = root.at("data").has_any(*_KINDS) and root.has("action")
    plugin = root.has("project") and root.has_any("culprit", "project_slug") and root.has_any("event", "level")
    return (known and (root.has_any("installation", "actor") or "sentry-hook-resource" in posting.headers)) or plugin


def read(posting: Posting) -> Iterator[Found]:
    """Comments and installations carry no state: understood, and nothing to alert on."""
    root = posting.root
    data = root.at("data")
    if data.has("metric_alert"):
        yield _metric(root, data)
    elif data.has("issue"):
        yield _issue(root, data.at("issue"))
    elif data.has_any("event", "error"):
        yield _event(data)
    elif root.has_any("event", "culprit"):
        yield _plugin(root)
    elif not root.has("action"):
        raise unreadable("Sentry", "it has neither `data` nor `event`")


def _issue(root: Node, issue: Node) -> Found:
    project = issue.at("project")
    over = root.text("action") in ("resolved", "archived", "ignored") or issue.text("status") in ("resolved", "ignored")
    return Found(
        key=("issue", issue.text("id")),
        title=issue.text("title") or issue.at("metadata").text("title", "type"),
        description=issue.at("metadata").text("value") or issue.text("culprit"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        vendor_severity=issue.text("level"),
        service=project.text("slug", "name"),
        starts_at=issue.time("firstSeen"),
        ends_at=issue.time("lastSeen") if over else None,
        labels={
            **{
                name: issue.text(name)
                for name in ("platform", "culprit", "shortId", "count", "userCount", "priority", "logger")
            },
            "project": project.text("name", "slug"),
        },
        links=(("source", issue.text("permalink", "web_url", "url")),),
    )


def _event(data: Node) -> Found:
    event = data.at("event") if data.has("event") else data.at("error")
    tags = event.at("tags").labels() or _pairs(event)
    rule = data.text("triggered_rule")
    return Found(
        key=("issue", _issue_id(event) or event.text("title")),
        title=event.text("title") or event.at("metadata").text("title", "type") or event.text("message"),
        description=event.text("message") or event.at("metadata").text("value") or event.text("culprit"),
        vendor_severity=event.text("level"),
        service=tags.get("service", "") or _project(event),
        environment=event.text("environment") or tags.get("environment", ""),
        starts_at=event.time("datetime", "timestamp", "received"),
        labels={
            **tags,
            **{name: event.text(name) for name in ("platform", "culprit", "release", "environment", "transaction")},
            "rule": rule,
        },
        links=(("source", event.text("web_url", "issue_url", "url")),),
    )


def _issue_id(event: Node) -> str:
    """The same number that issue webhooks carry, so that a resolved issue ends the alerts of its events."""
    return event.text("issue_id", "issue", "groupID") or event.text("issue_url").rstrip("/").rpartition("/")[2]


def _pairs(event: Node) -> dict[str, str]:
    """Sentry writes tags as a list of two-element lists."""
    raw = event.at("tags").raw
    rows = [row for row in raw if isinstance(row, list) and len(row) == 2] if isinstance(raw, list) else []
    return {Node(name).text(): Node(value).text() for name, value in rows if Node(name).text()}


def _project(event: Node) -> str:
    """Projects come as a number; the event's own addresses hold the name (`/projects/ORG/NAME/events/...`)."""
    parts = event.text("url").split("/projects/")
    path = parts[1].split("/") if len(parts) == 2 else []
    return event.text("project_slug", "project_name") or (path[1] if len(path) > 1 else "")


def _metric(root: Node, data: Node) -> Found:
    metric, action = data.at("metric_alert"), root.text("action")
    rule = metric.at("alert_rule")
    over = action == "resolved"
    return Found(
        key=("metric_alert", rule.text("id") or rule.text("name"), metric.text("id")),
        title=rule.text("name") or data.text("description_title") or metric.text("title"),
        description="\n".join(filter(None, (data.text("description_title"), data.text("description_text")))),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=_ACTION_SEVERITY.get(action, AlertSeverity.UNKNOWN),
        vendor_severity=action,
        service=",".join(metric.at("projects").texts() or rule.at("projects").texts()),
        environment=rule.text("environment"),
        starts_at=metric.time("date_started", "date_detected", "date_created"),
        ends_at=metric.time("date_closed") if over else None,
        labels={
            **{name: rule.text(name) for name in ("aggregate", "query", "dataset", "time_window")},
            "title": metric.text("title"),
        },
        links=(("source", data.text("web_url")),),
    )


def _plugin(root: Node) -> Found:
    event = root.at("event")
    tags = _pairs(event) or event.at("tags").labels()
    word = root.text("level") or event.text("level")
    title = (
        event.text("title")
        or root.text("message")
        or event.at("metadata").text("title", "type")
        or root.text("culprit")
    )
    return Found(
        key=("issue", root.text("id") or title, root.text("project_slug", "project")),
        title=title,
        description=root.text("message") or event.at("logentry").text("formatted", "message") or root.text("culprit"),
        severity=by_word(word),
        vendor_severity=word,
        service=root.text("project_slug", "project_name", "project"),
        environment=event.text("environment") or tags.get("environment", ""),
        starts_at=event.time("datetime", "timestamp", "received"),
        labels={**tags, "culprit": root.text("culprit"), "platform": event.text("platform")},
        links=(("source", root.text("url")),),
    )


SOURCE = Vendor("sentry", recognise, read)
