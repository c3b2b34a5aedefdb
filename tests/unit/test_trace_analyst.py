"""What the trace analyst and the call map make of traces: findings a person understands, quoted, with a link to the trace."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.cluster.shop import healthy
from tests.unit.test_investigators import ALERT, START, Panes, ask, brief, seen_topology

from tocsin.connectors import span_rows
from tocsin.errors import SourceError
from tocsin.model.evidence import FindingKind
from tocsin.model.signals import Span
from tocsin.roles.analysts.call_map import call_map
from tocsin.roles.analysts.dependency import DependencyMapper
from tocsin.roles.analysts.trace import TraceAnalyst
from tocsin.roles.contract import Seen

CALM = ALERT - timedelta(minutes=30)


def visit(number: int, at: datetime, *, charge: float = 0.03, fails: bool = False, stock: bool = True) -> list[Span]:
    """One order: the shop asks the stock, then has the till charge, which asks the ledger."""
    trace, begun = f"{number:032x}", at.timestamp()
    own = [f"{number:08x}{place:08x}" for place in range(4)]
    return [
        Span(trace, own[0], "", "shop", "POST /order", begun, 0.05 + charge, fails, "500" if fails else ""),
        *([Span(trace, own[1], own[0], "stock", "GET /stock", begun + 0.001, 0.01)] if stock else []),
        Span(trace, own[2], own[0], "till", "POST /charge", begun + 0.02, charge + 0.01, fails, "503" if fails else ""),
        Span(trace, own[3], own[2], "ledger-db", "SELECT", begun + 0.021, 0.01),
    ]


class Traces(Panes):
    """Windows with a store of traces behind them."""

    def __init__(self, spans, **more):
        super().__init__(**more)
        self.spans, self.asked = spans, []

    async def traces(self, ask):
        self.asked.append(ask)
        text = span_rows.written(span_rows.asked(self.spans, ask), 10_000)
        data = span_rows.read(text, lambda trace: f"https://traces.test/trace/{trace}")
        return Seen(f"EV-{ask.start:%H%M}", text, data, "https://traces.test/search")


def calm() -> list[Span]:
    return [span for n in range(40) for span in visit(n, CALM + timedelta(seconds=20 * n))]


def trouble(**changed) -> list[Span]:
    return [span for n in range(100, 140) for span in visit(n, ALERT + timedelta(seconds=5 * n - 500), **changed)]


def found(spans, what):
    report = ask(TraceAnalyst(), Traces(spans), brief("orders fail", service="till"))
    assert not report.failure
    return [one for one in report.findings if one.data["what"] == what], report.findings


def test_an_operation_that_takes_longer_itself_is_named_with_both_times_and_a_link_to_the_trace():
    (one,), all_of_them = found(calm() + trouble(charge=2.0), "latency")
    assert one.service == "till" and one.text.startswith("till POST /charge took 2 s of its own instead of 30 ms")
    assert (
        one.kind == FindingKind.SPAN_CHANGE and one.onset == ALERT + timedelta(milliseconds=20) and len(one.quotes) == 2
    )
    assert one.link == f"https://traces.test/trace/{one.data['trace']}" and all_of_them[0] == one
    assert "shop" not in {finding.service for finding in all_of_them}  # it only waits


def test_an_operation_that_fails_is_named_at_the_service_where_the_failure_begins():
    many, _ = found(calm() + trouble(fails=True), "status")
    assert [one.service for one in many] == ["till", "shop"] and many[0].confidence > 1.5 * many[1].confidence
    assert many[0].text == "till POST /charge failed in 100% of calls instead of 0%, with 503 (40 calls, 40 before)"


def test_a_service_that_goes_another_way_is_named_with_the_step_that_changed():
    (one,), _ = found(calm() + trouble(stock=False), "shape")
    assert one.service == "shop" and one.text.startswith(
        "shop: after the beginning of 'POST /order' comes 'call of till' in 99% of visits instead of 1%"
    )


def test_nothing_is_said_of_traces_that_stayed_as_they_were():
    assert found(calm() + trouble(), "latency") == ([], ())


def test_trouble_that_began_minutes_before_the_alert_is_still_compared_with_what_was_before_it():
    early = [span for n in range(100, 140) for span in visit(n, ALERT - timedelta(minutes=4, seconds=-n), charge=2.0)]
    (one,), _ = found(calm() + [span for span in early if span.start < ALERT.timestamp()], "latency")
    assert one.service == "till" and one.onset < ALERT


def test_a_service_without_traces_of_its_own_is_seen_through_everyone_elses():
    report = ask(TraceAnalyst(), Traces(calm() + trouble(charge=2.0)), brief("orders fail", service="web-frontend"))
    assert [one.service for one in report.findings if one.data["what"] == "latency"] == ["till"]


@pytest.mark.parametrize(("traces", "words"), [(None, ""), (SourceError("jaeger is down."), "jaeger is down.")])
def test_a_trace_source_that_is_not_there_is_no_gap_and_one_that_is_silent_is(traces, words):
    report = ask(TraceAnalyst(), Panes(traces=traces))
    assert not report.findings and report.failure.endswith(words) and bool(report.failure) == bool(words)


def test_the_call_map_takes_edges_from_topology_traces_and_the_clusters_own_addresses_each_with_its_words():
    answers = healthy().answers()
    cluster = Seen("EV-K", "\n".join(one.text for one in answers), answers)
    panes = Traces(calm(), topology=seen_topology([("web", "shop")]), cluster=cluster)
    known = asyncio.run(call_map(brief(service="till"), panes))
    assert set(known.edges) == {
        ("web", "shop"),
        ("shop", "stock"),
        ("shop", "till"),
        ("till", "ledger-db"),
        ("page", "till"),
        ("till", "ledger"),
    }
    assert known.quotes["web", "shop"].evidence_id == "EV-T" and known.quotes["page", "till"].text == "till:9000"
    assert known.link(("shop", "till")).startswith("https://traces.test/trace/")
    (blast,) = [
        one for one in ask(DependencyMapper(), panes, brief(service="till")).findings if one.kind == "blast_radius"
    ]
    assert [one["service"] for one in blast.data["affected"]] == ["shop", "page", "web"] and blast.link


def test_the_windows_are_asked_for_bounded_times_only():
    panes = Traces(calm() + trouble())
    ask(TraceAnalyst(), panes, brief(service="till"))
    assert [(one.start, one.end) for one in panes.asked] == [
        (ALERT - timedelta(minutes=10), ALERT + timedelta(minutes=6)),
        (START, ALERT - timedelta(minutes=10)),
    ]
    assert ALERT.tzinfo == UTC
