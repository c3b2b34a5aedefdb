"""What is asked of Prometheus, and how its answers are read: pure text in, pure text out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.config import parse_at
from tocsin.connectors import promql
from tocsin.connectors.promql import Query
from tocsin.connectors.selectors import one_of
from tocsin.connectors.settings import ConnectorsConfig
from tocsin.errors import ConfigError

LABELS = ("service", "job", "instance")


@pytest.mark.parametrize(
    ("rule", "measure"),
    [
        ("up == 0", "up"),
        ("sum(rate(errors[5m])) / sum(rate(requests[5m])) > 0.05", "sum(rate(errors[5m])) / sum(rate(requests[5m]))"),
        ("free_bytes < 10 * 1024", "free_bytes"),
        ('rate(x{code=~"5..",path!="/"}[5m]) >= 1e-3', 'rate(x{code=~"5..",path!="/"}[5m])'),
        ("a > b", "a > b"),
        ("x > 1 and y > 2", "x > 1 and y > 2"),
        ("x > bool 1", "x > bool 1"),
        ("absent(up)", "absent(up)"),
        ("", ""),
    ],
)
def test_a_rule_s_measure_is_its_expression_without_the_threshold_and_whole_when_in_doubt(rule, measure):
    assert promql.measured(rule) == measure


def test_counters_are_asked_as_rates_histograms_as_percentile_and_mean_and_gauges_as_they_are():
    names = ("depth", "http_total", "took_bucket", "took_sum", "took_count", "build_info")
    planned = promql.plan([{"__name__": name, "service": "pay"} for name in names], ("pay",), LABELS, 60)
    asked = {one.name: one.expression for one in planned}
    assert asked["depth"] == 'depth{service=~"pay"}'
    assert "rate(http_total{" in asked["http_total:rate"] and asked["took:p99"].startswith("histogram_quantile(0.99,")
    assert set(asked) == {"depth", "http_total:rate", "took:p99", "took:mean", "took_count:rate"}


def test_an_address_with_a_port_is_still_the_host_that_was_asked_for():
    (query,) = promql.plan([{"__name__": "up", "instance": "db-01:9187"}], ("db-01",), LABELS, 60)
    assert query.expression == 'up{instance=~"(?:db\\\\-01)(?::[0-9]+)?"}'
    (series,) = promql.read('up{instance="db-01:9187"} 1 5', ("db-01",), LABELS)
    assert series.service == "db-01"


def test_samples_that_are_no_numbers_are_left_out():
    assert promql.read('x{service="a"} NaN 1\nx{service="a"} +Inf 2\nx{service="a"} 3 3', ("a",), LABELS)[0].values == (
        3.0,
    )


@given(
    st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(max_size=20), max_size=3),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_label_value_survives_being_written_and_read(labels, value):
    lines = promql.written(Query("m", "m"), [{"metric": labels, "values": [(1.5, str(value))]}], 1)
    text = "\n".join(lines)
    (series,) = promql.read(text, (), LABELS)
    assert series.labels == labels and series.values == (value,) and series.cites[0] in text


@given(st.text(max_size=30))
def test_no_service_name_can_end_the_matcher_it_stands_in(name):
    matcher = one_of("service", (name,))
    inside = matcher[len('service=~"') : -1] if name else ""
    unescaped = inside.replace("\\\\", "").replace('\\"', "")
    assert '"' not in unescaped and "\n" not in inside


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"prometheus": {"url": "prometheus:9090"}}, "connectors.prometheus.url"),
        ({"prometheus": {"url": "http://me:secret@prometheus:9090"}}, "connectors.prometheus.url"),
        ({"prometheus": {"url": "http://p", "service_labels": ["a b"]}}, "connectors.prometheus.service_labels"),
        ({"loki": {"url": "http://l", "bearer": "in the open"}}, "connectors.loki.bearer"),
        ({"elasticsearch": {"url": "http://e", "index": "logs/../x"}}, "connectors.elasticsearch.index"),
        ({"prometeus": {}}, "connectors.prometeus"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told_with_its_path(entry, path):
    with pytest.raises(ConfigError) as told:
        parse_at("connectors", entry, ConnectorsConfig)
    assert told.value.path.startswith(path)
