"""OpenObserve: the default alert template."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "openobserve",
    lambda posting: posting.root.has("alert_name", "stream_name"),
    Fields(
        title="alert_name",
        key="org_name stream_name alert_name",
        description="rows alert_type",
        severity="severity",
        service="service_name service stream_name",
        starts_at="alert_start_time alert_trigger_time timestamp",
        labels="org_name stream_name stream_type alert_period alert_operator alert_threshold alert_count alert_agg_value",
        links="alert_url",
    ),
)
