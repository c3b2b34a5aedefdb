"""The built-in investigators: findings a person understands, each quoting what the window really answered."""

import asyncio
import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.analysis.past import Past
from tocsin.errors import SourceError
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.change import Change, ChangeKind
from tocsin.model.evidence import Evidence, EvidenceKind, Finding, FindingKind, digest, resolves
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.signals import LogLine, Series, Span, Topology
from tocsin.model.triage import Triage
from tocsin.roles.agents.investigator import KINDS
from tocsin.roles.analysts.alert import AlertReader
from tocsin.roles.analysts.cast import investigators
from tocsin.roles.analysts.change import ChangeAnalyst
from tocsin.roles.analysts.dependency import DependencyMapper
from tocsin.roles.analysts.log import LogAnalyst
from tocsin.roles.analysts.metric import MetricAnalyst
from tocsin.roles.analysts.suspect import CauseRanker, alarm
from tocsin.roles.contract import Brief, Report, Seen

ALERT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
START = ALERT - timedelta(hours=2)
ANALYSTS = (MetricAnalyst(), LogAnalyst(), DependencyMapper(), ChangeAnalyst(), AlertReader(), CauseRanker())
TRIAGE = Triage(
    type=IncidentType.DATABASE,
    type_confidence=0.9,
    severity=Severity.SEV2,
    rule="degraded",
    specialist="database-specialist",
)


class Panes:
    """Windows that answer from memory; None stands for a source that is not configured, an error for one that is silent."""

    def __init__(self, metrics=None, logs=None, topology=None, changes=None, traces=None, cluster=None):
        self._answers = {"metrics": metrics, "logs": logs, "topology": topology, "changes": changes}
        self._answers |= {"traces": traces, "cluster": cluster}

    def _answer(self, name):
        answer = self._answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def metrics(self, ask):
        return self._answer("metrics")

    async def logs(self, ask):
        return self._answer("logs")

    async def traces(self, ask):
        return self._answer("traces")

    async def cluster(self, ask):
        return self._answer("cluster")

    async def topology(self, ask):
        return self._answer("topology")

    async def changes(self, ask):
        return self._answer("changes")


def seen_metrics(many: dict[tuple[str, str], list[float]]) -> Seen:
    series = []
    for (service, metric), values in many.items():
        times = tuple(START.timestamp() + 60 * at for at in range(len(values)))
        cites = tuple(f"{time:.0f},{service},{metric},{value}" for time, value in zip(times, values, strict=True))
        series.append(Series(service, metric, times, tuple(values), cites))
    return Seen("EV-M", "\n".join(cite for one in series for cite in one.cites), tuple(series))


def seen_logs(lines: list[LogLine]) -> Seen:
    return Seen("EV-L", "\n".join(line.text for line in lines), tuple(lines))


def seen_topology(edges: list[tuple[str, str]]) -> Seen:
    cites = {edge: f"{edge[0]} -> {edge[1]}" for edge in edges}
    return Seen("EV-T", "\n".join(cites.values()), Topology(tuple(edges), cites))


def seen_changes(many: list[Change]) -> Seen:
    return Seen("EV-C", "\n".join(change.text for change in many), tuple(many))


def brief(title: str = "pool full", description: str = "", service: str = "ledger-db") -> Brief:
    alert = Alert(
        source="test",
        fingerprint="f",
        status=AlertStatus.FIRING,
        title=title,
        description=description,
        service=service,
        starts_at=ALERT,
    )
    evidence = Evidence(
        id="EV-A",
        kind=EvidenceKind.ALERT,
        source="test",
        query="",
        content=alert.text,
        sha256=digest(alert.text),
        collected_at=ALERT,
    )
    end = ALERT + timedelta(minutes=6)
    return Brief("INC-1", (alert,), (evidence,), TRIAGE, service, Catalogue(), START, end, ALERT)


def ask(analyst, panes: Panes, about: Brief | None = None) -> Report:
    return asyncio.run(analyst.investigate(about or brief(), panes))


def pool() -> Seen:
    return seen_metrics(
        {
            ("ledger-db", "active_connections"): [180.0, 181, 179, 180] * 25 + [180.0] + [500.0] * 25,
            ("shop", "cpu_percent"): [40.0, 41, 39, 42] * 31,
        }
    )


def test_a_metric_finding_reads_as_a_person_would_say_it():
    (found,) = ask(MetricAnalyst(), Panes(metrics=pool())).findings
    assert found.text.startswith(
        "ledger-db active connections rose from 180 to 500 at 02:41 UTC, 19 minutes before the alert"
    )
    assert found.id == "metric-1" and found.onset == ALERT - timedelta(minutes=19)
    assert found.data["at_limit"] and found.data["limit"] == 500.0 and found.data["resource"] == "connections"
    assert len(found.data["times"]) == len(found.data["values"]) <= 60


def test_the_service_at_which_the_trouble_began_is_named_with_its_reasons():
    quick, slow = [0.1, 0.11] * 50, [2.0, 2.1] * 12
    many = {(name, "latency_seconds"): quick + slow for name in ("ledger-db", "pay")}
    many |= {("shop", "latency_seconds"): quick + quick[:24], ("disk", "latency_seconds"): quick + slow}
    edges = [("pay", "ledger-db"), ("shop", "mail"), ("ledger-db", "disk")]
    panes = Panes(metrics=seen_metrics(many), topology=seen_topology(edges))
    (found,) = ask(CauseRanker(), panes).findings
    assert found.service == "disk" and found.text.startswith("Of 5 services disk is the most likely first cause: ")
    assert found.quotes and found.data["reasons"] and found.onset == START + timedelta(minutes=100)


@pytest.mark.parametrize(
    ("title", "signal"),
    [
        ("p99 latency of pay above 2 s", "latency"),
        ("PayErrorsHigh", "errors"),
        ("pay availability below 99%", "availability"),
        ("Requests of pay are slow or fail", ""),
        ("pay looks odd", ""),
    ],
)
def test_the_cause_ranker_follows_the_kind_of_trouble_that_the_alert_speaks_of(title: str, signal: str):
    assert alarm(brief(title, service="pay")) == ("pay", signal)


def test_without_an_affected_service_no_trouble_is_more_meant_than_another():
    assert alarm(brief("latency", service="")) is None


class Yesterday(Panes):
    """Metrics that look as given at the time of the alert, and as given a day before."""

    def __init__(self, now, before, edges):
        super().__init__(topology=seen_topology(edges))
        self._now, self._before = seen_metrics(now), seen_metrics(before)

    async def metrics(self, ask):
        if ask.end > START:
            return self._now
        earlier = tuple(replace(one, times=tuple(at - 86_400 for at in one.times)) for one in self._before.data)
        return Seen("EV-D", "", earlier)


def test_what_rises_at_this_time_of_every_day_is_not_the_first_cause():
    steady, rising = [0.1, 0.11] * 62, [0.1, 0.11] * 50 + [2.0, 2.1] * 12
    edges = [("pay", "ledger-db"), ("pay", "disk")]
    now = {("disk", "cpu"): rising, ("pay", "cpu"): steady, ("ledger-db", "cpu"): [*steady[:100], *[0.9] * 24]}
    before = {("disk", "cpu"): rising, ("pay", "cpu"): steady, ("ledger-db", "cpu"): steady}
    named = [ask(CauseRanker(), Yesterday(now, other, edges)).findings[0].service for other in ({}, before)]
    assert named == ["disk", "ledger-db"]


def test_a_flat_top_at_a_fraction_of_a_percent_is_no_limit():
    flat = {
        ("pay", "memory_percent"): [0.1, 0.11] * 50 + [0.17] * 24,
        ("db", "memory_percent"): [40.0, 41.0] * 50 + [100.0] * 24,
    }
    found = {one.service: one for one in ask(MetricAnalyst(), Panes(metrics=seen_metrics(flat))).findings}
    assert [found[name].data["limit"] for name in ("pay", "db")] == [None, 100.0]


def test_a_metric_that_rises_at_this_time_of_every_day_is_told_as_such_and_believed_less():
    rising = [0.1, 0.11] * 50 + [2.0, 2.1] * 12
    now = {("disk", "cpu"): rising, ("pay", "cpu"): rising}
    first, second = ask(MetricAnalyst(), Yesterday(now, {("disk", "cpu"): rising}, [])).findings
    assert (first.service, second.service) == ("pay", "disk") and first.confidence > second.confidence
    assert second.text.endswith(", as it did at this time of the day before") and "day before" not in first.text


def test_pods_that_have_other_names_every_day_are_compared_with_what_most_of_them_did():
    pods = [
        Series("pay", "cpu", (0.0, 60.0), (level, level), (), labels={"pod": f"p{level}"}) for level in (1.0, 2.0, 9.0)
    ]
    found = Past.of(pods).find(Series("pay", "cpu", (0.0,), (5.0,), (), labels={"pod": "new"}))
    assert found and found.values == (2.0, 2.0)
    assert Past.of(pods).find(replace(pods[2], values=(5.0, 5.0))) == pods[2]


def test_an_incident_that_comes_back_every_night_is_explained_all_the_same():
    rising = [0.1, 0.11] * 50 + [2.0, 2.1] * 12
    same = {("pay", "latency"): rising, ("disk", "latency"): rising, ("shop", "latency"): [0.1, 0.11] * 62}
    panes = Yesterday(same, same, [("pay", "disk"), ("shop", "pay")])
    (found,) = ask(CauseRanker(), panes, brief("pay is slow", service="pay")).findings
    assert found.service == "disk"


def test_where_nobody_knows_who_calls_whom_no_first_cause_is_named():
    moved = [0.1] * 100 + [2.0] * 24
    panes = Panes(metrics=seen_metrics({("a", "latency"): moved, ("b", "latency"): moved}))
    assert not ask(CauseRanker(), panes).findings


def seen_traces(slow: str, count: int = 24) -> Seen:
    """Every minute a call from shop over pay to disk; one of the three works a second longer since the alert."""
    spans = []
    for at in range(count):
        start = ALERT.timestamp() + 300 * (at - count // 2) / (count // 2)
        extra = {name: 1.0 if name == slow and start >= ALERT.timestamp() else 0.0 for name in ("shop", "pay", "disk")}
        for depth, name in enumerate(("shop", "pay", "disk")):
            inner = sum(extra[one] for one in ("shop", "pay", "disk")[depth:])
            parent = f"{at}-{depth - 1}" if depth else ""
            begun, lasts = start + 0.01 * depth, 0.1 - 0.02 * depth + inner
            cite = f"{at}-{depth} {name} {lasts}"
            spans.append(Span(f"t{at}", f"{at}-{depth}", parent, name, "do", begun, lasts, cite=cite))
    return Seen("EV-S", "\n".join(one.cite for one in spans), tuple(spans))


def test_the_first_cause_is_named_from_traces_alone_with_the_span_that_shows_it():
    (found,) = ask(CauseRanker(), Panes(traces=seen_traces("disk"))).findings
    assert found.service == "disk" and "disk do took" in found.text
    assert found.quotes[0].evidence_id == "EV-S" and " disk 1.0" in found.quotes[0].text


def test_traces_that_look_as_ever_accuse_nobody():
    assert not ask(CauseRanker(), Panes(traces=seen_traces("nobody"))).findings


def test_the_first_cause_is_named_from_log_lines_that_say_in_which_trace_they_were_written():
    lines = []
    for at in range(60):
        when = ALERT + timedelta(seconds=10 * (at - 30))
        steps = ("Pay#10", "Pay#20", "Pay#30") if at < 30 else ("Pay#10", "Pay#30")
        lines += [
            LogLine(f"INFO {place} {at}", when + timedelta(milliseconds=number), "pay", "", f"t{at}", f"s{at}")
            for number, place in enumerate(steps)
        ]
        lines.append(LogLine(f"INFO Shop#1 {at}", when, "shop", "", f"t{at}", f"r{at}"))
    panes = Panes(logs=seen_logs(lines), topology=seen_topology([("shop", "pay")]))
    (found,) = ask(CauseRanker(), panes).findings
    assert found.service == "pay" and "instead of" in found.text and "Pay#" in found.quotes[0].text


def test_a_change_alone_makes_nobody_the_first_cause():
    panes = Panes(changes=deploys(), topology=seen_topology([("pay", "ledger-db")]))
    assert not ask(CauseRanker(), panes).findings


def test_a_silent_source_leaves_the_first_cause_to_the_others():
    silent = SourceError("down.")
    panes = Panes(metrics=silent, logs=silent, changes=silent, traces=seen_traces("disk"))
    assert [one.service for one in ask(CauseRanker(), panes).findings] == ["disk"]


def test_a_metric_that_moved_long_before_the_alert_is_believed_less():
    early = [10.0, 11] * 5 + [90.0] * 116
    late = [10.0, 11] * 55 + [90.0] * 16
    found = ask(MetricAnalyst(), Panes(metrics=seen_metrics({("a", "errors"): early, ("b", "errors"): late}))).findings
    assert [one.service for one in found] == ["b", "a"] and found[0].confidence > found[1].confidence


def logged() -> Seen:
    lines = [LogLine(f"INFO paid order {at}", START + timedelta(seconds=30 * at), "shop") for at in range(252)]
    for at in range(20):
        when = ALERT + timedelta(seconds=at)
        lines.append(LogLine(f"ERROR no connection for order {at}, status=503", when, "shop"))
        lines.append(LogLine("Traceback (most recent call last):", when, "shop"))
        lines.append(LogLine('  File "/srv/db.py", line 33, in acquire', when, "shop"))
        lines.append(LogLine("db.PoolTimeout: waited 30 s", when, "shop"))
    return seen_logs(lines)


def test_log_findings_name_the_message_the_trace_and_the_code():
    found = {one.kind: one for one in ask(LogAnalyst(), Panes(logs=logged())).findings}
    assert set(found) == {FindingKind.LOG_NEW, FindingKind.STACK_TRACE, FindingKind.ERROR_CODE}
    assert found[FindingKind.STACK_TRACE].data["exception"] == "db.PoolTimeout"
    assert found[FindingKind.ERROR_CODE].data["code"] == "503"
    assert found[FindingKind.LOG_NEW].text.startswith(
        'shop: "no connection for order 0, status=503" was logged 20 times'
    )
    assert {quote.text for quote in found[FindingKind.STACK_TRACE].quotes} >= {"db.PoolTimeout: waited 30 s"}


def test_the_blast_radius_names_who_suffers_and_who_falls_next():
    edges = [("pay", "ledger-db"), ("bill", "ledger-db"), ("pay", "auth"), ("shop", "pay")]
    first, *neighbours = ask(DependencyMapper(), Panes(topology=seen_topology(edges))).findings
    assert first.kind is FindingKind.BLAST_RADIUS and first.data["total"] == 3
    assert first.data["affected"] == [
        {"service": "pay", "depth": 1},
        {"service": "bill", "depth": 1},
        {"service": "shop", "depth": 2},
    ]
    assert first.data["next_to_fail"][0]["service"] == "bill"
    assert [one.data["peer"] for one in neighbours] == ["pay", "bill"]


def test_a_service_that_rings_already_is_not_told_to_fail_next():
    edges = [("pay", "ledger-db"), ("bill", "ledger-db"), ("pay", "auth"), ("shop", "pay")]
    about = brief()
    rings = about.alerts[0].model_copy(update={"service": "Bill"})
    about = replace(
        about, alerts=(*about.alerts, rings), alert_evidence=(*about.alert_evidence, about.alert_evidence[0])
    )
    first = ask(DependencyMapper(), Panes(topology=seen_topology(edges)), about).findings[0]
    assert [one["service"] for one in first.data["next_to_fail"]] == ["pay", "shop"]


def test_a_service_the_topology_does_not_know_is_said_and_not_guessed():
    report = ask(DependencyMapper(), Panes(topology=seen_topology([("a", "b")])))
    assert not report.findings and "ledger-db is not in the topology" in report.failure


def test_a_service_named_only_in_the_words_of_the_alert_is_found_in_the_topology():
    about = brief("timeouts while calling ledger-db", service="")
    assert (
        ask(DependencyMapper(), Panes(topology=seen_topology([("pay", "ledger-db")])), about).findings[0].service
        == "ledger-db"
    )


def deploys() -> Seen:
    def made(identity, service, minutes):
        at = ALERT - timedelta(minutes=minutes)
        return Change(
            id=identity, kind=ChangeKind.DEPLOY, service=service, at=at, text=f"{identity} rolled out", version="v7"
        )

    return seen_changes([made("d1", "pay", 12), made("d2", "elsewhere", 5), made("d3", "ledger-db", 900)])


def test_a_deploy_of_a_caller_minutes_before_is_the_first_suspect():
    panes = Panes(changes=deploys(), topology=seen_topology([("pay", "ledger-db"), ("elsewhere", "x")]))
    found = ask(ChangeAnalyst(), panes).findings
    assert [one.data["change_id"] for one in found] == ["d1", "d2", "d3"]
    assert found[0].data["relation"] == "caller" and found[0].data["minutes_before_onset"] == 12
    assert (
        found[0].text
        == "pay, which calls the affected service, was deployed (v7) at 02:48 UTC, 12 minutes before the trouble began"
    )


def test_the_catalogue_alone_is_enough_to_know_how_near_a_change_is():
    about = brief()
    known = Catalogue(services=(Service(name="pay", depends_on=("ledger-db",)),))
    about = Brief(**{name: getattr(about, name) for name in Brief.__dataclass_fields__} | {"catalogue": known})
    assert ask(ChangeAnalyst(), Panes(changes=deploys()), about).findings[0].data["relation"] == "caller"


def test_an_alert_alone_gives_a_specialist_something_to_reason_over():
    about = brief(
        "Pool exhausted on db-09", "Active connections: 500/500. 45% of requests returning 500. Nobody can pay."
    )
    found = ask(AlertReader(), Panes(), about).findings
    stated = {(one.data["fact"], one.data["value"]) for one in found}
    assert {
        ("usage", 500.0),
        ("share", 45.0),
        ("code", "500"),
        ("host", "db-09"),
        ("statement", "Nobody can pay."),
    } <= stated
    usage = next(one for one in found if one.data["fact"] == "usage")
    assert usage.data["limit"] == 500.0 and usage.data["share"] == 1.0 and usage.data["resource"] == "connections"


def test_a_source_that_is_not_there_is_said_in_words():
    reports = [ask(analyst, Panes()) for analyst in ANALYSTS]
    assert [report.failure for report in reports] == [
        "no metric source is configured",
        "no log source is configured",
        "no topology source is configured",
        "no change source is configured",
        "",
        "",
    ]


def test_a_source_that_does_not_answer_leaves_a_report_that_says_so():
    silent = SourceError("Prometheus timed out.")
    for analyst in ANALYSTS[:4]:
        report = ask(analyst, Panes(silent, silent, silent, silent))
        assert "did not answer: Prometheus timed out." in report.failure and not report.findings


def test_changes_are_still_told_when_the_topology_is_silent():
    report = ask(ChangeAnalyst(), Panes(changes=deploys(), topology=SourceError("down.")))
    assert len(report.findings) == 3 and "topology" in report.failure


numbers = st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=0, max_size=40)
short_text = st.text(max_size=60)
word = st.sampled_from(["ledger-db", "pay", "shop", "Ünï", "a b", ""])


@st.composite
def snapshots(draw):
    many = draw(st.dictionaries(st.tuples(word, st.sampled_from(["errors", "x", "latency_ms"])), numbers, max_size=3))
    minutes = st.integers(-119, 6)
    lines = [
        LogLine(text, ALERT + timedelta(minutes=at), draw(word))
        for text, at in draw(st.lists(st.tuples(short_text, minutes), max_size=20))
    ]
    edges = draw(st.lists(st.tuples(word, word), max_size=8))
    many_changes = [
        Change(
            id=str(at),
            kind=draw(st.sampled_from(ChangeKind)),
            service=draw(word),
            at=ALERT - timedelta(minutes=at),
            text=text,
        )
        for at, text in enumerate(draw(st.lists(short_text, max_size=4)))
    ]
    return seen_metrics(many), seen_logs(lines), seen_topology(edges), seen_changes(many_changes)


def resolve(found: Finding, answers: dict[str, str]) -> bool:
    def stored(quote):
        text = answers[quote.evidence_id]
        return Evidence(
            id=quote.evidence_id,
            kind=EvidenceKind.LOGS,
            source="s",
            query="",
            content=text,
            sha256=digest(text),
            collected_at=ALERT,
        )

    return bool(found.quotes) and all(resolves(quote, stored(quote)) for quote in found.quotes)


def finite(value) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    return all(map(finite, value)) if isinstance(value, list) else True


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(snapshots(), st.text(max_size=120), st.text(max_size=200), word)
def test_whatever_the_sources_answer_every_finding_quotes_them_word_for_word(panes, title, description, service):
    about = brief(title, description, service)
    answers = {seen.evidence_id: seen.text for seen in panes} | {"EV-A": about.alert_evidence[0].content}
    for analyst in ANALYSTS:
        for found in ask(analyst, Panes(*panes), about).findings:
            assert resolve(found, answers) and found.text and "\n" not in found.text
            assert finite(found.data) and json.loads(json.dumps(found.data)) == found.data


def keys(words: str) -> set[str]:
    return set(words.split())


def test_data_holds_exactly_the_keys_the_specialists_were_promised():
    panes = Panes(pool(), logged(), seen_topology([("pay", "ledger-db")]), deploys())
    found = {
        one.kind: set(one.data) for analyst in ANALYSTS for one in ask(analyst, panes, brief("500/500 used")).findings
    }
    assert found[FindingKind.METRIC_ANOMALY] == keys(
        "metric labels unit signal resource direction bad before after peak peak_at ratio change score persistence counter limit "
        "at_limit minutes_before_alert times values rank daily"
    )
    assert found[FindingKind.CHANGE] == keys(
        "change_id change_kind version environment author source at minutes_before_onset relation distance rank"
    )
    assert found[FindingKind.BLAST_RADIUS] == keys("upstream downstream affected needs next_to_fail edges shown total")
    counted = keys("count before_count first_seen last_seen rank resource")
    assert found[FindingKind.STACK_TRACE] == counted | {"language", "exception", "message", "frame", "new"}
    assert found[FindingKind.ERROR_CODE] == counted | {"scheme", "code", "meaning", "new"}
    assert found[FindingKind.LOG_NEW] == counted | keys("template level rate_before rate_after ratio example codes")
    assert found[FindingKind.ALERT_FACT] == keys("fact name value unit limit share scheme meaning resource subject")


def test_an_agent_from_elsewhere_may_play_any_investigator_and_each_has_something_that_it_may_claim():
    assert {one.role for one in investigators()} == set(KINDS)
