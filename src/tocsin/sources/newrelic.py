"""New Relic: the legacy alert notification and the default body of today's workflows."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor, headline, unreadable

_CURRENT = (
    "issueUrl",
    "issueId",
    "impactedEntities",
    "alertPolicyNames",
    "alertConditionNames",
    "totalIncidents",
    "accumulations",
)


def recognise(posting: Posting) -> bool:
    """The two bodies' own field names."""
    root = posting.root
    legacy = root.has("policy_name", "current_state") or root.has("condition_name", "incident_id", "current_state")
    return legacy or sum(root.has(name) for name in _CURRENT) >= 2 or root.has("issueUrl", "state")


def read(posting: Posting) -> Iterator[Found]:
    """One issue or incident."""
    root = posting.root
    if root.has_any("current_state", "policy_name") or (root.has("condition_name") and not root.has("state")):
        yield _legacy(root)
    elif root.has_any(*_CURRENT, "state"):
        yield _current(root)
    else:
        raise unreadable("New Relic", "it has neither `current_state` nor `issueUrl`")


def _legacy(root: Node) -> Found:
    """`timestamp` is the time of this notification; `duration` says how long the incident was open by then, in milliseconds."""
    state = root.text("current_state")
    over = status_of(state) is AlertStatus.RESOLVED
    target = next(iter(root.at("targets").rows()), Node(None))
    when = root.time("timestamp_utc_string", "timestamp")
    return Found(
        key=(root.text("account_id"), root.text("incident_id"), root.text("condition_id", "condition_name")),
        title=headline(root.text("condition_name"), root.text("incident_title")) or root.text("details"),
        description=root.text("details"),
        status=state,
        vendor_severity=root.text("severity", "priority"),
        service=target.text("name"),
        starts_at=None if over else when,
        ends_at=when if over else None,
        labels={
            **target.at("labels").labels(),
            "policy": root.text("policy_name"),
            "condition": root.text("condition_name"),
            "account": root.text("account_name"),
            "event_type": root.text("event_type"),
            "target_type": target.text("type"),
        },
        links=(
            ("incident", root.text("incident_url")),
            ("source", root.text("violation_chart_url", "violation_callback_url")),
            ("runbook", root.text("runbook_url")),
            ("source", root.text("policy_url")),
        ),
    )


def _current(root: Node) -> Found:
    state = root.text("state", "status", "currentState")
    over = status_of(state) is AlertStatus.RESOLVED
    title = root.at("title").texts() or root.at("annotations", "title").texts()
    entities = root.at("impactedEntities").texts() or root.at("targets").texts()
    conditions = root.at("alertConditionNames").texts() or root.at("accumulations", "conditionName").texts()
    return Found(
        key=(root.text("issueId", "id", "issueUrl"),),
        title=title[0] if title else headline(*conditions) or root.text("condition_name", "details"),
        description="\n".join(
            root.at("alertConditionDescriptions").texts()
            or root.at("description").texts()
            or root.at("annotations", "description").texts()
            or root.at("details").texts()
        ),
        status=state,
        vendor_severity=root.text("priority", "severity"),
        service=entities[0] if entities else "",
        starts_at=root.time("createdAt", "activatedAt", "openTime"),
        ends_at=root.time("closedAt", "updatedAt") if over else None,
        labels={
            **root.at("accumulations", "tag").labels(),
            "policy": ",".join(root.at("alertPolicyNames").texts() or root.at("accumulations", "policyName").texts()),
            "condition": ",".join(conditions),
            "entities": ",".join(entities),
            "trigger": root.text("trigger", "triggerEvent"),
            "sources": ",".join(root.at("sources").texts()),
        },
        links=(
            ("source", root.text("issueUrl", "issuePageUrl")),
            *(("runbook", url) for url in root.at("runbookUrls").texts()),
        ),
    )


SOURCE = Vendor("newrelic", recognise, read)
