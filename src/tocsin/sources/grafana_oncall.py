"""Grafana OnCall: outgoing webhooks about an alert group."""

from tocsin.sources.reading.fields import Fields, all_keys, vendor

SOURCE = vendor(
    "grafana_oncall",
    all_keys("alert_group", "event"),
    Fields(
        title="alert_group.title alert_payload.title",
        key="alert_group.id alert_group_id",
        description="alert_payload.message alert_payload.annotations.description",
        status="alert_group.state event.type",
        over=("resolved", "resolve"),
        severity="alert_group.labels.severity alert_payload.commonLabels.severity alert_payload.labels.severity",
        service="alert_group.labels.service integration.name",
        starts_at="alert_group.created_at event.time",
        ends_at="alert_group.resolved_at event.time",
        labels="alert_group.labels integration.name integration.type",
        links="alert_group.permalinks.web",
    ),
)
