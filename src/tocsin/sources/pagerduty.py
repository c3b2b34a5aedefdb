"""PagerDuty: webhooks v3, v2 and v1 (an incident changed there) and Events v2 and v1 (someone sends us what PagerDuty takes)."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_ACTIONS = {"trigger": AlertStatus.FIRING, "acknowledge": AlertStatus.FIRING, "resolve": AlertStatus.RESOLVED}


def recognise(posting: Posting) -> bool:
    """Any of the five shapes."""
    root = posting.root
    return (
        root.at("event").has("event_type", "data")
        or _is_event(root)
        or any(
            row.has_any("event", "type") and (row.has("incident") or row.at("data").has("incident"))
            for row in _messages(root)
        )
    )


def _messages(root: Node) -> list[Node]:
    return root.at("messages").rows()


def _is_event(root: Node) -> bool:
    return root.has("routing_key") or root.has("service_key", "event_type") or root.has("event_action", "dedup_key")


def read(posting: Posting) -> Iterator[Found]:
    """Notes, pings and service updates carry no state of an incident: understood, and nothing to alert on."""
    root = posting.root
    if root.has("event"):
        event = root.at("event")
        if event.at("data").text("type") == "incident" or event.at("data").has("status", "title"):
            yield _incident(event.at("data"), event)
    elif root.has("messages"):
        for message in _messages(root):
            incident = message.at("incident") if message.has("incident") else message.at("data", "incident")
            yield _incident(incident, message)
    elif root.has_any("routing_key", "service_key", "event_action", "dedup_key"):
        yield from _event(root)
    else:
        raise unreadable("PagerDuty", "it has neither `event`, `messages` nor `event_action`")


def _incident(incident: Node, event: Node) -> Found:
    service, priority = incident.at("service"), incident.at("priority")
    urgency = incident.text("urgency") or service.at("incident_urgency_rule").text("urgency")
    return Found(
        key=("incident", incident.text("id")),
        title=incident.text("title", "summary", "description")
        or incident.at("trigger_summary_data").text("subject", "description")
        or f"Incident {incident.text('id', 'incident_number')}",
        description=incident.at("body").text("details")
        or event.at("log_entries").text()
        or incident.text("description"),
        status=incident.text("status"),
        vendor_severity=priority.text("summary", "name") or urgency,
        service=service.text("summary", "name"),
        starts_at=incident.time("created_at", "created_on") or event.time("occurred_at", "created_on"),
        ends_at=_ended(incident, event),
        labels={
            "incident_key": incident.text("incident_key"),
            "urgency": urgency,
            "pagerduty_status": incident.text("status"),
            "event": event.text("event_type", "event", "type"),
            "team": ",".join(team.text("summary", "name") for team in incident.at("teams").rows()),
        },
        links=(("incident", incident.text("html_url")),),
    )


def _ended(incident: Node, event: Node) -> object:
    if incident.text("status") != "resolved":
        return None
    return incident.time("resolved_at", "last_status_change_at", "last_status_change_on") or event.time("occurred_at")


def _event(root: Node) -> Iterator[Found]:
    """Events v2, and v1 with its `service_key`. A change event has no action: it is a change, not an alert."""
    action = root.text("event_action", "event_type")
    if not action and root.has("payload"):
        return
    if action not in _ACTIONS:
        raise unreadable("PagerDuty", "`event_action` is not trigger, acknowledge or resolve")
    payload = root.at("payload")
    key = root.text("dedup_key", "incident_key")
    details = payload.at("custom_details").labels() | root.at("details").labels()
    status = _ACTIONS[action]
    yield Found(
        key=(root.text("routing_key", "service_key"), key or payload.text("summary") or root.text("description")),
        title=payload.text("summary") or root.text("description") or key,
        description=payload.at("custom_details").text("description", "details") or payload.at("custom_details").text(),
        status=status,
        vendor_severity=payload.text("severity"),
        service=details.get("service", "") or payload.text("component", "group"),
        starts_at=payload.time("timestamp") if status is AlertStatus.FIRING else None,
        labels={
            **details,
            **{name: payload.text(name) for name in ("source", "component", "group", "class")},
            "dedup_key": key,
        },
        links=(
            ("source", root.text("client_url")),
            *(("source", link.text("href")) for link in root.at("links").rows()),
            *(("image", image.text("src")) for image in root.at("images").rows()),
        ),
    )


SOURCE = Vendor("pagerduty", recognise, read)
