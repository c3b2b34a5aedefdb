"""The snapshots we ship: reproducible, readable, telling the story they claim, and small."""

import asyncio
import filecmp
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.connectors.snapshot import Snapshot
from tocsin.guard.redact import redact
from tocsin.ports import Ask

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "snapshots"
MAKERS = {
    "payments-pool-exhaustion": "make_payments.py",
    "edge-certificate-expired": "make_certificate.py",
    "stalled-shipment-consumer": "make_consumer.py",
}


@pytest.mark.parametrize("name", MAKERS)
def test_the_maker_kept_beside_a_snapshot_reproduces_it_byte_by_byte(name, tmp_path):
    subprocess.run([sys.executable, "-B", str(FOLDER / MAKERS[name]), str(tmp_path)], check=True)
    made = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(made) >= 6
    _, different, missing = filecmp.cmpfiles(tmp_path, FOLDER / name, [str(path) for path in made], shallow=False)
    assert (different, missing) == ([], [])


@pytest.mark.parametrize("name", MAKERS)
def test_a_shipped_snapshot_opens_with_all_four_windows_an_alert_and_a_time(name):
    snapshot = Snapshot(FOLDER / name)
    assert snapshot.windows >= {"metrics", "logs", "topology", "changes"}
    assert snapshot.now and snapshot.title and json.loads(snapshot.alert())["alerts"]
    assert (FOLDER / name / "README.md").read_text().startswith(f"# {name}")


def test_all_snapshots_together_stay_small_enough_to_clone():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 1_500_000


def test_the_demo_tells_its_story_deploy_leak_full_pool_failing_payments():
    snapshot = Snapshot(FOLDER / "payments-pool-exhaustion")
    ask = Ask(snapshot.now - timedelta(hours=24), snapshot.now)

    async def look():
        return await snapshot.metrics(ask), await snapshot.logs(ask), await snapshot.changes(ask)

    metrics, logs, changes = asyncio.run(look())
    series = {(one.service, one.metric): one for one in metrics.parse(metrics.text)}
    active = series["payments-db", "connections_active"]
    deploy = next(one for one in changes.parse(changes.text) if one.service == "payment-api")
    alert = json.loads(snapshot.alert())["alerts"][0]
    assert active.values[-1] == 500 and max(active.values[:200]) < 100
    assert 0.35 < series["payment-api", "error_ratio"].values[-1] < 0.6
    assert max(series["orders-api", "error_ratio"].values) < 0.01
    assert alert["startsAt"].startswith("2026-11-21T03:02") and deploy.at.minute == 50
    lines = logs.parse(logs.text)
    first_timeout = next(line for line in lines if "SQLTransientConnectionException" in line.text)
    assert first_timeout.service == "payment-api" and first_timeout.level == "error" and "\n\tat " in first_timeout.text
    assert first_timeout.at > deploy.at


def test_the_made_up_password_in_the_demo_never_leaves_the_window():
    snapshot = Snapshot(FOLDER / "payments-pool-exhaustion")
    reply = asyncio.run(snapshot.logs(Ask(snapshot.now - timedelta(hours=1), snapshot.now)))
    assert "made-up-for-the-demo" in reply.text
    assert "made-up-for-the-demo" not in redact(reply.text, b"k" * 16).text
