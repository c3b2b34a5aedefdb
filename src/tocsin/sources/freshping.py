"""Freshping: a check that is or is not responding."""

from tocsin.sources.reading.fields import Fields, all_keys, vendor

SOURCE = vendor(
    "freshping",
    all_keys("webhook_event_data.check_name"),
    Fields(
        title="webhook_event_data.check_name",
        key="webhook_event_data.check_id webhook_event_data.check_name webhook_event_data.request_url",
        description="webhook_event_data.check_state_name text",
        status="webhook_event_data.check_state_name",
        over=("available",),
        service="webhook_event_data.application_name",
        starts_at="webhook_event_data.request_start_time webhook_event_created_on",
        ends_at="webhook_event_data.request_start_time webhook_event_created_on",
        labels="webhook_event_data.http_status_code webhook_event_data.request_location",
        links="webhook_event_data.request_url",
    ),
)
