"""How long a person waits: `python -m benchmarks.latency [SNAPSHOT] --json`.

The true service, asked over HTTP, one alert at a time. `triaged_ms`: from the first byte of the webhook until the
Triaged event has arrived on the incident's stream, for alerts of ever new services. `report_ms`: from the webhook until
the report with diagnosis, fix and messages is in hand, with the evidence of a snapshot behind the windows.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.wire import Client, alert, percentile, serving, webhook

SNAPSHOT = Path(__file__).resolve().parents[1] / "examples" / "snapshots" / "payments-pool-exhaustion"
WARM_UP = 10


def opened(client: Client, body: bytes) -> tuple[str, float]:
    """The incident that this webhook opened, and when the webhook was begun."""
    began = time.perf_counter()
    status, answer = client.post("/hooks/alertmanager", body)
    incidents = json.loads(answer).get("incidents", [])
    if status != 200 or len(incidents) != 1:
        raise SystemExit(f"the webhook opened no incident: {status} {answer[:300]!r}")
    return incidents[0], began


def until(port: int, incident: str, last: str, after: str = "") -> float:
    """When the event `last`, following the event `after`, arrived on the incident's stream."""
    stream, passed = Client(port), not after
    try:
        for kind, at in stream.events(incident):
            if passed and kind == last:
                return at
            passed = passed or kind == after
    finally:
        stream.close()
    raise SystemExit(f"the stream of {incident} ended before {last}")


def triage_times(folder: Path, count: int) -> list[float]:
    """Milliseconds from webhook to Triaged, each for a service never seen before."""
    times = []
    with serving(folder) as service:
        client = Client(service.port)
        for number in range(WARM_UP + count):
            incident, began = opened(client, webhook([alert(number, f"service-{number}")]))
            times.append((until(service.port, incident, "triaged") - began) * 1000)
            until(service.port, incident, "update_drafted", after="questions_answered")
    return times[WARM_UP:]


def report_times(folder: Path, snapshot: Path, count: int) -> tuple[list[float], dict[str, Any]]:
    """Milliseconds from webhook to the whole report, and the last report."""
    given = json.loads((snapshot / "alert.json").read_text())
    config = {"connectors": {"snapshot": {"folder": str(snapshot)}}, "intake": {"correlation": []}}
    times, report = [], dict[str, Any]()
    with serving(folder, config) as service:
        client = Client(service.port)
        for number in range(WARM_UP + count):
            incident, began = opened(client, another(given, number))
            until(service.port, incident, "update_drafted", after="questions_answered")
            report = client.get(f"/api/incidents/{incident}/report")
            times.append((time.perf_counter() - began) * 1000)
    return times[WARM_UP:], report


def another(given: Mapping[str, Any], number: int) -> bytes:
    """The same alert as a new condition: another fingerprint, some microseconds later."""
    one = dict(given["alerts"][0])
    started = datetime.fromisoformat(one["startsAt"]) + timedelta(microseconds=number)
    one |= {"fingerprint": f"{number:016x}", "startsAt": started.isoformat()}
    return json.dumps({**given, "alerts": [one]}).encode()


def spread(name: str, times: list[float]) -> dict[str, float]:
    """p50, p99 and the worst, in milliseconds."""
    figures = {"p50": percentile(times, 0.5), "p99": percentile(times, 0.99), "max": max(times)}
    return {f"{name}_ms_{key}": round(value, 1) for key, value in figures.items()}


def main() -> None:
    """Prints the figures; --json prints one object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=SNAPSHOT, help="a snapshot folder with alert.json")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--alerts", type=int, default=300)
    parser.add_argument("--reports", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-latency-") as name:
        triaged = triage_times(Path(name) / "triage", asked.alerts)
        reported, report = report_times(Path(name) / "report", asked.data.resolve(), asked.reports)
    figures = {
        "benchmark": "latency",
        "alerts": len(triaged),
        **spread("triaged", triaged),
        "reports": len(reported),
        **spread("report", reported),
        "report_has_cause": bool(report["rootCause"]),
        "report_steps": len(report["proposedFix"]["steps"]),
    }
    if asked.json:
        print(json.dumps(figures))
        return
    for what in ("triaged", "report"):
        print(
            f"{what}: p50 {figures[f'{what}_ms_p50']} ms, p99 {figures[f'{what}_ms_p99']} ms, worst {figures[f'{what}_ms_max']} ms"
        )


if __name__ == "__main__":
    main()
