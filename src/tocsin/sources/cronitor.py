"""Cronitor: a job, heartbeat or check that alerts or recovers."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "cronitor",
    lambda posting: (
        posting.root.has("monitor", "type") and posting.root.has_any("rule", "issue_url", "monitor_url", "issue")
    ),
    Fields(
        title="monitor.name monitor name",
        key="monitor.key id monitor rule",
        description="description rule message",
        status="type",
        over=("recovery", "recovered", "resolved"),
        severity="severity",
        service="monitor.name monitor",
        environment="environment",
        starts_at="timestamp stamp",
        ends_at="timestamp stamp",
        labels="group rule environment",
        links="issue_url monitor_url url",
    ),
)
