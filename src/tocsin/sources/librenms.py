"""LibreNMS: the API transport posts the alert's variables. State 0 is recovered, 1 is on, 2 acknowledged."""

from tocsin.sources.reading.fields import Fields, all_keys, vendor

SOURCE = vendor(
    "librenms",
    all_keys("rule", "state", "alert_id", "hostname"),
    Fields(
        title="title name",
        key="device_id rule_id hostname",
        description="msg faults",
        status="state",
        over=("0",),
        severity="severity",
        service="sysName hostname",
        starts_at="timestamp",
        ends_at="timestamp",
        labels="hostname ip os location name uptime_short",
    ),
)
