"""Dash0: one issue of a check rule, with OpenTelemetry attributes."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable


def recognise(posting: Posting) -> bool:
    """An alert event with its issue."""
    return posting.root.at("data").has("issue") and posting.root.text("type").startswith(("alert.", "test"))


def read(posting: Posting) -> Iterator[Found]:
    """One issue; degraded is milder than critical (failed)."""
    root = posting.root
    issue = root.at("data", "issue")
    if not issue.has_any("id", "summary", "issueIdentifier"):
        raise unreadable("Dash0", "it has no `data.issue`")
    rule = next(iter(issue.at("checkrules").rows()), Node(None))
    labels = {**rule.at("labels").labels(), **issue.at("labels").labels()}
    over = root.text("type") == "alert.resolved" or issue.text("status") == "resolved"
    word = issue.text("severity") or (issue.text("status") if not over else "")
    yield Found(
        key=(issue.text("issueIdentifier") or issue.text("id"),),
        title=issue.text("summary") or rule.text("name"),
        description=issue.text("description") or rule.text("description"),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        vendor_severity=word,
        service=labels.get("service.name", "") or labels.get("dash0.resource.name", ""),
        starts_at=issue.time("start"),
        ends_at=issue.time("end") if over else None,
        labels={
            **labels,
            "rule": rule.text("name"),
            "expression": rule.text("expression"),
            "dataset": issue.text("dataset"),
        },
        links=(("source", issue.text("url")), ("source", rule.text("url"))),
    )


SOURCE = Vendor("dash0", recognise, read)
