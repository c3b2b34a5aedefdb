"""Better Stack (Better Uptime): an incident of a monitor, as JSON:API."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "betterstack",
    lambda posting: (
        posting.root.at("data").text("type") == "incident" and posting.root.at("data", "attributes").has("started_at")
    ),
    Fields(
        title="data.attributes.name data.attributes.cause",
        key="data.id",
        description="data.attributes.cause data.attributes.monitor_summary",
        status="data.attributes.status",
        service="data.attributes.name",
        starts_at="data.attributes.started_at",
        ends_at="data.attributes.resolved_at",
        labels="data.attributes.team_name data.attributes.url data.attributes.metadata",
        links="data.attributes.origin_url data.attributes.url data.attributes.screenshot_url",
    ),
)
