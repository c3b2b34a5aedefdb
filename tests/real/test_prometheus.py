"""The live windows against Debian's real Prometheus and Alertmanager. Skipped, by name, where they are not installed."""

import asyncio
import json
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.servers_prometheus import ALERTMANAGER, PROMETHEUS, PROMTOOL, alertmanager, prometheus

from tocsin.connectors.alertmanager import Alertmanager, AlertmanagerConfig
from tocsin.connectors.prometheus import Prometheus, PrometheusConfig
from tocsin.errors import SourceError
from tocsin.ports import Ask
from tocsin.stages.intake import alertmanager_silences

needs_prometheus = pytest.mark.skipif(not (PROMETHEUS and PROMTOOL), reason="prometheus and promtool are not installed")
needs_alertmanager = pytest.mark.skipif(not ALERTMANAGER, reason="alertmanager is not installed")

END = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
START = END - timedelta(hours=1)
ODD = 'odd"name\\with{every}thing|.*'

RULES = """
groups:
  - name: shop
    rules:
      - alert: TooManyErrors
        expr: sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.05
      - alert: Other
        expr: vector(1) > 2
"""


def openmetrics():
    """An hour of three services at 15 s, one of them failing for the last ten minutes, one with a name that must be escaped."""
    families = {"http_requests": [], "pool_connections": [], "request_seconds": []}
    good = bad = 0
    for number in range(241):
        at = START.timestamp() + 15 * number
        failing = number > 200
        good, bad = good + (150 if not failing else 80), bad + (0 if not failing else 70)
        for code, count in (("200", good), ("500", bad)):
            families["http_requests"].append((f'http_requests_total{{app="pay",pod="pay-1",code="{code}"}}', count, at))
        families["pool_connections"].append(('pool_connections{app="pay",pod="pay-1"}', 500 if failing else 60, at))
        families["pool_connections"].append(('pool_connections{app="other"}', 5, at))
        escaped = ODD.replace("\\", "\\\\").replace('"', '\\"')
        families["pool_connections"].append((f'pool_connections{{app="{escaped}"}}', 7, at))
        for le, share in (("0.1", 0.5), ("1", 1.0), ("+Inf", 1.0)):
            families["request_seconds"].append(
                (f'request_seconds_bucket{{app="pay",le="{le}"}}', int(number * 100 * share), at)
            )
        families["request_seconds"].append(('request_seconds_sum{app="pay"}', number * 20.0, at))
        families["request_seconds"].append(('request_seconds_count{app="pay"}', number * 100, at))
    kinds = {"http_requests": "counter", "pool_connections": "gauge", "request_seconds": "histogram"}
    lines = []
    for family, samples in families.items():
        lines.append(f"# TYPE {family} {kinds[family]}")
        order = {name: index for index, (name, _, _) in enumerate(samples)}
        lines += [
            f"{name} {value} {at}" for name, value, at in sorted(samples, key=lambda one: (order[one[0]], one[2]))
        ]
    return "\n".join((*lines, "# EOF\n"))


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "rules.yml").write_text(RULES)
    with prometheus(folder, "rule_files: [rules.yml]\n", openmetrics()) as running:
        yield running


def look(address, ask, **settings):
    source = Prometheus(PrometheusConfig(url=address, **settings))
    reply = asyncio.run(source.metrics(ask))
    return reply, {(one.service, one.metric, one.labels.get("code", "")): one for one in reply.parse(reply.text)}


@needs_prometheus
def test_the_series_of_the_asked_service_come_from_a_real_prometheus(address):
    reply, series = look(address, Ask(START, END, ("pay",)))
    pool = series["pay", "pool_connections", ""]
    assert pool.values[0] == 60 and pool.values[-1] == 500 and len(pool.times) > 200
    assert (
        list(pool.times) == sorted(pool.times)
        and START.timestamp() <= pool.times[0] <= pool.times[-1] <= END.timestamp()
    )
    assert series["pay", "http_requests_total:rate", "500"].values[-1] == pytest.approx(70 / 15, rel=0.1)
    assert 0.1 < series["pay", "request_seconds:p99", ""].values[-1] <= 1
    assert series["pay", "request_seconds:mean", ""].values[-1] == pytest.approx(0.2, rel=0.05)
    assert {service for service, _, _ in series} == {"pay"}
    assert all(cite in reply.text for one in series.values() for cite in one.cites)


@needs_prometheus
def test_the_alert_s_own_rule_is_measured_without_its_threshold(address):
    _, series = look(address, Ask(START, END, ("pay",), "TooManyErrors"))
    ratio = series["pay", "alert:TooManyErrors", ""]
    assert max(ratio.values[:150]) == 0 and ratio.values[-1] == pytest.approx(70 / 150, rel=0.1)


@needs_prometheus
def test_a_probe_s_expression_is_measured_as_people_wrote_it(address):
    source = Prometheus(PrometheusConfig(url=address))
    expression = "sum(pool_connections{app='pay'}) / 500"
    reply = asyncio.run(source.measure(expression, END - timedelta(minutes=30), END))
    (series,) = reply.parse(reply.text)
    assert series.values[0] == pytest.approx(0.12) and series.values[-1] == 1
    assert all(cite in reply.text for cite in series.cites) and expression in reply.query
    nothing = asyncio.run(source.measure("no_such_metric", END - timedelta(minutes=30), END))
    assert nothing.parse(nothing.text) == ()


@needs_prometheus
def test_an_alert_name_that_looks_like_an_expression_is_only_a_name(address):
    _, series = look(address, Ask(START, END, ("pay",), 'x"} or vector(1) #'))
    assert not any(metric.startswith("alert:") for _, metric, _ in series)


@needs_prometheus
def test_a_service_with_a_hostile_name_finds_its_own_series_and_no_other(address):
    _, series = look(address, Ask(START, END, (ODD,)))
    assert list(series) == [(ODD, "pool_connections", "")]
    assert (
        not look(address, Ask(START, END, (".*",)))[1] and not look(address, Ask(START, END, ('"} or {app="pay',)))[1]
    )


@needs_prometheus
def test_the_answer_stays_within_its_bounds_and_says_what_it_left_out(address):
    reply, series = look(address, Ask(START, END), max_points=10, max_series=2, min_step_seconds=1)
    assert len(series) <= 2 and all(len(one.times) <= 11 for one in series.values())
    assert "more left out" in reply.text


@needs_prometheus
def test_a_prometheus_that_is_not_there_is_said_in_plain_words():
    with pytest.raises(SourceError, match="cannot be reached"):
        look("http://127.0.0.1:9", Ask(START, END, ("pay",)))


@needs_prometheus
def test_what_is_scraped_now_is_seen_at_once(tmp_path):
    class Exporter(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(b"# TYPE depth gauge\ndepth 42\n")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    jobs = json.dumps([{"job_name": "queue", "static_configs": [{"targets": [f"127.0.0.1:{server.server_port}"]}]}])
    try:
        with prometheus(
            tmp_path, f"global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}\nscrape_configs: {jobs}\n"
        ) as address:
            series, tries = {}, 0
            while ("queue", "depth", "") not in series and tries < 150:  # it looks for targets every five seconds
                now, tries = datetime.now(UTC), tries + 1
                _, series = look(address, Ask(now - timedelta(minutes=5), now, ("queue",)), min_step_seconds=1)
                time.sleep(0.1)
        assert series["queue", "depth", ""].values[-1] == 42
    finally:
        server.shutdown()
        server.server_close()


@needs_alertmanager
def test_a_silence_made_in_a_real_alertmanager_is_known_here(tmp_path):
    silence = {
        "matchers": [{"name": "service", "value": "pay|cart", "isRegex": True, "isEqual": True}],
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "2046-01-01T00:00:00Z",
        "createdBy": "ada",
        "comment": "moving house",
    }
    with alertmanager(tmp_path) as address:
        posted, kind = json.dumps(silence).encode(), {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{address}/api/v2/silences", posted, kind)
        with urllib.request.urlopen(request, timeout=60):
            pass
        ((known,), refused) = alertmanager_silences(
            asyncio.run(Alertmanager(AlertmanagerConfig(url=address)).silences())
        )
    assert not refused
    assert known.origin == "alertmanager" and known.reason == "moving house" and known.created_by == "ada"
    assert known.matchers[0].is_regex and known.matchers[0].value == "pay|cart"
