"""Alerta: its own alert format. Severity normal, ok or cleared is the end."""

from tocsin.sources.reading.fields import Fields, all_keys, vendor

SOURCE = vendor(
    "alerta",
    all_keys("event", "resource", "severity", "environment"),
    Fields(
        title="event",
        headline="text",
        key="environment resource event",
        description="text value",
        status="severity",
        over=("normal", "ok", "cleared"),
        severity="severity",
        service="service resource",
        environment="environment",
        starts_at="createTime receiveTime",
        ends_at="createTime receiveTime",
        labels="resource group value origin attributes tags",
        links="attributes.moreInfo href",
    ),
)
