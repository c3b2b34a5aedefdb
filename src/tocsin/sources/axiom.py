"""Axiom: a monitor opened or closed."""

from tocsin.sources.reading.fields import Fields, all_keys, vendor

SOURCE = vendor(
    "axiom",
    all_keys("action", "event.monitorID"),
    Fields(
        title="event.title",
        key="event.monitorID event.groupKeys",
        description="event.body event.description",
        status="action",
        starts_at="event.timestamp event.queryEndTime",
        ends_at="event.timestamp",
        labels="event.matchedEvent event.value event.monitorID",
    ),
)
