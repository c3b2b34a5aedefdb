"""What every window must keep, whoever stands behind it: one suite per port, run on every adapter and its fake."""

import asyncio
import csv
import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from tests.fake_clouds import AWS, KEYS, cloudwatch, datadog
from tests.fake_servers import elasticsearch, loki, serving
from tests.fake_traces import instant_queries, jaeger, jaeger_json, otlp_json, tempo, traces_of
from tests.servers_prometheus import PROMETHEUS, PROMTOOL, prometheus

from tocsin.connectors.cloudwatch import Cloudwatch, CloudwatchConfig
from tocsin.connectors.datadog import Datadog, DatadogConfig
from tocsin.connectors.deep_links import GrafanaPage
from tocsin.connectors.elasticsearch import Elasticsearch, ElasticsearchConfig
from tocsin.connectors.jaeger import Jaeger, JaegerConfig
from tocsin.connectors.kept import CatalogueTopology, KeptChanges
from tocsin.connectors.loki import Loki, LokiConfig
from tocsin.connectors.memory import MemoryWindows
from tocsin.connectors.mesh import CALL_METRICS, MeshTopology
from tocsin.connectors.prometheus import Prometheus, PrometheusConfig
from tocsin.connectors.snapshot import Snapshot
from tocsin.connectors.system import SystemClock
from tocsin.connectors.tempo import Tempo, TempoConfig
from tocsin.errors import SourceError
from tocsin.guard.redact import redact
from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.change import Change, ChangeKind
from tocsin.model.ground import rfc3339
from tocsin.model.signals import LogLine, Series, Span
from tocsin.ports import Ask

END = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
START = END - timedelta(minutes=30)
BEFORE = START - timedelta(minutes=10)
SERVICES = ("pay-api", "cart")

SAMPLES = [(service, START + timedelta(seconds=30 * n), float(n)) for service in SERVICES for n in range(-10, 61)]
TRACE = "\n\tat com.example.Pay.run(Pay.java:7)\n\tat com.example.Pay.main(Pay.java:3)"
LINES = [
    (service, START + timedelta(minutes=n, seconds=at), f"ERROR {service} lost order {n}" + (TRACE if n == 5 else ""))
    for at, service in enumerate(SERVICES)
    for n in range(-5, 25)
]
EDGES = (("web", "pay-api"), ("pay-api", "pay db"), ("web", "cart"))
CHANGES = tuple(
    Change(id=f"c{n}", kind=ChangeKind.DEPLOY, service=SERVICES[n % 2], at=START + timedelta(minutes=7 * n), version=f"1.{n}",
           text=f'release "{n}" \\ of\tpay, by hand', author="ada")
    for n in range(-2, 5)
)  # fmt: skip


def _trace(number: int, *, failed: bool) -> list[Span]:
    """One call of web to pay-api (or cart), which waits for its database."""
    trace, at, callee = (
        f"{number + 4096:032x}",
        (START + timedelta(seconds=20 * number)).timestamp(),
        SERVICES[number % 2],
    )
    own = [f"{number + 4096:08x}{place:08x}" for place in range(3)]
    return [
        Span(trace, own[0], "", "web", "GET /shop", at, 0.25, failed, "500" if failed else "200"),
        Span(trace, own[1], own[0], callee, f"POST /{callee}", at + 0.01, 0.2, failed, "500" if failed else ""),
        Span(trace, own[2], own[1], "pay db", "SELECT", at + 0.02, 0.1),
    ]


SPANS = tuple(span for number in range(-10, 90) for span in _trace(number, failed=number % 5 == 0))
MESH = {
    "istio_requests_total": [
        {"source_canonical_service": "web", "destination_canonical_service": "pay-api"},
        {"source_canonical_service": "unknown", "source_workload": "web", "destination_service_name": "cart"},
        {"source_canonical_service": "unknown", "destination_canonical_service": "web"},
    ],
    "traces_service_graph_request_total": [{"client": "pay-api", "server": "pay db"}],
}


def memory():
    series = tuple(
        Series(
            name,
            "depth",
            tuple(at.timestamp() for s, at, _ in SAMPLES if s == name),
            tuple(v for s, _, v in SAMPLES if s == name),
            (),
        )
        for name in SERVICES
    )
    lines = tuple(LogLine(f"{rfc3339(at)} {text}", at, service) for service, at, text in LINES)
    return MemoryWindows(series, lines, EDGES, CHANGES, SPANS)


def snapshot(folder):
    with (folder / "metrics.csv").open("w") as file:
        csv.writer(file).writerows(
            [("time", "service", "metric", "value"), *((rfc3339(at), s, "depth", v) for s, at, v in SAMPLES)]
        )
    (folder / "logs").mkdir()
    for name in SERVICES:
        (folder / "logs" / f"{name}.log").write_text(
            "\n".join(f"{rfc3339(at)} {text}" for s, at, text in LINES if s == name)
        )
    (folder / "topology.json").write_text(json.dumps({"edges": EDGES}))
    (folder / "changes.json").write_text(json.dumps([one.model_dump(mode="json") for one in CHANGES]))
    (folder / "traces").mkdir()
    many = traces_of(SPANS)
    (folder / "traces" / "jaeger.json").write_text(json.dumps({"data": [jaeger_json(one) for one in many[:40]]}))
    for at, one in enumerate(many[40:]):
        (folder / "traces" / f"otlp-{at}.json").write_text(json.dumps(otlp_json(one, hexadecimal=True)))
    return Snapshot(folder)


@contextmanager
def metric_source(kind, folder):
    if kind == "prometheus":
        if not (PROMETHEUS and PROMTOOL):
            pytest.skip("prometheus is not installed")
        lines = [f'depth{{service="{s}"}} {v} {at.timestamp()}' for s, at, v in SAMPLES]
        with prometheus(folder, openmetrics="\n".join(("# TYPE depth gauge", *lines, "# EOF\n"))) as address:
            yield Prometheus(PrometheusConfig(url=address, min_step_seconds=30))
    elif kind == "datadog":
        with datadog("depth", SAMPLES) as address:
            yield datadog_at(address)
    elif kind == "cloudwatch":
        with cloudwatch("depth", SAMPLES) as address:
            yield cloudwatch_at(address)
    else:
        yield snapshot(folder) if kind == "snapshot" else memory()


def datadog_at(address, **keys):
    config = DatadogConfig(url=address, api_key={"env": "A"}, application_key={"env": "B"})
    return Datadog(config, keys.get("api_key", KEYS["DD-API-KEY"]), KEYS["DD-APPLICATION-KEY"])


def cloudwatch_at(address, secret=AWS.secret):
    config = CloudwatchConfig(
        url=address, region="eu-west-1", access_key_id=AWS.key_id, secret_access_key={"env": "S"},
        services={name: name for name in SERVICES},
    )  # fmt: skip
    return Cloudwatch(config, SystemClock(), secret)


@contextmanager
def log_source(kind, folder):
    if kind == "loki":
        held = [
            ({"app": name}, [(int(at.timestamp() * 1e9), text) for s, at, text in LINES if s == name])
            for name in SERVICES
        ]
        with loki(held) as address:
            yield Loki(LokiConfig(url=address))
    elif kind == "elasticsearch":
        held = [{"@timestamp": rfc3339(at), "service": {"name": s}, "message": text} for s, at, text in LINES]
        with elasticsearch(held, "key") as address:
            yield Elasticsearch(ElasticsearchConfig(url=address), "key")
    else:
        yield snapshot(folder) if kind == "snapshot" else memory()


@contextmanager
def trace_source(kind, folder):
    if kind == "jaeger":
        with jaeger(SPANS) as address:
            yield Jaeger(JaegerConfig(url=address))
    elif kind == "tempo":
        with tempo(SPANS) as address:
            page = GrafanaPage(url="https://grafana.test", datasource="tempo-uid")
            yield Tempo(TempoConfig(url=address, grafana=page, max_traces=100))
    else:
        yield snapshot(folder) if kind == "snapshot" else memory()


class Kept:
    """Just enough of a store: the changes, by the contract of ports.ChangeStore."""

    changes = property(lambda self: self)

    def between(self, start, end, services=()):
        return [one for one in CHANGES if start <= one.at <= end and (not services or one.service in services)]

    async def read(self, work):
        return work(self)


def change_source(kind, folder):
    return {"kept": lambda: KeptChanges(Kept()), "snapshot": lambda: snapshot(folder), "memory": memory}[kind]()


@contextmanager
def topology_source(kind, folder):
    if kind == "jaeger":
        with jaeger(SPANS) as address:
            yield Jaeger(JaegerConfig(url=address))
    elif kind == "mesh":
        with instant_queries(MESH) as address:
            yield MeshTopology(PrometheusConfig(url=address), CALL_METRICS)
    else:
        yield told_topology(kind, folder)


def told_topology(kind, folder):
    services = [Service(name="web", depends_on=("pay-api", "cart")), Service(name="pay-api", depends_on=("pay db",))]
    catalogue = Catalogue(services=tuple(services))
    return {"catalogue": lambda: CatalogueTopology(catalogue), "snapshot": lambda: snapshot(folder), "memory": memory}[
        kind
    ]()


def ask(*services, start=START, end=END):
    return Ask(start, end, services)


def read(reply):
    """The answer as it is read in truth: after redaction."""
    assert reply.source and reply.query
    text = redact(reply.text, b"k" * 16).text
    return text, reply.parse(text)


@pytest.mark.parametrize("kind", ["memory", "snapshot", "prometheus", "datadog", "cloudwatch"])
def test_metrics_of_the_asked_services_and_time_come_with_samples_that_can_be_quoted(kind, tmp_path):
    with metric_source(kind, tmp_path) as source:
        text, series = read(
            asyncio.run(source.metrics(ask("PAY-API" if kind not in ("prometheus", "cloudwatch") else "pay-api")))
        )
        (one,) = [found for found in series if found.metric == "depth"]
        assert one.service == "pay-api" and one.values == tuple(float(n) for n in range(61))
        assert one.times[0] == START.timestamp() and one.times[-1] == END.timestamp()
        assert len(one.cites) == 61 and all(cite in text and "\n" not in cite for cite in one.cites)
        assert len(set(one.cites)) == 61
        everything = read(asyncio.run(source.metrics(ask())))[1]
        assert {found.service for found in everything if found.metric == "depth"} == set(SERVICES)


@pytest.mark.parametrize("kind", ["memory", "snapshot", "prometheus", "datadog", "cloudwatch"])
def test_a_service_that_nobody_measures_gives_an_empty_answer_not_an_error(kind, tmp_path):
    with metric_source(kind, tmp_path) as source:
        assert read(asyncio.run(source.metrics(ask("nobody"))))[1] == ()


@pytest.mark.parametrize("kind", ["memory", "snapshot", "loki", "elasticsearch"])
def test_log_lines_come_oldest_first_with_their_time_service_and_level_and_whole_stack_traces(kind, tmp_path):
    with log_source(kind, tmp_path) as source:
        text, lines = read(asyncio.run(source.logs(ask(*SERVICES))))
        assert len(lines) == 50 and {line.service for line in lines} == set(SERVICES)
        assert [line.at for line in lines] == sorted(line.at for line in lines)
        assert lines[0].at >= START and lines[-1].at <= END and {line.level for line in lines} == {"error"}
        assert all(line.text in text for line in lines)
        assert sum(line.text.endswith(TRACE) for line in lines) == 2
        (alone,) = {line.service for line in read(asyncio.run(source.logs(ask("cart"))))[1]}
        assert alone == "cart"


@pytest.mark.parametrize("kind", ["memory", "snapshot", "loki", "elasticsearch"])
def test_a_service_that_logs_nothing_gives_an_empty_answer_not_an_error(kind, tmp_path):
    with log_source(kind, tmp_path) as source:
        assert read(asyncio.run(source.logs(ask('no"bo\\dy.*|{}'))))[1] == ()


@pytest.mark.parametrize("kind", ["memory", "snapshot", "catalogue", "jaeger", "mesh"])
def test_the_topology_names_every_edge_once_with_words_that_can_be_quoted(kind, tmp_path):
    with topology_source(kind, tmp_path) as source:
        text, topology = read(asyncio.run(source.topology(ask("cart"))))
    assert set(EDGES) <= set(topology.edges) <= {*EDGES, ("cart", "pay db")}
    assert len(set(topology.edges)) == len(topology.edges)
    assert all(topology.cites[edge] in text for edge in EDGES)


@pytest.mark.parametrize("kind", ["memory", "snapshot", "jaeger", "tempo"])
def test_traces_through_a_service_come_whole_with_lines_that_can_be_quoted(kind, tmp_path):
    with trace_source(kind, tmp_path) as source:
        reply = asyncio.run(source.traces(ask("cart")))
        text, spans = read(reply)
        nobody = read(asyncio.run(source.traces(ask('no"bo\\dy }'))))[1]
        everyone = read(asyncio.run(source.traces(ask())))[1]
    assert nobody == () and {span.service for span in everyone} == {"web", "pay-api", "cart", "pay db"}
    told = {span.id: span for span in SPANS}
    assert {span.service for span in spans} == {"web", "cart", "pay db"} and len(spans) == 3 * 45
    for span in spans:
        known = told[span.id]
        assert span.cite in text and "\n" not in span.cite
        assert (span.trace, span.parent, span.operation) == (known.trace, known.parent, known.operation)
        assert (span.failed, span.seconds) == (known.failed, pytest.approx(known.seconds, abs=1e-5))
        assert span.start == pytest.approx(known.start, abs=1e-5) and (span.status == "500") == (known.status == "500")
        assert (
            span.link.startswith("http") and span.trace in span.link if kind in ("jaeger", "tempo") else not span.link
        )


@pytest.mark.parametrize("kind", ["jaeger", "tempo"])
def test_what_is_over_the_bounds_of_a_trace_source_is_counted_and_whole_traces_stay_whole(kind):
    with (jaeger if kind == "jaeger" else tempo)(SPANS) as address:
        source = (
            Jaeger(JaegerConfig(url=address, max_spans=10))
            if kind == "jaeger"
            else Tempo(TempoConfig(url=address, max_spans=10, max_traces=20))
        )
        text, spans = read(asyncio.run(source.traces(ask("cart"))))
    assert len(spans) == 9 and len({span.trace for span in spans}) == 3
    assert "spans of further traces left out" in text


@pytest.mark.parametrize("kind", ["memory", "snapshot", "kept"])
def test_changes_come_back_as_they_were_told_newest_first(kind, tmp_path):
    text, changes = read(asyncio.run(change_source(kind, tmp_path).changes(ask())))
    assert [one.id for one in changes] == ["c4", "c3", "c2", "c1", "c0"]
    told = {one.id: one for one in CHANGES}
    for one in changes:
        assert (one.at, one.kind, one.service, one.version, one.author) == (
            told[one.id].at, told[one.id].kind, told[one.id].service, told[one.id].version, "ada")  # fmt: skip
        assert one.text in text and one.text == " ".join(told[one.id].text.split())
    assert {one.service for one in read(asyncio.run(change_source(kind, tmp_path / "x").changes(ask("cart"))))[1]} == {"cart"} \
        if kind != "snapshot" else True  # fmt: skip


LIVE = (
    lambda address: Loki(LokiConfig(url=address)).logs,
    lambda address: Elasticsearch(ElasticsearchConfig(url=address)).logs,
    lambda address: Prometheus(PrometheusConfig(url=address)).metrics,
    lambda address: datadog_at(address).metrics,
    lambda address: cloudwatch_at(address).metrics,
    lambda address: Jaeger(JaegerConfig(url=address)).traces,
    lambda address: Jaeger(JaegerConfig(url=address)).topology,
    lambda address: Tempo(TempoConfig(url=address)).traces,
    lambda address: MeshTopology(PrometheusConfig(url=address), CALL_METRICS).topology,
)


def broken(status, body):
    return serving(lambda *_: (status, body))


@pytest.mark.parametrize("make", LIVE)
@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, b"oh no", "answered 500: oh no"),
        (401, b"", "refused our credentials"),
        (200, b"<html>", "not JSON"),
        (302, b"", "answered 302"),
    ],
)
def test_a_system_that_answers_badly_becomes_one_error_in_plain_words(make, status, body, words):
    with broken(status, body) as address, pytest.raises(SourceError, match=words):
        asyncio.run(make(address)(ask("pay-api")))


@pytest.mark.parametrize("make", LIVE)
@pytest.mark.parametrize("body", [{}, [], {"data": 3}, {"data": {"result": 7}}, {"hits": {}}])
def test_json_of_another_shape_is_an_error_of_the_source_not_a_crash(make, body):
    with broken(200, body) as address, pytest.raises(SourceError, match="shape"):
        asyncio.run(make(address)(ask("pay-api")))


def test_a_system_that_is_down_is_said_so_by_every_window():
    windows = MemoryWindows(down=True)
    for window in (windows.metrics, windows.logs, windows.traces, windows.topology, windows.changes):
        with pytest.raises(SourceError):
            asyncio.run(window(ask()))
