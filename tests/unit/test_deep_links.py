"""Every finding leads to the page where a person sees it in its own system, and no link can be read as anything else."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from rich.console import Console
from tests.unit.test_investigators import ALERT, Panes, ask, brief, pool, seen_changes

from tocsin.cli import terminal
from tocsin.connectors import change_rows, deep_links, promql
from tocsin.connectors.deep_links import GrafanaPage
from tocsin.connectors.elasticsearch import Elasticsearch, ElasticsearchConfig
from tocsin.model.alert import Delivery
from tocsin.model.change import Change, ChangeKind
from tocsin.model.evidence import Finding, FindingKind, Quote, page_of
from tocsin.model.incident import Incident
from tocsin.ports import Ask
from tocsin.roles.analysts.alert import AlertReader
from tocsin.roles.analysts.change import ChangeAnalyst
from tocsin.roles.analysts.metric import MetricAnalyst
from tocsin.sources import registry
from tocsin.web.document import document
from tocsin.web.document_markdown import document_markdown
from tocsin.web.markdown import markdown

END = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
START = END - timedelta(minutes=30)
PAGE = GrafanaPage(url="https://grafana.test/", datasource="uid-1")


def test_prometheus_draws_the_query_itself_over_the_time_that_was_looked_at():
    link = deep_links.prometheus_graph("http://prom:9090", ['sum(rate(x{s="a b"}[5m]))', "up"], START, END)
    asked = parse_qs(urlsplit(link).query)
    assert link.startswith("http://prom:9090/graph?") and asked["g0.expr"] == ['sum(rate(x{s="a b"}[5m]))']
    assert (
        asked["g0.range_input"] == ["1800s"]
        and asked["g0.end_input"] == ["2026-11-21 03:00:00"]
        and asked["g1.expr"] == ["up"]
    )
    assert deep_links.prometheus_graph("http://prom:9090", [], START, END) == ""


def test_each_series_of_prometheus_links_to_its_own_query():
    text = '# rate(a[60s])\na{app="pay"} 1 100\na{app="pay"} 2 160\n# b{app="pay"}\nb{app="pay"} 1 100'
    found = promql.read(text, ("pay",), ("app",), lambda asked: f"http://prom/{asked}")
    assert {one.metric: one.link for one in found} == {"a": "http://prom/rate(a[60s])", "b": 'http://prom/b{app="pay"}'}
    (told,) = ask(MetricAnalyst(), Panes(metrics=pool())).findings
    assert told.link == ""  # a source without pages gives none


@pytest.mark.parametrize("query", ['{app="pay"}', '"}],"x":["</script>', "ü %00 &panes="])
def test_grafana_opens_with_exactly_the_query_and_time_whatever_the_names_say(query):
    link = deep_links.explore(PAGE, {"expr": query}, START, END)
    asked = parse_qs(urlsplit(link).query)
    (pane,) = json.loads(asked["panes"][0]).values()
    assert pane["queries"][0]["expr"] == query and pane["range"] == {"from": "1795228200000", "to": "1795230000000"}
    assert link.startswith("https://grafana.test/explore?") and page_of(finding(link)) == link
    assert deep_links.explore(None, {"expr": query}, START, END) == ""
    assert deep_links.explore(PAGE, {"expr": "x" * 5_000}, START, END) == ""


def test_elasticsearch_is_shown_in_grafana_by_the_same_names():
    source = Elasticsearch(ElasticsearchConfig(url="http://es", service_fields=("app",), grafana=PAGE))
    asked = json.loads(parse_qs(urlsplit(source._page(Ask(START, END, ('pay"',)))).query)["panes"][0])
    assert asked["a"]["queries"][0]["query"] == 'app:("pay\\"")'


def test_a_trace_of_jaeger_is_one_page_and_no_path():
    link = deep_links.jaeger_trace("http://jaeger", "../admin?x=1#y")
    assert link == "http://jaeger/trace/..%2Fadmin%3Fx%3D1%23y" and deep_links.jaeger_trace("http://jaeger", "") == ""


ALERTS = {
    "alertmanager": (
        {"version": "4", "groupKey": "g", "status": "firing", "receiver": "r", "externalURL": "http://am:9093",
         "alerts": [{"status": "firing", "labels": {"alertname": "PoolFull"}, "annotations": {"runbook_url": "http://wiki/pool"},
                     "startsAt": "2026-11-21T03:00:00Z", "generatorURL": "http://prom/graph?g0.expr=up"}]},
        "http://prom/graph?g0.expr=up",
    ),
    "pagerduty": (
        {"event": {"id": "e", "event_type": "incident.triggered", "occurred_at": "2026-11-21T03:00:00Z",
                   "data": {"id": "P1", "type": "incident", "title": "Pool full", "status": "triggered", "urgency": "high",
                            "html_url": "https://acme.pagerduty.com/incidents/P1", "service": {"summary": "pay"},
                            "created_at": "2026-11-21T03:00:00Z"}}},
        "https://acme.pagerduty.com/incidents/P1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_what_an_alert_says_links_to_the_senders_own_page(name):
    body, page = ALERTS[name]
    (alert,) = registry.parse(Delivery(id="D", source=name, received_at=END, body=json.dumps(body).encode()))
    about = brief()
    kept = about.alert_evidence[0].model_copy(update={"link": alert.page})
    told = ask(AlertReader(), Panes(), replace(about, alert_evidence=(kept,))).findings
    assert alert.page == page and told and {page_of(one) for one in told} == {page}


def test_a_change_links_to_where_it_was_made():
    one = Change(
        id="c1",
        kind=ChangeKind.DEPLOY,
        service="pay",
        at=ALERT - timedelta(minutes=3),
        text="pay 1.2",
        link="https://ci.test/9",
    )
    (read,) = change_rows.read(change_rows.written([one]))
    (found,) = ask(ChangeAnalyst(), Panes(changes=seen_changes([read])), brief(service="pay")).findings
    assert page_of(found) == "https://ci.test/9"


def finding(link: str) -> Finding:
    return Finding(id="metric-1", role="metric-analyst", kind=FindingKind.METRIC_ANOMALY, text="pay is slow", service="pay",
                   confidence=0.9, quotes=(Quote(evidence_id="EV-1", text="1"),), link=link)  # fmt: skip


HOSTILE = ("javascript:alert(1)", "data:text/html,x", "http://", "https://a b", 'http://x/"><script>', "http://x/\u202egro",
           "file:///etc/passwd", "//evil.test", "http://x/" + "y" * 5_000, "http://[::1")  # fmt: skip


@pytest.mark.parametrize("link", HOSTILE)
def test_what_is_no_address_of_the_web_is_never_shown_as_a_link(link):
    assert page_of(finding(link)) == "" and link not in shown(link)


def test_the_link_stands_in_the_terminal_the_document_and_the_report():
    link = "https://traces.test/trace/1?a=(b)[c]"
    told = shown(link)
    assert f"see {link}" in told and told.count("(https://traces.test/trace/1?a=%28b%29%5Bc%5D)") == 2


def shown(link: str) -> str:
    """The terminal, the document and the report of an incident with one finding."""
    incident = Incident(id="INC-1", title="pay is slow", service="pay", findings=(finding(link),))
    screen = Console(file=io.StringIO(), width=240, color_system=None)
    screen.print(terminal.findings(incident))
    doc = document(incident, [])
    assert [one.link for one in doc.findings] == [page_of(finding(link))]
    return "\n".join((screen.file.getvalue(), document_markdown(doc), markdown(incident, [], [])))
