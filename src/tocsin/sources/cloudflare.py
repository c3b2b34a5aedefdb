"""Cloudflare notifications: one alert of a policy; an event END is the end."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "cloudflare",
    lambda posting: (
        posting.root.has("text", "data") and posting.root.has_any("alert_type", "policy_id", "alert_correlation_id")
    ),
    Fields(
        title="name policy_name alert_type",
        key="alert_correlation_id policy_id alert_type",
        description="text",
        status="alert_event",
        over=("alert_state_event_end", "end", "resolved"),
        severity="data.severity severity",
        service="data.pool_name data.origin_name data.zone_name data.target_hostname",
        starts_at="ts data.started_at",
        ends_at="ts",
        labels="data alert_type policy_name account_id",
        links="data.dashboard_link",
    ),
)
