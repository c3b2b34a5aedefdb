"""The live document: theory, hypotheses with why they went, people, messages with their times; nothing of it can be markup."""

import re

from tests.unit.test_people import ADA, BOB, NOW, Bench, action, diagnosis, seat, severity, triaged

from tocsin.model.action import Approval
from tocsin.model.acts import ActionApproved, Flagged, Paged, Seat, UserReported, WouldHaveDone
from tocsin.model.communication import UpdateDrafted, UpdatePublished
from tocsin.model.ground import Severity
from tocsin.model.update import Audience, Update, WordingCode, WordingViolation
from tocsin.stages import people
from tocsin.stages.people import asks
from tocsin.web.document import LiveDocument, document
from tocsin.web.document_markdown import document_markdown

HOSTILE = "# x\n- [a](http://evil) <img src=x> **b** `c` | d \x1b[31m"


def told(bench: Bench, name: str) -> LiveDocument:
    return document(bench.incident(name), bench.events(name))


def update(audience: Audience, text: str = "We are on it.", *codes: WordingCode) -> UpdateDrafted:
    violations = tuple(WordingViolation(code=one, span="", advice="") for one in codes)
    return UpdateDrafted(
        update=Update(audience=audience, template="t", text=text, status="Investigating", violations=violations)
    )


def test_the_document_of_a_fresh_incident_says_what_is_not_there_yet() -> None:
    bench = Bench()
    doc = told(bench, bench.declared())
    assert (doc.theory, doc.next_action, doc.people, doc.hypotheses) == (None, None, (), ())
    text = document_markdown(doc)
    assert "**Current theory:** none yet" in text
    assert "**Next action:** not set" in text


def test_the_current_theory_is_the_diagnosis_until_a_person_rules_it_out() -> None:
    bench = Bench()
    name = bench.declared()
    bench.do(BOB, people.raise_hypothesis, name, asks.RaiseHypothesis(text="the batch job"))
    assert told(bench, name).theory.text == "the batch job"
    bench.machine(name, triaged(), diagnosis("pool_exhaustion", "disk_full"))
    theory = told(bench, name).theory
    assert (theory.text, theory.said_by, theory.confidence) == ("it is pool_exhaustion", "role:s", 0.7)
    bench.do(BOB, people.rule_out, name, "pool_exhaustion", asks.RuleOut(reason="the pool is idle"))
    doc = told(bench, name)
    assert doc.theory.text == "the batch job"
    gone = [(one.id, one.why) for one in doc.hypotheses if one.ruled_out]
    assert gone == [("pool_exhaustion", "the pool is idle")]


def test_a_seat_shows_who_holds_it_now_and_since_when() -> None:
    bench = Bench()
    name = bench.declared()
    bench.do(ADA, people.assign, name, seat(Seat.SCRIBE, "ann"))
    bench.do(ADA, people.assign, name, seat(Seat.COMMANDER))
    bench.now = NOW.replace(hour=4)
    bench.do(ADA, people.assign, name, seat(Seat.COMMANDER, "dan"))
    held = told(bench, name).people
    assert [(one.seat, one.person, one.since.hour) for one in held] == [
        (Seat.COMMANDER, "dan", 4),
        (Seat.SCRIBE, "ann", 3),
    ]


def test_customers_messages_stand_apart_with_the_times_they_were_sent_and_drafts_are_called_drafts() -> None:
    bench = Bench()
    name = bench.declared()
    bench.machine(name, update(Audience.EXTERNAL), update(Audience.INTERNAL, "We look.", WordingCode.BLAME))
    bench.now = NOW.replace(hour=4)
    bench.machine(
        name,
        UpdatePublished(
            update_id="U2",
            audience=Audience.EXTERNAL,
            template="t",
            status="Investigating",
            text="We are on it.",
            digest="d",
            channels=("page",),
        ),
    )
    doc = told(bench, name)
    assert [(one.id, one.at.hour, one.channels) for one in doc.customer_communications] == [("U2", 4, ("page",))]
    assert doc.other_communications == ()
    assert [(one.audience, one.blocked_by) for one in doc.drafts] == [(Audience.INTERNAL, (WordingCode.BLAME,))]
    text = document_markdown(doc)
    assert r"`U2` external (Investigating), sent 2026-11-21 04:04 UTC to page by role\:test: We are on it." in text
    assert "internal (t), not approved, blocked: BLAME: We look." in text


def test_an_action_shows_what_would_run_and_who_said_yes() -> None:
    bench = Bench()
    name = bench.declared()
    yes = Approval(
        id="AP",
        action_id="ACT-1",
        digest="d",
        approver="ann@example.com",
        role="approver",
        issued_at=NOW,
        expires_at=NOW,
    )
    bench.machine(name, action(), ActionApproved(action_id="ACT-1", approval=yes))
    (deed,) = told(bench, name).actions
    assert (deed.shown, deed.state, deed.approved_by) == ("restart pool", "requested", ("ann@example.com",))


def test_nothing_that_people_or_the_world_wrote_becomes_markup() -> None:
    bench = Bench()
    name = bench.declared(severity=Severity.SEV2, service=HOSTILE)
    bench.do(BOB, people.raise_hypothesis, name, asks.RaiseHypothesis(text=HOSTILE))
    bench.do(BOB, people.open_line, name, asks.OpenLine(question=HOSTILE))
    bench.do(BOB, people.set_next_action, name, asks.SetNextAction(text=HOSTILE))
    bench.do(BOB, people.note, name, asks.Note(text=HOSTILE))
    bench.do(ADA, people.change_severity, name, severity(Severity.SEV1, HOSTILE))
    bench.machine(
        name,
        Flagged(code="late", text=HOSTILE),
        UserReported(text=HOSTILE, origin=HOSTILE),
        Paged(target=HOSTILE, reason=HOSTILE, level=0, key="k"),
        WouldHaveDone(what=HOSTILE),
        update(Audience.EXTERNAL, HOSTILE),
    )
    text = document_markdown(told(bench, name))
    assert "\x1b" not in text
    for mark in (r"(?<!\\)<", r"(?<!\\)\[", r"(?<!\\)\]\(", r"(?<!\\)\|"):
        assert not re.search(mark, text), mark
    headings = [row for row in text.splitlines() if row.startswith("#")]
    assert all(re.fullmatch(r"## [A-Z][a-z ,]+|# SEV1 Checkout is down", row) for row in headings), headings
    assert not [row for row in text.splitlines() if "evil" in row and not row.startswith(("- ", "**"))]
