"""Atlassian Statuspage: incidents and component changes of a vendor we depend on."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import CRITICAL, HIGH, INFO, UNKNOWN, WARNING
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_IMPACTS = {"critical": CRITICAL, "major": HIGH, "minor": WARNING, "none": INFO, "maintenance": INFO}
_COMPONENTS = {
    "major_outage": CRITICAL, "partial_outage": HIGH, "degraded_performance": WARNING, "under_maintenance": INFO,
    "operational": INFO,
}  # fmt: skip
_OVER = ("resolved", "completed", "postmortem")


def recognise(posting: Posting) -> bool:
    """The page beside an incident or a component update."""
    root = posting.root
    return root.at("page").has_any("id", "status_indicator") and (root.has_any("incident", "component_update"))


def read(posting: Posting) -> Iterator[Found]:
    """One incident, or one component."""
    root = posting.root
    if root.has("incident"):
        yield _incident(root)
    elif root.has_any("component", "component_update"):
        yield _component(root)
    else:
        raise unreadable("Statuspage", "it has neither `incident` nor `component`")


def _incident(root: Node) -> Found:
    incident = root.at("incident")
    updates = incident.at("incident_updates").rows()
    latest = max(updates, key=lambda update: update.text("created_at"), default=Node(None))
    parts = [part.text("name") for part in incident.at("components").rows()] or [
        part.text("name") for part in latest.at("affected_components").rows()
    ]
    return Found(
        key=("incident", incident.text("page_id") or root.at("page").text("id"), incident.text("id")),
        title=incident.text("name"),
        description=latest.text("body"),
        status=AlertStatus.RESOLVED if incident.text("status") in _OVER else AlertStatus.FIRING,
        severity=_IMPACTS.get(incident.text("impact"), UNKNOWN),
        vendor_severity=incident.text("impact"),
        service=parts[0] if len(parts) == 1 else "",
        starts_at=incident.time("started_at", "scheduled_for", "created_at"),
        ends_at=incident.time("resolved_at"),
        labels={
            "incident_status": incident.text("status"),
            "components": ",".join(parts),
            "page": root.at("page").text("id"),
        },
        links=(("incident", incident.text("shortlink")),),
    )


def _component(root: Node) -> Found:
    component, update = root.at("component"), root.at("component_update")
    state = update.text("new_status") or component.text("status")
    name = component.text("name") or update.text("component_id")
    over = state == "operational"
    when = update.time("created_at")
    return Found(
        key=("component", root.at("page").text("id"), component.text("id") or update.text("component_id")),
        title=f"{name} is {state.replace('_', ' ')}",
        description=component.text("description"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=_COMPONENTS.get(state, UNKNOWN),
        vendor_severity=state,
        service=name,
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={"component": name, "old_status": update.text("old_status"), "page": root.at("page").text("id")},
    )


SOURCE = Vendor("statuspage", recognise, read)
