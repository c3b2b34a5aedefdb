"""Google Cloud Monitoring: the incident webhook (versions 1.0 to 1.2), directly or inside a Pub/Sub push message."""

import base64
from collections.abc import Iterator

from tocsin.errors import Unreadable
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.payload import json_value
from tocsin.sources.reading.scales import status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor, headline, unreadable


def recognise(posting: Posting) -> bool:
    """An incident with Google's words for it."""
    incident = _unwrapped(posting.root).at("incident")
    return incident.has("incident_id") and incident.has_any(
        "policy_name", "condition_name", "scoping_project_id", "resource_name"
    )


def _unwrapped(root: Node) -> Node:
    """The inside of a Pub/Sub push message, or the payload itself. Data that is no JSON object is no incident."""
    data = root.at("message").text("data")
    if not data or not root.has("subscription"):
        return root
    try:
        return Node(json_value(base64.b64decode(data, validate=True).decode()))
    except (ValueError, Unreadable):  # not base64, not UTF-8, or no JSON inside
        return root


def read(posting: Posting) -> Iterator[Found]:
    """One incident; 0 is an unset time."""
    root = _unwrapped(posting.root)
    if not root.has("incident"):
        raise unreadable("Google Cloud Monitoring", "it has no `incident`")
    yield _incident(root.at("incident"))


def _incident(incident: Node) -> Found:
    word = incident.text("severity") or incident.at("metadata", "system_labels").text("severity")
    word = (
        word
        or incident.at("policy_user_labels").text("severity")
        or incident.at("metadata", "user_labels").text("severity")
    )
    labels = {
        **incident.at("resource", "labels").labels(),
        **incident.at("metric", "labels").labels(),
        **incident.at("metadata", "system_labels").labels(),
        **incident.at("metadata", "user_labels").labels(),
        **incident.at("policy_user_labels").labels(),
    }
    note = incident.at("documentation")
    return Found(
        key=(incident.text("incident_id"),),
        title=_title(incident, note),
        description="\n".join(
            filter(None, (incident.text("summary"), note.text("content") or incident.text("documentation")))
        ),
        status=status_of(incident.text("state")),
        vendor_severity=word,
        service=_service(incident, labels),
        starts_at=incident.time("started_at"),
        ends_at=incident.time("ended_at"),
        labels={
            **labels,
            "policy": incident.text("policy_name"),
            "condition": incident.text("condition_name"),
            "metric": incident.at("metric").text("type"),
            "resource": incident.text("resource_display_name", "resource_name", "resource_id"),
            "project": incident.text("scoping_project_id"),
            "observed_value": incident.text("observed_value"),
            "threshold_value": incident.text("threshold_value"),
        },
        links=(("incident", incident.text("url")), *(("runbook", row.text("url")) for row in note.at("links").rows())),
    )


def _title(incident: Node, note: Node) -> str:
    """The condition and what it says; a policy that is only a resource path names nothing to a person."""
    policy = incident.text("policy_name")
    said = incident.text("summary") or note.text("subject")
    name = incident.text("condition_name") or (policy if not policy.startswith("projects/") else "")
    return headline(name, said) or incident.text("incident_id")


def _service(incident: Node, labels: dict[str, str]) -> str:
    names = ("service", "service_name", "module_id", "container_name", "cluster_name", "database_id", "function_name")
    return next((labels[name] for name in names if labels.get(name)), "") or incident.text("resource_display_name")


SOURCE = Vendor("gcp_monitoring", recognise, read)
