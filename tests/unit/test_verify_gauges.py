"""Gauges: what is read for a look, from which series, and what is said when nothing can be read."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from benchmarks.acting import runbook
from tests.unit.cases import START, diagnosis, history, triage

from tocsin.connectors import metric_rows
from tocsin.connectors.memory import MemoryWindows
from tocsin.errors import SourceError
from tocsin.guard.redact import redact
from tocsin.library.steps import Probe
from tocsin.model.action import RenderedStep, Risk
from tocsin.model.event import Diagnosed, FindingsReported, Triaged
from tocsin.model.evidence import Finding, FindingKind, Quote
from tocsin.model.incident import fold
from tocsin.model.signals import Series
from tocsin.ports import Reply
from tocsin.stages.verify.gauges import Gauges, filled
from tocsin.stages.verify.judge import Condition
from tocsin.stages.verify.settings import VerifySettings
from tocsin.stages.verify.watched import as_rate, watched

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
SETTINGS = VerifySettings()


def clean(text):
    return redact(text, b"a key for these tests")


def step(**slots):
    return RenderedStep(
        runbook_id="flood",
        runbook_version=1,
        runbook_digest=runbook().digest,
        step_index=1,
        name="switch_off",
        text="Switch it off.",
        purpose="mitigate",
        executor="http",
        call={},
        slots=slots,
        shown="",
        environment="production",
        risk=Risk.REVERSIBLE,
    )


def finding(number=1, **changes):
    data = {
        "metric": "latency_seconds",
        "labels": {},
        "signal": "latency",
        "bad": True,
        "before": 0.2,
        "after": 5.0,
        "counter": False,
        "times": [],
        "values": [],
    }
    fields = {"service": "ledger-api", "confidence": 0.8} | {
        k: changes.pop(k) for k in ("service", "confidence") if k in changes
    }
    return Finding(
        id=f"metric-{number}",
        role="metric-analyst",
        kind=FindingKind.METRIC_ANOMALY,
        text="it changed",
        quotes=(Quote(evidence_id="EV-1", text="x"),),
        onset=START,
        data=data | changes,
        **fields,
    )


def incident(*findings):
    known = FindingsReported(role="metric-analyst", findings=findings)
    return fold("INC-1", history(Triaged(triage=triage()), known, Diagnosed(diagnosis=diagnosis())))


def metrics_of(*findings):
    return [one.metric for one in watched(incident(*findings))]


def test_only_what_hurt_and_is_about_this_incident_is_watched():
    assert metrics_of(finding(1, metric="a"), finding(2, metric="b", service="elsewhere")) == ["a"]
    assert metrics_of(finding(1, metric="a", service="elsewhere")) == ["a"]
    assert metrics_of(finding(1, bad=False), finding(2, bad=None), finding(3, confidence=0.3)) == []
    assert metrics_of(finding(1, signal="traffic")) == []


def test_the_service_that_the_cause_is_in_is_watched_beside_the_one_that_alarmed():
    assert metrics_of(finding(1, metric="a"), finding(2, metric="b", service="LEDGER-DB", confidence=0.7)) == ["a", "b"]


@pytest.mark.parametrize("damaged", [{"before": None}, {"after": float("nan")}, {"before": 5.0}, {"before": "high"}])
def test_a_series_without_a_way_from_normal_to_worst_is_not_watched(damaged):
    assert metrics_of(finding(1, **damaged)) == []


def test_a_counter_is_judged_by_its_rate_so_that_its_spacing_does_not_matter():
    begins = START.timestamp()
    times = [begins - 600 + 60 * place for place in range(21)]
    values = [float(place) for place in range(11)] + [10.0 + 60 * place for place in range(1, 11)]
    one = finding(1, counter=True, metric="errors_total", signal="errors", times=times, values=values)
    (found,) = watched(incident(one))
    assert found.band.normal == pytest.approx(1 / 60) and found.band.bad(0.9) and not found.band.bad(1 / 60)


def test_a_reset_counter_goes_on_counting():
    series = Series("s", "m", (0.0, 10.0, 20.0, 30.0), (100.0, 110.0, 5.0, 15.0), ("a", "b", "c", "d"))
    rate = as_rate(series)
    assert rate.values == (1.0, 0.5, 1.0) and rate.cites == ("b", "c", "d")


def look(gauges, *findings):
    start = NOW - timedelta(minutes=2)
    return asyncio.run(gauges.series(watched(incident(*findings)), start, NOW, SETTINGS))


def window(level, service="ledger-api", metric="latency_seconds", name="memory"):
    times = tuple(NOW.timestamp() - 15 * place for place in range(40, -1, -1))
    return MemoryWindows((Series(service, metric, times, (level,) * 41, ("",) * 41),), name=name)


def test_a_watched_series_is_found_again_and_quoted_word_for_word():
    seen = look(Gauges(clean, (window(0.2),)), finding())
    assert seen.reading.condition is Condition.NORMAL
    assert all(",ledger-api,latency_seconds,0.2" in cite for cite in seen.reading.cites)


def test_a_series_that_is_gone_or_a_source_that_is_silent_is_unknown_and_says_why():
    gone = look(Gauges(clean, (window(0.2, metric="another"),)), finding())
    assert gone.reading.condition is Condition.UNKNOWN and "no samples" in gone.reading.said
    silent = look(Gauges(clean, (MemoryWindows(down=True),)), finding())
    assert silent.reading.condition is Condition.UNKNOWN and "is down" in silent.reading.said


def test_one_silent_source_does_not_hide_what_another_knows():
    seen = look(Gauges(clean, (MemoryWindows(down=True), window(0.2))), finding())
    assert seen.reading.condition is Condition.NORMAL


def measured(level, probe, **slots):
    asked = []

    async def measure(expression, start, end):
        asked.append(expression)
        if level is None:
            raise SourceError("no answer.")
        times = [start.timestamp() + 15 * place for place in range(1, int((end - start).total_seconds() // 15) + 1)]
        rows = [metric_rows.Row(at, str(at), "", "probe", str(level)) for at in times]
        return Reply("prometheus", expression, metric_rows.written(rows) if rows else "", metric_rows.read)

    gauges = Gauges(clean, (), measure)
    seen = asyncio.run(gauges.expression(probe, step(**slots), NOW - timedelta(minutes=2), NOW, SETTINGS))
    return seen.reading.condition, asked


PROBE = Probe(text="Errors fall.", metric='rate(errors{service="{service}"}[2m])', expect="< 1")


@pytest.mark.parametrize(("level", "state"), [(0.1, Condition.NORMAL), (3, Condition.BAD), (None, Condition.UNKNOWN)])
def test_a_probes_expression_is_measured_against_what_it_expects(level, state):
    found, asked = measured(level, PROBE, service="shop")
    assert found is state
    assert asked == ['rate(errors{service="shop"}[2m])']


@pytest.mark.parametrize("value", ['shop"} or up{x="', "a b", "", "x\n"])
def test_a_value_that_is_more_than_a_name_never_becomes_part_of_an_expression(value):
    assert filled(PROBE.metric, step(service=value)) is None
    assert measured(0.1, PROBE, service=value) == (Condition.UNKNOWN, [])


def test_without_a_system_that_measures_an_expression_proves_nothing():
    gauges = Gauges(clean)
    seen = asyncio.run(gauges.expression(PROBE, step(service="shop"), NOW - timedelta(minutes=2), NOW, SETTINGS))
    assert seen.reading.condition is Condition.UNKNOWN
