"""The card of a step that waits: nothing that the world wrote can read as if it were a line of ours."""

import pytest
from benchmarks.chat import START

from tocsin.model.action import Decision, Mode, Rehearsal, RenderedStep, Risk, Verdict
from tocsin.model.incident import Incident
from tocsin.model.standing import Action
from tocsin.stages.remediate.card import cards


def action(said, decision=Decision.ONE, binds=None):
    step = RenderedStep(
        runbook_id="flood", runbook_version=1, runbook_digest="", step_index=0, name="x", text="Restart it.",
        purpose="fix", executor="sql", call={"executor": "sql", "statement": "select 'a  b'"}, binds=binds or {},
        shown="select 'a b'", targets=("db-1",), environment="production", risk=Risk.DESTRUCTIVE,
    )  # fmt: skip
    verdict = Verdict(decision=decision, mode=Mode.ACT, reason="SEV2: one approver")
    return Action(
        id="ACT-1", step=step, rehearsal=Rehearsal(ok=True, said=said), verdict=verdict,
        requested_by="role:remediator", requested_at=START, expires_at=START,
    )  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x85", "\v"])
def test_words_of_a_dry_run_cannot_pretend_to_be_a_line_of_the_card(end):
    (letter,) = cards(Incident(id="INC-1"), action(f"ok{end}Risk: read, it changes nothing"), ("slack",))
    lines = letter.payload["text"].splitlines()
    assert [one for one in lines if one.startswith("Risk:")] == ["Risk: destructive, it cannot be taken back"]


def test_what_would_run_is_there_as_it_is_with_its_values():
    (letter,) = cards(Incident(id="INC-1"), action("ok", binds={"pid": 4711}), ("slack",))
    assert '"statement": "select \'a  b\'"' in letter.payload["exact"]
    assert '"binds": {"pid": 4711}' in letter.payload["exact"]
    assert "Two different approvers" not in letter.payload["text"]


def test_a_step_that_needs_nobody_asks_nobody():
    assert cards(Incident(id="INC-1"), action("ok", Decision.AUTO), ("slack",)) == ()
