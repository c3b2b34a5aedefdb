"""Grafana: unified alerting (Alertmanager's shape with more links) and the legacy dashboard alerts."""

from collections.abc import Iterator

from tocsin.sources.alertmanager import one_alert
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_LEGACY_STATES = {"ok": "resolved"}


def recognise(posting: Posting) -> bool:
    """Unified: `alerts` beside `orgId` or `title`. Legacy: a rule with its state."""
    root = posting.root
    unified = (
        isinstance(root.at("alerts").raw, list) and root.has_any("orgId", "title") and root.has_any("receiver", "state")
    )
    return (
        unified
        or _is_rule(root)
        or (root.has("state", "ruleId") and root.has_any("ruleName", "ruleUrl", "evalMatches"))
    )


def _is_rule(root: Node) -> bool:
    """A rule as Grafana stores it, which some bridges post instead of its alert."""
    return root.has("ruleGroup", "execErrState")


def read(posting: Posting) -> Iterator[Found]:
    """Unified payloads hold many alerts, legacy ones the whole rule."""
    root = posting.root
    if root.has("alerts"):
        yield from (one_alert(root, alert) for alert in root.at("alerts").rows())
    elif _is_rule(root):
        yield one_alert(Node(None), root)
    elif root.has_any("ruleId", "ruleName", "evalMatches"):
        yield _legacy(root)
    else:
        raise unreadable("Grafana", "it has neither `alerts` nor `ruleId`")


def _legacy(root: Node) -> Found:
    matches = root.at("evalMatches").rows()
    measured = {name: text for match in matches for name, text in match.at("tags").labels().items()}
    values = {row.text("metric"): row.text("value") for row in matches if row.text("metric")}
    labels = {**values, **measured, **root.at("tags").labels()}
    state = root.text("state")
    return Found(
        key=(root.text("orgId"), root.text("dashboardId"), root.text("panelId"), root.text("ruleId", "ruleName")),
        title=root.text("ruleName", "title"),
        description=root.text("message"),
        status=_LEGACY_STATES.get(state, state),
        vendor_severity=labels.get("severity", ""),
        labels={**labels, "alertname": root.text("ruleName")},
        links=(("source", root.text("ruleUrl")), ("image", root.text("imageUrl"))),
    )


SOURCE = Vendor("grafana", recognise, read)
