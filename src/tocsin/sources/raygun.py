"""Raygun: a new or recurring error."""

from tocsin.sources.reading.fields import Fields, all_keys, vendor

SOURCE = vendor(
    "raygun",
    all_keys("eventType", "error.url"),
    Fields(
        title="error.message",
        key="application.name error.url",
        description="error.message eventType",
        service="application.name",
        starts_at="error.firstOccurredOn error.lastOccurredOn",
        labels="error.totalOccurrences error.usersAffected error.instance.tags eventType",
        links="error.url application.url",
    ),
)
