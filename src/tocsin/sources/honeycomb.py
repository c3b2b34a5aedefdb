"""Honeycomb: a trigger or burn alert."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "honeycomb",
    lambda posting: (
        posting.root.has("status", "name")
        and posting.root.has_any("trigger_url", "result_url", "trigger_description", "shared_secret")
    ),
    Fields(
        title="name",
        key="id name",
        description="summary description trigger_description",
        status="status",
        over=("ok", "resolved"),
        severity="severity",
        starts_at="timestamp triggered_at",
        ends_at="timestamp",
        labels="operator threshold dataset environment",
        links="result_url trigger_url",
    ),
)
