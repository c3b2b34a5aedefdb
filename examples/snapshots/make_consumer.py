"""Makes stalled-shipment-consumer/: one message that cannot be read stops a consumer.

Run: python make_consumer.py [FOLDER]
"""

# ruff: noqa: E501 - log lines are as long as log lines are

import sys
from datetime import UTC, datetime
from pathlib import Path

from making import Stage, stamp

START = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)
STALL = datetime(2026, 11, 19, 14, 41, tzinfo=UTC)
ALERT = datetime(2026, 11, 19, 14, 52, tzinfo=UTC)
END = datetime(2026, 11, 19, 14, 56, tzinfo=UTC)
STUCK_AT = 88120417

POISONED = """{at} ERROR [consumer-0] c.e.ship.ShipmentListener : cannot read record shipments-3 offset {offset}, will retry (attempt {attempt})
org.apache.kafka.common.errors.RecordDeserializationException: Error deserializing key/value for partition shipments-3 at offset {offset}
\tat com.example.ship.ShipmentDeserializer.deserialize(ShipmentDeserializer.java:33)
\tat com.example.ship.ShipmentListener.poll(ShipmentListener.java:72)
Caused by: com.fasterxml.jackson.databind.exc.InvalidFormatException: Cannot deserialize value of type java.time.Instant from "19.11.2026"
\t... 6 more"""


def metrics(stage: Stage) -> None:
    """The consumer's work stops and its lag grows by what the healthy producer goes on sending."""

    def stalled(moment: datetime) -> bool:
        return moment >= STALL

    made = stage.daily(95)
    stage.metric("shipment-consumer.messages_per_second", lambda t: 0.0 if stalled(t) else made(t), digits=1)
    stage.metric("shipment-consumer.lag_messages", lambda t: 180 + 94 * max(0.0, (t - STALL).total_seconds()), 0.03, 0)
    stage.metric("shipment-consumer.retries_per_second", lambda t: 2.0 * stalled(t), 0.1, 2)
    stage.metric("shipment-consumer.cpu_ratio", lambda t: 0.06 if stalled(t) else 0.44, 0.06)
    stage.metric("parcel-api.requests_per_second", made, digits=1)
    for service, p99 in (("parcel-api", 0.14), ("carrier-gateway", 0.48), ("tracking-api", 0.11)):
        stage.metric(f"{service}.latency_p99_seconds", lambda _, p=p99: p, 0.08)
        stage.metric(f"{service}.error_ratio", lambda _: 0.003, 0.25, 4)
    stage.metric("event-broker.bytes_in_per_second", lambda t: 1800 * made(t), 0.04, 0)
    stage.metric("event-broker.under_replicated_partitions", lambda _: 0.0, 0, 0)
    stage.metric("shipments-db.connections_active", lambda t: 12 if stalled(t) else 31, 0.05, 0)


def logs(stage: Stage) -> None:
    """The consumer retries one record for ever; everyone else works."""
    draw = stage.random
    for at in stage.moments(START, STALL, 4):
        text = (
            f"INFO [consumer-{draw.randint(0, 3)}] c.e.ship.ShipmentListener : committed shipments-{draw.randint(0, 5)}"
        )
        stage.log("shipment-consumer", at, f"{stamp(at, 3)} {text} offset {draw.randint(88000000, 88120000)}")
    for attempt, at in enumerate(stage.moments(STALL, END, 3), start=1):
        stage.log("shipment-consumer", at, POISONED.format(at=stamp(at, 3), offset=STUCK_AT, attempt=attempt))
    for service, text in (
        ("parcel-api", "INFO shipment {n} announced in {ms}ms"),
        ("carrier-gateway", "INFO carrier answered 200 for {n} in {ms}ms"),
        ("tracking-api", "INFO parcel {n} looked up in {ms}ms"),
    ):
        for at in stage.moments(START, END, 10):
            stage.log(
                service, at, f"{stamp(at, 3)} " + text.format(n=draw.randint(10**6, 10**7), ms=draw.randint(10, 99))
            )


LABELS = {
    "alertname": "ConsumerLagHigh",
    "service": "shipment-consumer",
    "severity": "warning",
    "environment": "production",
    "topic": "shipments",
}
ANNOTATIONS = {
    "summary": "Consumer group shipment-consumer has stopped consuming topic shipments",
    "description": "Lag is above 50000 messages and growing, no message was processed for 10 minutes. Shipments are not booked.",
}
ALERT_BODY = {
    "version": "4",
    "groupKey": '{}:{alertname="ConsumerLagHigh"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "tocsin",
    "groupLabels": {"alertname": LABELS["alertname"]},
    "commonLabels": LABELS,
    "commonAnnotations": ANNOTATIONS,
    "externalURL": "http://alertmanager.example.com:9093",
    "alerts": [
        {
            "status": "firing",
            "labels": LABELS,
            "annotations": ANNOTATIONS,
            "startsAt": stamp(ALERT, 3),
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=kafka_consumergroup_lag&g0.tab=1",
            "fingerprint": "90e7c35d18fa2b64",
        }
    ],
}
CHANGES = [
    {"id": "deploy-208", "at": "2026-11-19T14:38:00Z", "kind": "deploy", "service": "parcel-api", "version": "5.2.0", "author": "release-bot",
     "text": "parcel-api 5.1.9 -> 5.2.0: announce imports of the new partner"},
    {"id": "config-91", "at": "2026-11-19T08:30:00Z", "kind": "config", "service": "tracking-api", "author": "tracking",
     "text": "tracking-api page size 50 -> 100"},
]  # fmt: skip
CALLS = {
    "parcel-api": ["event-broker", "shipments-db"],
    "shipment-consumer": ["event-broker", "shipments-db", "carrier-gateway"],
    "tracking-api": ["shipments-db"],
}


def main(folder: Path) -> None:
    """Writes all files but README.md and snapshot.yaml."""
    stage = Stage(folder, 20261119, START, END)
    metrics(stage)
    logs(stage)
    stage.write(
        20, topology={name: {"calls": calls} for name, calls in CALLS.items()}, changes=CHANGES, alert=ALERT_BODY
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "stalled-shipment-consumer")
