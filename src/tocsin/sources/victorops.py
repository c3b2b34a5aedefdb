"""Splunk On-Call (VictorOps): the message type is state and severity in one."""

from tocsin.sources.reading.fields import Fields, all_keys, vendor

SOURCE = vendor(
    "victorops",
    all_keys("message_type", "entity_id"),
    Fields(
        title="entity_display_name entity_id",
        key="entity_id",
        description="state_message",
        status="message_type",
        over=("recovery", "ok"),
        severity="message_type",
        service="service host_name",
        starts_at="state_start_time timestamp",
        ends_at="state_start_time timestamp",
        labels="monitoring_tool host_name routing_key",
        links="alert_url",
    ),
)
