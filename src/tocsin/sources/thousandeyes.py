"""ThousandEyes: an alert of a test or agent was triggered or cleared."""

from collections.abc import Iterator

from tocsin.sources.reading.fields import Fields
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_FIELDS = Fields(
    title="alert.ruleName alert.testName",
    headline="alert.testName alert.agentName",
    key="alert.alertId",
    description="alert.ruleExpression",
    status="eventType",
    over=("alert_notification_clear",),
    severity="alert.severity",
    service="alert.testName alert.agentName",
    starts_at="alert.dateStartZoned alert.dateStart alert.firstSeen",
    ends_at="alert.dateEndZoned alert.dateEnd",
    labels="alert.type alert.hostname alert.ipAddress alert.testId alert.ruleId alert.violationCount alert.testTargetsDescription",
    links="alert.permalink",
)


def recognise(posting: Posting) -> bool:
    """Its event types, one or many."""
    rows = posting.root.rows()
    return bool(rows) and all(_is_event(row) for row in rows)


def _is_event(row: Node) -> bool:
    return row.has("alert") and row.text("eventType").startswith("ALERT_NOTIFICATION")


def read(posting: Posting) -> Iterator[Found]:
    """One per event."""
    rows = posting.root.rows()
    if not all(row.has("alert") for row in rows) or not rows:
        raise unreadable("ThousandEyes", "it has no `alert`")
    yield from (_FIELDS.found(row) for row in rows)


SOURCE = Vendor("thousandeyes", recognise, read)
