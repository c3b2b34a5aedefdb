"""Netdata Cloud: an alert of a node, or a node that is not reachable."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "netdata",
    lambda posting: (
        posting.root.has("message", "severity")
        and posting.root.has_any("alarm", "alert", "status")
        and posting.root.has_any("space", "alarm_url", "alert_url", "chart", "context")
    ),
    Fields(
        title="alarm alert.name alert message",
        key="alarm alert.name node.hostname host chart",
        description="message info",
        status="severity",
        over=("clear", "cleared", "ok"),
        severity="severity",
        service="host node.hostname chart",
        starts_at="date",
        ends_at="date",
        labels="space chart context class family host",
        links="alarm_url alert_url url",
    ),
)
