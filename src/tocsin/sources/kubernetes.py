"""Kubernetes events, as event exporters post them. A Normal event is information."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "kubernetes",
    lambda posting: (
        posting.root.has("involvedObject", "reason") and posting.root.has_any("type", "firstTimestamp", "lastTimestamp")
    ),
    Fields(
        title="involvedObject.name",
        headline="reason",
        key="involvedObject.kind involvedObject.namespace involvedObject.name reason",
        description="message",
        severity="type",
        service="involvedObject.labels.app involvedObject.name",
        starts_at="firstTimestamp eventTime lastTimestamp metadata.creationTimestamp",
        labels="involvedObject reason count",
    ),
)
