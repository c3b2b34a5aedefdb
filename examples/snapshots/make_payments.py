"""Makes payments-pool-exhaustion/: a release leaks database connections until the pool is full.

Run: python make_payments.py [FOLDER]
"""

# ruff: noqa: E501, S608 - log lines are as long as log lines are, and one of them shows a statement

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from making import Stage, ramp, stamp

START = datetime(2026, 11, 21, 1, 38, tzinfo=UTC)
DEPLOY = datetime(2026, 11, 21, 2, 50, tzinfo=UTC)
FULL = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ALERT = datetime(2026, 11, 21, 3, 2, tzinfo=UTC)
END = datetime(2026, 11, 21, 3, 4, tzinfo=UTC)
LIMIT = 500

CALLS = {
    "edge-gateway": ["checkout-web", "account-api"],
    "checkout-web": ["payment-api", "orders-api", "inventory-api"],
    "payment-api": ["payments-db", "fraud-scoring", "session-cache"],
    "orders-api": ["orders-db", "notification-worker"],
    "account-api": ["session-cache", "orders-db"],
    "inventory-api": ["orders-db"],
    "reporting-job": ["payments-db"],
}
STEADY = {  # requests a second, p99 in seconds, processor share
    "account-api": (64, 0.11, 0.28),
    "orders-api": (88, 0.16, 0.34),
    "inventory-api": (141, 0.09, 0.41),
    "fraud-scoring": (52, 0.21, 0.38),
}


def metrics(stage: Stage) -> None:
    """Columns of every service; the trouble shows on payment-api, payments-db and, weaker, on their callers."""

    def full(moment: datetime) -> float:
        return ramp(moment, FULL - timedelta(seconds=30), FULL + timedelta(seconds=75))

    def leak(moment: datetime) -> float:
        return ramp(moment, DEPLOY + timedelta(seconds=40), FULL)

    demand = stage.daily(118, 0.1)
    stage.metric("payment-api.requests_per_second", lambda t: demand(t) * (1 - 0.25 * full(t)), digits=1)
    stage.metric("payment-api.error_ratio", lambda t: 0.002 + 0.45 * full(t), 0.08, 4)
    stage.metric("payment-api.latency_p99_seconds", lambda t: 0.18 + 1.2 * leak(t) ** 3 + 28 * full(t), 0.08)
    stage.metric("payment-api.cpu_ratio", lambda t: 0.36 - 0.12 * full(t), 0.06)
    stage.exact(
        "payment-api.db_pool_active", lambda t: min(LIMIT, round(64 + stage.random.gauss(0, 3) + 446 * leak(t)))
    )
    stage.metric("payment-api.db_pool_waiting", lambda t: 0.4 + 185 * full(t), 0.3, 0)
    stage.metric("payment-api.heap_used_ratio", lambda t: 0.52 + 0.06 * leak(t), 0.04)

    stage.exact(
        "payments-db.connections_active", lambda t: min(LIMIT, round(70 + stage.random.gauss(0, 3) + 440 * leak(t)))
    )
    stage.exact("payments-db.connections_max", lambda _: LIMIT)
    stage.metric("payments-db.transactions_per_second", lambda t: 410 - 290 * full(t), 0.05, 1)
    stage.metric(
        "payments-db.longest_query_seconds", lambda t: 1.4 + (t - DEPLOY).total_seconds() * (t > DEPLOY), 0.03, 1
    )
    stage.metric("payments-db.cpu_ratio", lambda t: 0.31 + 0.07 * leak(t), 0.06)
    stage.metric("payments-db.replication_lag_seconds", lambda _: 0.35, 0.3)
    stage.metric("payments-db.disk_used_ratio", lambda t: 0.612 + 0.0000004 * (t - START).total_seconds(), 0.0005, 4)

    web = stage.daily(210)
    stage.metric("checkout-web.requests_per_second", web, digits=1)
    stage.metric("checkout-web.error_ratio", lambda t: 0.003 + 0.21 * full(t), 0.12, 4)
    stage.metric("checkout-web.latency_p99_seconds", lambda t: 0.42 + 9 * full(t), 0.1)
    edge = stage.daily(540)
    stage.metric("edge-gateway.requests_per_second", edge, digits=1)
    stage.metric("edge-gateway.error_ratio", lambda t: 0.004 + 0.07 * full(t), 0.15, 4)
    stage.metric("edge-gateway.latency_p99_seconds", lambda t: 0.55 + 2.5 * full(t), 0.1)

    for service, (rate, p99, processor) in STEADY.items():
        stage.metric(f"{service}.requests_per_second", stage.daily(rate), digits=1)
        stage.metric(f"{service}.error_ratio", lambda _: 0.002, 0.25, 4)
        stage.metric(f"{service}.latency_p99_seconds", lambda _, p99=p99: p99, 0.08)
        busy = 0.45 if service == "fraud-scoring" else 0.0  # a nightly model refresh, over half an hour before
        stage.metric(f"{service}.cpu_ratio", lambda t, p=processor, b=busy: p + b * batch(t), 0.06)
    stage.metric("session-cache.hit_ratio", lambda _: 0.967, 0.004, 4)
    stage.metric("session-cache.memory_used_ratio", lambda _: 0.58, 0.01)
    stage.metric("orders-db.connections_active", lambda _: 92, 0.04, 0)
    stage.metric("orders-db.cpu_ratio", lambda _: 0.27, 0.07)
    stage.metric("notification-worker.queue_length", lambda _: 14, 0.35, 0)


def batch(moment: datetime) -> float:
    """1 while the nightly model refresh runs."""
    return float(datetime(2026, 11, 21, 2, 6, tzinfo=UTC) <= moment <= datetime(2026, 11, 21, 2, 21, tzinfo=UTC))


TIMED_OUT = """{at} ERROR [http-exec-{thread}] c.e.pay.PaymentController : POST /v1/payments failed with 500 after 30004 ms
org.springframework.jdbc.CannotGetJdbcConnectionException: Failed to obtain JDBC Connection
\tat org.springframework.jdbc.datasource.DataSourceUtils.getConnection(DataSourceUtils.java:84)
\tat com.example.pay.LedgerRepository.insert(LedgerRepository.java:57)
\tat com.example.pay.PaymentService.capture(PaymentService.java:131)
\tat com.example.pay.PaymentController.create(PaymentController.java:44)
Caused by: java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms \
(total=500, active=500, idle=0, waiting={waiting})
\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:696)
\t... 4 more"""
LEAKED = """{at} WARN [HikariPool-1 housekeeper] c.z.h.pool.ProxyLeakTask : Connection leak detection triggered for \
conn{number} on thread reconcile-{thread}, stack trace follows
java.lang.Exception: Apparent connection leak detected
\tat com.example.pay.reconcile.OpenReport.rows(OpenReport.java:88)
\tat com.example.pay.reconcile.Reconciler.run(Reconciler.java:41)"""


def payment_logs(stage: Stage) -> None:
    """The service at fault: everyday lines, a restart at the release, leak warnings, then timeouts."""
    draw = stage.random
    for at in stage.moments(START, END, 4.2):
        slow = "" if at < FULL else f" pool_wait={draw.randint(900, 29000)}ms"
        line = draw.choice(
            (
                f"POST /v1/payments 201 {draw.randint(31, 190)}ms id=pay_{draw.randrange(16**8):08x}{slow}",
                f"GET /v1/payments/pay_{draw.randrange(16**8):08x} 200 {draw.randint(6, 40)}ms",
                f"captured {draw.randint(3, 400)}.{draw.randint(0, 99):02d} EUR for order {draw.randint(100000, 999999)}",
            )
        )
        stage.log(
            "payment-api",
            at,
            f"{stamp(at, 3)} INFO [http-exec-{draw.randint(1, 40)}] c.e.pay.PaymentController : {line}",
        )
    for at in stage.moments(START, END, 95):
        order = draw.randint(100000, 999999)
        text = f"WARN [http-exec-{draw.randint(1, 40)}] c.e.pay.FraudClient : score for order {order} took {draw.randint(900, 1400)}ms"
        stage.log("payment-api", at, f"{stamp(at, 3)} {text}")
    started = (
        "INFO [main] c.e.pay.Application : Starting payment-api 2.14.0",
        "INFO [main] c.e.pay.Config : datasource url=jdbc:postgresql://prod-db-01:5432/payments user=payments password=made-up-for-the-demo pool=500",
        "INFO [main] c.e.pay.reconcile.Reconciler : open-report reconciliation enabled, every 20 s",
        "INFO [main] c.e.pay.Application : Started payment-api in 8.1 seconds",
    )
    for number, text in enumerate(started):
        at = DEPLOY + timedelta(seconds=2 + 3 * number)
        stage.log("payment-api", at, f"{stamp(at, 3)} {text}")
    for at in stage.moments(DEPLOY + timedelta(minutes=2), END, 11):
        stage.log(
            "payment-api",
            at,
            LEAKED.format(at=stamp(at, 3), number=draw.randint(1000, 9999), thread=draw.randint(1, 4)),
        )
    for at in stage.moments(FULL + timedelta(seconds=20), END, 2.1):
        stage.log(
            "payment-api",
            at,
            TIMED_OUT.format(at=stamp(at, 3), thread=draw.randint(1, 40), waiting=draw.randint(120, 190)),
        )


def other_logs(stage: Stage) -> None:
    """The database and the neighbours, healthy ones among them."""
    draw = stage.random

    def postgres(at: datetime, text: str) -> None:
        stage.log(
            "payments-db",
            at,
            f"{stamp(at, 3).replace('T', ' ').replace('Z', ' UTC')} [{draw.randint(900, 9900)}] {text}",
        )

    for at in stage.moments(START, END, 28):
        postgres(at, f"LOG:  checkpoint complete: wrote {draw.randint(90, 900)} buffers; sync={draw.randint(1, 9)} ms")
    for at in stage.moments(DEPLOY + timedelta(minutes=5), END, 24):
        spent = (at - DEPLOY).total_seconds() * 1000
        postgres(
            at,
            f"LOG:  duration: {spent:.3f} ms  statement: SELECT * FROM ledger l JOIN open_report r USING (payment_id) FOR SHARE",
        )
    for at in stage.moments(FULL, END, 1.6):
        postgres(at, "FATAL:  remaining connection slots are reserved for non-replication superuser connections")
    for at in stage.moments(START, END, 9):
        order = draw.randint(100000, 999999)
        stage.log(
            "checkout-web", at, f"{stamp(at, 3)} info checkout step=pay order={order} took={draw.randint(90, 400)}ms"
        )
    for at in stage.moments(FULL + timedelta(seconds=25), END, 3):
        stage.log(
            "checkout-web",
            at,
            f"{stamp(at, 3)} error upstream payment-api answered 500 order={draw.randint(100000, 999999)} retry={draw.randint(0, 2)}",
        )
    for service, text in (
        ("orders-api", "INFO order {n} placed in {ms}ms"),
        ("inventory-api", "INFO reserved {ms} units of sku-{n}"),
        ("account-api", "INFO login ok user={n} took={ms}ms"),
        ("fraud-scoring", "INFO scored order {n} risk=0.{ms}"),
        ("notification-worker", "INFO sent receipt for order {n} in {ms}ms"),
    ):
        for at in stage.moments(START, END, 17):
            stage.log(
                service, at, f"{stamp(at, 3)} " + text.format(n=draw.randint(100000, 999999), ms=draw.randint(10, 99))
            )
    for at in stage.moments(START, END, 700):
        stage.log("inventory-api", at, f"{stamp(at, 3)} WARN cache miss storm, refilled {draw.randint(200, 900)} keys")


CHANGES = [
    {"id": "deploy-4471", "at": stamp(DEPLOY), "kind": "deploy", "service": "payment-api", "version": "2.14.0", "environment": "production",
     "author": "release-bot", "text": "payment-api 2.13.6 -> 2.14.0: reconcile open reports in the background"},
    {"id": "deploy-4466", "at": "2026-11-21T01:52:00Z", "kind": "deploy", "service": "notification-worker", "version": "1.9.3",
     "environment": "production", "author": "release-bot", "text": "notification-worker 1.9.2 -> 1.9.3: new receipt layout"},
    {"id": "config-918", "at": "2026-11-20T15:20:00Z", "kind": "config", "service": "inventory-api", "environment": "production",
     "author": "platform", "text": "inventory-api cache size 2 GiB -> 3 GiB"},
    {"id": "db-77", "at": "2026-11-20T09:05:00Z", "kind": "database", "service": "payments-db", "environment": "production",
     "author": "data", "text": "create index concurrently ledger_created_at"},
]  # fmt: skip

LABELS = {
    "alertname": "PostgresConnectionPoolExhausted",
    "environment": "production",
    "instance": "prod-db-01",
    "service": "payment-api",
    "severity": "critical",
}
ANNOTATIONS = {
    "summary": "PostgreSQL connection pool exhausted on prod-db-01",
    "description": "Active connections: 500/500. Service: payment-api. 45% of payment requests return 500.",
}
ALERT_BODY = {
    "version": "4",
    "groupKey": '{}:{alertname="PostgresConnectionPoolExhausted"}',
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
            "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=pg_stat_activity_count&g0.tab=1",
            "fingerprint": "5c1f0a6e2b9d4478",
        }
    ],
}
PODS = """NAME                           READY   STATUS    RESTARTS   AGE
payment-api-6f7c9d8b54-2xkqp   1/1     Running   0          14m
payment-api-6f7c9d8b54-9hzvd   1/1     Running   0          14m
checkout-web-7d5b6c9f8-lm2wq   1/1     Running   0          6d3h
orders-api-58c4f7d9b6-t8r5n    1/1     Running   0          6d3h
"""


def main(folder: Path) -> None:
    """Writes all files but README.md and snapshot.yaml, which people wrote."""
    stage = Stage(folder, 20261121, START, END)
    metrics(stage)
    payment_logs(stage)
    other_logs(stage)
    stage.write(
        15, topology={name: {"calls": calls} for name, calls in CALLS.items()}, changes=CHANGES, alert=ALERT_BODY
    )
    (folder / "kubectl").mkdir(exist_ok=True)
    (folder / "kubectl" / "get-pods.txt").write_text(PODS)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "payments-pool-exhaustion")
