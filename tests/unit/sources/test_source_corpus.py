"""The payloads collected from vendors' documents and other projects' tests, when they lie beside the checkout: all read right.

The bodies stay where they are; only what they must become is written here.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import IntakeError
from tocsin.model.alert import Alert, Delivery
from tocsin.model.ground import rfc3339
from tocsin.sources import registry
from tocsin.sources.authenticity import signatures

PAYLOADS = Path(__file__).resolve().parents[4] / "shared" / "corpora" / "payloads"
pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the payload corpus is not beside this checkout")
FIRING, RESOLVED = "firing", "resolved"

# file -> source, a part of the title, status, severity, starts_at (None: the payload names no time)
EXPECTED: dict[str, tuple[str, str, str, str, str | None]] = {
    "alertmanager__webhook_v3.json": ("alertmanager", "Connect fail", FIRING, "critical", "2016-08-01T10:27:08.008000Z"),
    "alertmanager__webhook_v4.json": ("alertmanager", "thing_dead", FIRING, "critical", "2017-08-03T19:17:37.804000Z"),
    "aws_guardduty__guardduty_finding_high_event.json": (
        "aws_guardduty", "Unprotected port", FIRING, "critical", "2020-01-02T01:02:03Z",
    ),
    "aws_guardduty__guardduty_finding_medium_event.json": (
        "aws_guardduty", "Unprotected port", FIRING, "warning", "2020-01-02T01:02:03Z",
    ),
    "aws_guardduty__guardduty_malware_protection_object_scan_result_lambda_event.json": (
        "aws_guardduty", "Malware Protection", FIRING, "high", "2024-02-28T01:01:01Z",
    ),
    "aws_sns__backup_lambda_event.json": ("aws_sns", "AWS Backup", RESOLVED, "unknown", "2019-09-02T13:48:52.226000Z"),
    "aws_sns__cloudwatch_alarm_notification.json": (
        "aws_cloudwatch", "bucketbytesAlarm", FIRING, "unknown", "2019-02-15T23:53:45.093000Z",
    ),
    "aws_sns__dms_notification_lambda_event.json": (
        "aws_sns", "Replication task has stopped", FIRING, "unknown", "2019-02-12T15:45:24.091000Z",
    ),
    "aws_sns__glue_notification_lambda_event.json": ("aws_eventbridge", "test_job", FIRING, "high", "2021-06-18T12:34:06Z"),
    "aws_sns__sns_lambda_event.json": ("aws_sns", "TestInvoke", FIRING, "unknown", "2015-06-03T17:43:27.123000Z"),
    "aws_sns__text_message_lambda_event.json": ("aws_sns", "All Fine", FIRING, "unknown", "2019-02-12T15:45:24.091000Z"),
    "azure_monitor__common_schema_log_v2_fired.json": (
        "azure_monitor", "Heartbeat missing", FIRING, "high", "2020-07-09T13:54:34Z",
    ),
    "azure_monitor__common_schema_metric_fired.json": (
        "azure_monitor", "WCUS-R2-Gen2", FIRING, "info", "2019-03-22T13:58:24.371321Z",
    ),
    "checkly__keep_mock.json": ("checkly", "API Check #1", RESOLVED, "info", "2025-01-26T11:19:40.544000Z"),
    "checkmk__keep_mock.json": ("checkmk", "server1", RESOLVED, "info", "2024-10-26T23:20:39Z"),
    "cloudevents__json_format_0.json": ("cloudevents", "com.example.someevent", FIRING, "unknown", "2018-04-05T17:31:00Z"),
    "cloudevents__json_format_3.json": ("cloudevents", "com.example.someevent", FIRING, "unknown", "2018-04-05T17:31:00Z"),
    "cloudevents__json_format_4.json": ("cloudevents", "com.example.someevent", FIRING, "unknown", "2018-04-05T17:31:00Z"),
    "cloudevents__spec_0.json": ("cloudevents", "pull_request.opened", FIRING, "unknown", "2018-04-05T17:31:00Z"),
    "coralogix__keep_mock.json": ("coralogix", "Keep", FIRING, "high", "2024-08-14T21:28:56.254000Z"),
    "dash0__keep_mock.json": ("dash0", "This is a summay", RESOLVED, "unknown", "2025-02-03T07:17:17.474101Z"),
    "falco__event_client_test.go_0.json": ("falco", "Test rule", FIRING, "info", "2001-01-01T01:10:00Z"),
    "gcp_monitoring__v1_2_open.json": ("gcp_monitoring", "CPU utilization", FIRING, "critical", "2020-01-01T01:01:01Z"),
    "grafana__legacy_alerting.json": ("grafana", "Zeta CPU alert", FIRING, "unknown", None),
    "grafana__legacy_v6.json": ("grafana", "Battery Voltage alert", FIRING, "warning", None),
    "graylog__notification.json": ("graylog", "test", FIRING, "unknown", "2015-09-10T09:45:54.749000Z"),
    "icinga2__notification_command_json.json": ("icinga2", "MySQL replication lag", FIRING, "critical", "2024-01-01T12:00:00Z"),
    "kibana__rule_action_webhook_template.json": ("kibana", "High error rate", FIRING, "unknown", "2024-02-05T10:55:37.121000Z"),
    "netbox__keep_mock.json": ("netbox", "Test", FIRING, "info", "2025-02-02T11:10:24.231786Z"),
    "newrelic__legacy_notification.json": ("newrelic", "Test Condition", FIRING, "info", "2020-09-25T11:23:27.849000Z"),
    "opsgenie__webhook_create.json": ("opsgenie", "another alert", FIRING, "warning", "2017-08-14T11:25:56.288000Z"),
    "pagerduty__events_api_v2_resolve.json": ("pagerduty", "srv01/HTTP", RESOLVED, "unknown", None),
    "pagerduty__v2_webhook_0.json": ("pagerduty", "My new incident", FIRING, "high", "2017-09-26T15:14:36Z"),
    "pagerduty__v3_incident_triggered.json": ("pagerduty", "Test Incident 3", FIRING, "high", "2021-06-04T13:35:29.781000Z"),
    "pagerduty_v3_signed_body.raw": ("pagerduty", "A little bump in the road", FIRING, "critical", "2021-04-26T17:36:27.458000Z"),
    "pingdom__down.json": ("pingdom", "Alerta API on OpenShift", FIRING, "high", "2017-06-30T22:25:43Z"),
    "sentry__issue_created.json": ("sentry", "message-based issue", FIRING, "info", "2020-04-28T14:05:04.210463Z"),
    "sentry__metric_alert_resolved.json": ("sentry", "Too many errors", RESOLVED, "info", "2020-09-13T12:26:40Z"),
    "splunk__search_one_result.json": ("splunk", "sudo", FIRING, "unknown", "2017-01-04T19:14:32Z"),
    "statuspage__webhook_incident_created.json": (
        "statuspage", "Database query delays", FIRING, "info", "2017-12-26T07:32:00.507000Z",
    ),
    "uptimekuma__heartbeat_down.json": ("uptimekuma", "API", FIRING, "unknown", "2024-02-05T10:55:37Z"),
    "uptimerobot__monitor_down.json": ("uptimerobot", "Web Server", FIRING, "unknown", None),
    "wazuh__alert_json.json": ("wazuh", "brute force", FIRING, "warning", "2025-02-03T20:41:42.853000Z"),
}  # fmt: skip


def read(body: bytes, source: str = "auto") -> tuple[Alert, ...]:
    arrival = datetime(2026, 1, 1, tzinfo=UTC)
    return registry.parse(Delivery(id="D", source=source, received_at=arrival, body=body), source)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_documented_payload_is_recognised_and_read_right(name: str) -> None:
    source, title, status, severity, starts_at = EXPECTED[name]
    first = read((PAYLOADS / name).read_bytes())[0]
    assert (first.source, first.status, first.severity) == (source, status, severity)
    assert title in first.title
    assert (rfc3339(first.starts_at) if first.starts_at else None) == starts_at


def test_no_collected_file_is_left_without_an_expectation_or_a_crash() -> None:
    bodies = {path.name: path.read_bytes() for path in PAYLOADS.iterdir() if path.suffix in (".json", ".raw")}
    bodies.pop("manifest.json")
    templates = {name for name, body in bodies.items() if list(templated(json.loads(body)))}
    assert bodies.keys() - templates <= EXPECTED.keys()
    for body in bodies.values():
        try:
            read(body)
        except IntakeError:
            continue


def templated(document: Any) -> Iterator[dict[str, Any]]:
    """Payloads inside a collection of templates."""
    values = document.values() if isinstance(document, dict) else ()
    return (value["payload"] for value in values if isinstance(value, dict) and "payload" in value)


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*keep_mock.json")), ids=lambda path: path.stem)
def test_templates_of_payloads_are_read_by_their_vendor(path: Path) -> None:
    for payload in templated(json.loads(path.read_bytes())):
        (alert,) = read(json.dumps(payload).encode(), path.name.split("__")[0])
        said = [payload.get(name) for name in ("title", "summary")] + [payload.get("incident", {}).get("summary")]
        said += [payload.get("inputs", {}).get("messageTitle")]
        assert any(text and text in alert.title for text in said)


def test_the_published_pagerduty_signature_is_accepted_and_a_changed_body_is_not() -> None:
    entry = next(
        row for row in json.loads((PAYLOADS / "manifest.json").read_text()) if row["name"] == "signature_vector"
    )
    secret, signature = (part.strip().split()[-1] for part in entry["note"].split(" (exact")[0].split(";"))
    body = (PAYLOADS / entry["file"]).read_bytes()
    headers = {"x-pagerduty-signature": signature}
    assert signature == "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert signatures.pagerduty(body, headers, [secret])
    assert not signatures.pagerduty(body + b" ", headers, [secret])
