"""Makes edge-certificate-expired/: a renewal fails for weeks, then the certificate runs out.

Run: python make_certificate.py [FOLDER]
"""

# ruff: noqa: E501 - log lines are as long as log lines are

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from making import Stage, ramp, stamp

START = datetime(2026, 11, 18, 11, 10, tzinfo=UTC)
EXPIRY = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
END = datetime(2026, 11, 18, 12, 8, tzinfo=UTC)
HOST = "api.parcels.example"


def metrics(stage: Stage) -> None:
    """Handshakes fail at the edge; behind it everything is healthy and merely idle."""

    def gone(moment: datetime) -> float:
        return ramp(moment, EXPIRY, EXPIRY + timedelta(minutes=2))

    edge = stage.daily(320)
    stage.metric("edge-gateway.requests_per_second", lambda t: edge(t) * (1 - 0.93 * gone(t)), digits=1)
    stage.metric("edge-gateway.tls_handshake_errors_per_second", lambda t: 0.3 + 290 * gone(t), 0.15, 2)
    stage.exact("edge-gateway.certificate_seconds_left", lambda t: (EXPIRY - t).total_seconds())
    stage.metric("edge-gateway.cpu_ratio", lambda t: 0.33 - 0.1 * gone(t), 0.06)
    for service, rate, p99 in (("tracking-api", 170, 0.12), ("label-api", 95, 0.31), ("account-api", 55, 0.1)):
        demand = stage.daily(rate)
        stage.metric(f"{service}.requests_per_second", lambda t, d=demand: d(t) * (1 - 0.92 * gone(t)), digits=1)
        stage.metric(f"{service}.error_ratio", lambda _: 0.002, 0.25, 4)
        stage.metric(f"{service}.latency_p99_seconds", lambda _, p=p99: p, 0.08)
        stage.metric(f"{service}.cpu_ratio", lambda t: 0.4 - 0.25 * gone(t), 0.06)
    stage.metric("parcels-db.connections_active", lambda t: 80 - 50 * gone(t), 0.05, 0)
    stage.metric("parcels-db.replication_lag_seconds", lambda _: 0.4, 0.3)


def logs(stage: Stage) -> None:
    """nginx at the edge, the renewal job that failed, and healthy neighbours."""
    draw = stage.random

    def client() -> str:
        return f"198.51.100.{draw.randint(1, 254)}"

    for at in stage.moments(START, EXPIRY + timedelta(seconds=90), 3):
        text = f'"GET /v2/parcels/{draw.randint(10**9, 10**10)} HTTP/2.0" 200 {draw.randint(300, 2400)} {draw.uniform(0.02, 0.3):.3f}'
        stage.log("edge-gateway", at, f"{client()} - - [{at:%d/%b/%Y:%H:%M:%S +0000}] {text}")
    for at in stage.moments(EXPIRY, END, 1.5):
        failed = "SSL_do_handshake() failed (SSL: error:0A000415:SSL routines::ssl/tls alert certificate expired:SSL alert number 45)"
        text = f"[info] 31#31: *{draw.randint(10000, 99999)} {failed} while SSL handshaking, client: {client()}, server: 0.0.0.0:443"
        stage.log("edge-gateway", at, f"{at:%Y/%m/%d %H:%M:%S} {text}")
    for at in stage.moments(START, END, 600):
        text = f'order for "{HOST}" failed: HTTP-01 challenge answered 403, certificate not renewed'
        stage.log("cert-renewer", at, f"{stamp(at, 3)} ERROR {text}")
    for service in ("tracking-api", "label-api", "account-api"):
        for at in stage.moments(START, EXPIRY + timedelta(seconds=80), 15):
            stage.log(
                service,
                at,
                f"{stamp(at, 3)} INFO request {draw.randint(10**6, 10**7)} done in {draw.randint(10, 99)}ms",
            )


LABELS = {
    "alertname": "TLSHandshakeErrors",
    "service": "edge-gateway",
    "severity": "critical",
    "environment": "production",
    "host": HOST,
}
ANNOTATIONS = {
    "summary": f"Clients cannot connect to {HOST}: TLS handshakes fail",
    "description": f"90% of TLS handshakes at the edge gateway fail. The certificate of {HOST} expired at 12:00 UTC.",
}
ALERT_BODY = {
    "receiver": "tocsin",
    "status": "firing",
    "orgId": 1,
    "alerts": [
        {
            "status": "firing",
            "labels": LABELS,
            "annotations": ANNOTATIONS,
            "startsAt": stamp(EXPIRY + timedelta(minutes=3)),
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "https://grafana.example.com/alerting/grafana/tls1/view?orgId=1",
            "fingerprint": "b1d20c7f4a3e6955",
            "silenceURL": "https://grafana.example.com/alerting/silence/new",
            "dashboardURL": "https://grafana.example.com/d/edge?orgId=1",
            "panelURL": "",
            "values": {"A": 0.9},
            "valueString": "[ var='A' labels={service=edge-gateway} value=0.9 ]",
        }
    ],
    "groupLabels": {"alertname": LABELS["alertname"]},
    "commonLabels": LABELS,
    "commonAnnotations": ANNOTATIONS,
    "externalURL": "https://grafana.example.com/",
    "version": "1",
    "groupKey": '{}:{alertname="TLSHandshakeErrors"}',
    "truncatedAlerts": 0,
    "title": "[FIRING:1] TLSHandshakeErrors edge-gateway",
    "state": "alerting",
    "message": ANNOTATIONS["summary"],
}
CHANGES = [
    {"id": "config-310", "at": "2026-11-18T09:15:00Z", "kind": "config", "service": "label-api", "author": "labels",
     "text": "label-api printer timeout 3 s -> 5 s"},
    {"id": "infra-52", "at": "2026-11-17T16:40:00Z", "kind": "infrastructure", "service": "edge-gateway", "author": "platform",
     "text": "edge-gateway: redirect every plain HTTP request to HTTPS"},
]  # fmt: skip
CALLS = {
    "edge-gateway": ["tracking-api", "label-api", "account-api"],
    "tracking-api": ["parcels-db"],
    "label-api": ["parcels-db"],
    "account-api": ["parcels-db"],
    "cert-renewer": ["edge-gateway"],
}


def main(folder: Path) -> None:
    """Writes all files but README.md and snapshot.yaml."""
    stage = Stage(folder, 20261118, START, END)
    metrics(stage)
    logs(stage)
    stage.write(
        20, topology={name: {"calls": calls} for name, calls in CALLS.items()}, changes=CHANGES, alert=ALERT_BODY
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "edge-certificate-expired")
