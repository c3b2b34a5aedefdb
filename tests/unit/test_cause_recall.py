"""Alerts as many tools and people write them, and the causes a fair reader would accept first or second."""

import pytest
from tests.unit.case_making import brief, diagnosed, fact

ALERTS = [
    (
        "database",
        "HikariPool-1 - Connection is not available, request timed out after 30000ms.",
        "connection_pool_exhaustion",
    ),
    ("database", "FATAL: sorry, too many clients already on orders-primary", "connection_pool_exhaustion"),
    (
        "database",
        "MySQL on ledger: 148/150 connections in use, new sessions are being refused",
        "connection_pool_exhaustion",
    ),
    (
        "database",
        "pgbouncer: no more connections allowed (max_client_conn) for database billing",
        "connection_pool_exhaustion",
    ),
    ("database", "MySQLReplicationLag: Seconds_Behind_Master is 940 on replica-3", "replication_lag"),
    ("database", "Standby eu-2 is 14 minutes behind its primary and the gap keeps growing", "replication_lag"),
    (
        "database",
        "Deadlock found when trying to get lock; try restarting transaction (312 in the last 5 minutes)",
        "deadlock",
    ),
    ("database", "Sessions are piling up behind an exclusive lock on table invoices", "deadlock"),
    ("database", "Average query duration on reporting-db above 12s, autovacuum has not run for 9 days", "slow_queries"),
    ("database", "PersistentVolumeFillingUp: volume data-pg-0 has 2% space left", "disk_full"),
    ("database", "could not extend file base/16384: No space left on device", "disk_full"),
    (
        "database",
        "Nightly backup of customer-db did not complete, last successful backup is 51 hours old",
        "failed_backup",
    ),
    ("database", "Redis evicted 40k keys in one minute, hit rate fell from 97% to 41%", "cache_eviction"),
    ("database", "Galera cluster lost quorum: two nodes claim to be primary", "split_brain"),
    ("network", "CoreDNS is answering SERVFAIL to 30% of lookups in cluster west", "dns_failure"),
    ("network", "getaddrinfo ENOTFOUND inventory.internal from 12 pods", "dns_failure"),
    ("network", "SSL certificate for shop.example.org will expire in 3 days", "certificate_expiry"),
    (
        "network",
        "x509: certificate has expired or is not yet valid, handshakes rejected at the edge",
        "certificate_expiry",
    ),
    ("network", "ALB target group tg-checkout: 0 healthy hosts, ELB 5XX above 200/min", "load_balancer_errors"),
    ("network", "HAProxy reports backend web has no server available", "load_balancer_errors"),
    ("network", "p99 latency of the search API is 4.2s (threshold 800ms)", "latency"),
    ("network", "22% packet loss between rack 4 and rack 9, BGP session to transit A flapping", "network_partition"),
    (
        "network",
        "Our SMS provider returns 503 for all sends, their status page confirms a major outage",
        "third_party_outage",
    ),
    ("application", "Container api-7f in pod api-7f9c was OOMKilled (exit code 137) 6 times in 10 minutes", "oom_kill"),
    ("application", "java.lang.OutOfMemoryError: Java heap space in recommendation-worker", "oom_kill"),
    ("application", "KubePodCrashLooping: pod basket-5d is restarting every 40 seconds", "crash_loop"),
    (
        "application",
        "Back-off restarting failed container right after release 8.1.0 was rolled out",
        "crash_loop failed_deployment",
    ),
    (
        "application",
        "Error rate of the login service went from 0.2% to 31% since version 2026.3 was deployed 6 minutes ago",
        "failed_deployment",
    ),
    ("application", "5xx ratio above 5% for service profile", "error_spike"),
    (
        "application",
        "Kafka consumer group invoice-writer has not committed offsets for 25 minutes, lag 1.2M",
        "stalled_consumer",
    ),
    (
        "application",
        "SQS ApproximateAgeOfOldestMessage for orders-in is 5400 seconds, workers idle",
        "stalled_consumer queue_backlog",
    ),
    (
        "application",
        "RabbitMQ queue email-out has 180000 messages ready and is growing",
        "queue_backlog stalled_consumer",
    ),
    ("application", "Airflow DAG daily_revenue missed its SLA, task load_facts failed 3 times", "late_pipeline"),
    ("application", "Application fails on boot: missing environment variable PAYMENT_KEY", "config_error"),
    ("security", "480 failed SSH logins for root from 198.51.100.7, then one success", "unauthorised_access"),
    ("security", "Impossible travel: user signed in from Oslo and Lima within 9 minutes", "unauthorised_access"),
    ("security", "SYN flood against the public load balancer, 14 Gbps from 9000 sources", "ddos"),
    ("security", "WAF: request volume 40x normal from a botnet, all hitting /search", "ddos"),
    ("security", "312 GB uploaded overnight from hr-files to an unknown external host", "data_exfiltration"),
    ("security", "JNDI lookup payloads (Log4Shell, CVE-2021-44228) reached app servers", "exploited_cve"),
    ("security", "AWS access key AKIA... found in a public GitHub repository", "leaked_credential"),
    ("security", "EDR quarantined a cryptominer binary on build-agent-6", "malware"),
    ("infrastructure", "Node worker-12 has been NotReady for 7 minutes, 31 pods evicted", "node_not_ready"),
    ("infrastructure", "RAID array md0 on storage-2 is degraded, one disk failed", "storage_degraded hardware_fault"),
    ("infrastructure", "CPU usage of host batch-3 at 99% for 20 minutes", "resource_saturation"),
    ("infrastructure", "Pods of thumbnailer pending: 0/9 nodes are available: insufficient cpu", "unschedulable"),
    (
        "infrastructure",
        "Failed to pull image registry.local/cart:9.9: manifest unknown (ImagePullBackOff)",
        "image_pull_failure",
    ),
    ("infrastructure", "ResourceQuota exceeded in namespace staging: pods 50/50", "quota_exhausted"),
    ("infrastructure", "etcd has no leader, kube-apiserver requests time out", "control_plane split_brain"),
    ("infrastructure", "NTP offset on auth-1 is 94 seconds", "clock_drift"),
    ("infrastructure", "Prometheus target node-exporter on db-4 has been down for 10 minutes", "monitoring_gap"),
]


@pytest.mark.parametrize(("kind", "text", "accepted"), ALERTS, ids=[text[:50] for _, text, _ in ALERTS])
def test_an_alert_in_anybodys_words_leads_to_its_cause(kind: str, text: str, accepted: str) -> None:
    found = [one.cause for one in diagnosed(brief(text, kind), fact(text)).hypotheses]

    assert found, "nothing was recognised"
    assert found[0] in accepted.split()
