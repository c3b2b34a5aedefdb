"""The investigate stage: parallel, recorded, redacted, bounded, checked, and on time."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tocsin.errors import SourceError
from tocsin.guard.redact import redact
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.catalogue import Catalogue
from tocsin.model.evidence import Evidence, EvidenceKind, Finding, FindingKind, Quote, digest, resolves
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.signals import LogLine, Topology
from tocsin.model.triage import Triage
from tocsin.ports import Ask, Reply
from tocsin.roles.contract import Brief, Report
from tocsin.stages.investigate import EvidenceSettings, Sources, bounded, investigate

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ASK = Ask(NOW - timedelta(hours=1), NOW, ("pay",))


class Clock:
    def now(self):
        return NOW


class Names:
    def __init__(self):
        self.numbers = count(1)

    def new(self, prefix):
        return f"{prefix}-{next(self.numbers)}"


@dataclass
class Logs:
    """A log source that answers with `text`, or fails with `error`, after `seconds`."""

    text: str = ""
    error: Exception | None = None
    seconds: float = 0.0
    name: str = "logs"
    asked: int = 0

    async def logs(self, ask):
        self.asked += 1
        await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        return Reply(self.name, "all", self.text, lambda text: tuple(LogLine(line) for line in text.splitlines()))


@dataclass
class Graph:
    edges: tuple
    name: str = "graph"

    async def topology(self, ask):
        text = "\n".join(f"{a} -> {b}" for a, b in self.edges)
        return Reply(
            self.name, "edges", text, lambda text: Topology(self.edges, {e: " -> ".join(e) for e in self.edges})
        )


@dataclass
class Quoting:
    """An investigator that quotes the log lines holding `word`."""

    word: str
    role: str = "log"
    invent: str = ""
    then: float = 0.0
    seen: list = field(default_factory=list)

    async def investigate(self, brief, windows):
        seen = await windows.logs(ASK)
        self.seen.append(seen)
        if seen is None:
            return Report(self.role, (), "no logs are configured")
        quotes = [line.text for line in seen.data if self.word in line.text] + ([self.invent] if self.invent else [])
        await asyncio.sleep(self.then)
        return Report(
            self.role,
            tuple(claim(f"{self.role}-{i}", Quote(evidence_id=seen.evidence_id, text=q)) for i, q in enumerate(quotes)),
        )


def claim(name, *quotes):
    return Finding(id=name, role="log", kind=FindingKind.LOG_NEW, text="seen", confidence=0.5, quotes=quotes)


def brief():
    alert = Alert(id="A1", source="test", fingerprint="f", status=AlertStatus.FIRING, title="pay is failing")
    content = alert.text
    evidence = Evidence(
        id="EV-alert",
        kind=EvidenceKind.ALERT,
        source="test",
        query="",
        content=content,
        sha256=digest(content),
        collected_at=NOW,
    )
    triage = Triage(
        type=IncidentType.APPLICATION,
        type_confidence=0.5,
        severity=Severity.SEV3,
        rule="the rest",
        specialist="application",
    )
    return Brief("INC-1", (alert,), (evidence,), triage, "pay", Catalogue(), ASK.start, ASK.end, NOW)


def run(investigators, sources, **settings):
    return asyncio.run(
        investigate(brief(), investigators, sources, clock=Clock(), names=Names(), redact=lambda text: redact(text, b"k" * 16),
                    settings=EvidenceSettings(**settings)))  # fmt: skip


def test_every_finding_that_comes_out_quotes_evidence_that_is_stored():
    result = run([Quoting("boom")], Sources(logs=(Logs("fine\nboom 1\nfine\nboom 2"),)))
    (evidence,) = result.evidence
    assert [quote.text for finding in result.reports[0].findings for quote in finding.quotes] == ["boom 1", "boom 2"]
    assert all(resolves(quote, evidence) for finding in result.reports[0].findings for quote in finding.quotes)
    assert evidence.sha256 == digest(evidence.content) and evidence.collected_at == NOW
    assert not result.partial and result.dropped == 0


def test_a_finding_of_any_role_leads_to_the_page_of_what_it_quotes():
    class Paged(Logs):
        async def logs(self, ask):
            return replace(await super().logs(ask), link="https://logs.test/explore")

    result = run([Quoting("boom"), Quoting("boom", role="storm-reader")], Sources(logs=(Paged("boom"),)))
    assert {one.link for report in result.reports for one in report.findings} == {"https://logs.test/explore"}


def test_a_claim_that_quotes_what_nobody_said_is_dropped_and_counted():
    result = run([Quoting("boom", invent="the database exploded")], Sources(logs=(Logs("boom 1"),)))
    assert len(result.reports[0].findings) == 1 and result.dropped == 1


def test_a_claim_without_any_quote_is_dropped():
    class Uncited:
        role = "guess"

        async def investigate(self, brief, windows):
            return Report(self.role, (claim("g"),))

    assert run([Uncited()], Sources()).dropped == 1


def test_a_finding_may_quote_the_alert_itself():
    class Reader:
        role = "alert"

        async def investigate(self, brief, windows):
            return Report(self.role, (claim("a", Quote(evidence_id="EV-alert", text="is failing")),))

    result = run([Reader()], Sources())
    assert result.dropped == 0 and len(result.reports[0].findings) == 1


def test_two_investigators_with_the_same_question_cost_one_query():
    logs = Logs("boom")
    result = run([Quoting("boom", "log"), Quoting("boom", "other")], Sources(logs=(logs,)))
    assert logs.asked == 1 and len(result.evidence) == 1


def test_no_secret_reaches_an_investigator_or_the_shelf():
    secret = "hunter" + "2" * 10
    reader = Quoting("boom")
    result = run([reader], Sources(logs=(Logs(f"boom password={secret}"),)))
    assert secret not in repr(reader.seen) and secret not in repr(result)
    assert result.evidence[0].redactions == 1 and len(result.reports[0].findings) == 1


def test_one_investigator_that_breaks_does_not_stop_the_others():
    class Broken:
        role = "broken"

        async def investigate(self, brief, windows):
            raise ZeroDivisionError("a mistake of ours")

    with capture_logs() as logged:
        result = run([Broken(), Quoting("boom")], Sources(logs=(Logs("boom"),)))
    assert "a mistake of ours" in result.reports[0].failure and result.partial
    assert len(result.reports[1].findings) == 1
    assert [one["event"] for one in logged] == ["investigator_failed"]


def test_at_the_deadline_what_is_there_goes_out_marked_as_partial():
    class Late:
        role = "late"

        async def investigate(self, brief, windows):
            await asyncio.sleep(30)

    class LateButReady:
        role = "ready"

        async def investigate(self, brief, windows):
            seen = await windows.logs(ASK)
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                return Report(self.role, (claim("r", Quote(evidence_id=seen.evidence_id, text="boom")),))

    result = run([Late(), LateButReady(), Quoting("boom")], Sources(logs=(Logs("boom"),)), deadline_seconds=0.2)
    late, ready, log = result.reports
    assert result.partial and "deadline" in late.failure and "deadline" in ready.failure and log.failure == ""
    assert len(ready.findings) == len(log.findings) == 1


def test_a_source_that_hangs_is_given_up_in_time_and_named():
    result = run([Quoting("x")], Sources(logs=(Logs(seconds=30, name="loki"),)), source_seconds=0.1)
    assert "loki did not answer within 0.1 seconds" in result.reports[0].failure and result.partial


def test_when_one_of_two_sources_is_silent_the_other_still_speaks_and_the_gap_is_named():
    silent = Logs(error=SourceError("loki is down."), name="loki")
    result = run([Quoting("boom")], Sources(logs=(silent, Logs("boom", name="files"))))
    assert len(result.reports[0].findings) == 1
    assert "loki is down" in result.reports[0].failure and result.partial


def test_two_sources_of_one_kind_become_one_answer():
    class Reader:
        role = "dependency"

        async def investigate(self, brief, windows):
            seen = await windows.topology(ASK)
            return Report(
                "dependency",
                tuple(
                    claim("-".join(e), Quote(evidence_id=seen.evidence_id, text=seen.data.cites[e]))
                    for e in seen.data.edges
                ),
            )

    result = run([Reader()], Sources(topology=(Graph((("a", "b"),)), Graph((("b", "c"), ("a", "b")), "other"))))
    assert [finding.id for finding in result.reports[0].findings] == ["a-b", "b-c"] and result.dropped == 0
    assert result.evidence[0].source == "graph, other"


def test_a_window_that_does_not_exist_is_none_not_an_error():
    result = run([Quoting("x")], Sources())
    assert result.reports[0].failure == "no logs are configured" and result.evidence == ()


def test_a_huge_answer_is_stored_small_and_still_proves_every_finding():
    lines = [f"ordinary line number {i}" for i in range(50_000)]
    lines[31_234] = "boom in the middle"
    result = run([Quoting("boom")], Sources(logs=(Logs("\n".join(lines)),)), answer_characters=4_096)
    (evidence,) = result.evidence
    assert len(evidence.content) < 4_300 and evidence.omitted > 49_000
    assert evidence.content.startswith("ordinary line number 0\n") and evidence.content.endswith("number 49999")
    assert all(resolves(quote, evidence) for quote in result.reports[0].findings[0].quotes)


def test_an_answer_on_one_endless_line_is_bounded_too():
    text = "x" * 200_000 + "boom" + "y" * 200_000
    stored = bounded(text, ["boom"], 4_096)
    assert "boom" in stored.text and len(stored.text) < 5_000 and "characters omitted" in stored.text


def test_what_fits_is_stored_word_for_word():
    assert bounded("a\nb\n", ["b"], 100) == ("a\nb\n", 0)


@given(st.text(alphabet="ab\n ", max_size=3_000), st.data())
def test_every_quote_survives_the_bounds_and_what_is_kept_is_never_altered(text, data):
    spans = data.draw(st.lists(st.tuples(st.integers(0, 3_000), st.integers(1, 60)), max_size=4))
    quotes = [text[start : start + size] for start, size in spans if text[start : start + size]]
    stored = bounded(text, quotes, 64)
    assert all(quote in stored.text for quote in quotes)
    kept = [line for line in stored.text.split("\n") if " omitted ..." not in line]
    assert all(line in text for line in kept)


@pytest.mark.parametrize("limit", [0, 10])
def test_a_bound_smaller_than_the_quotes_still_keeps_the_quotes(limit):
    text = "\n".join(f"line {i}" for i in range(100))
    stored = bounded(text, ["line 50\nline 51"], limit)
    assert "line 50\nline 51" in stored.text and stored.omitted >= 90
