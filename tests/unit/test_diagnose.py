"""The diagnosis on the record: who is asked, what is marked partial, and how the four triage questions are answered."""

import asyncio

import pytest
from tests.unit.case_making import brief, calls, change, changes, fact, metric, metrics

from tocsin.model.action import Fix, Step
from tocsin.model.diagnosis import Diagnosis
from tocsin.model.ground import RiskLevel
from tocsin.roles.analysts.cast import AtOnce
from tocsin.roles.analysts.specialists import specialists
from tocsin.roles.contract import Brief, Investigation, Report
from tocsin.stages.diagnose import answer_questions, diagnose, root_cause_sentence

POOL = "Connection pool exhausted. Active connections: 200/200"
FIX = Fix(runbook_id="pool", steps=(Step(step_index=0, runbook_id="pool", text="Count sessions", risk=RiskLevel.LOW),))


def told(asked: Brief, seen: Investigation) -> Diagnosis:
    return asyncio.run(diagnose(asked, seen, AtOnce(specialists()[asked.triage.type])))


def answers(text: str, *reports: Report, fix: Fix | None = None) -> list[str]:
    asked, seen = brief(text, "database", "billing"), Investigation((fact(text), *reports))
    return [one.answer for one in answer_questions(asked, seen, told(asked, seen), fix)]


def test_the_specialist_of_the_triaged_type_is_asked() -> None:
    for kind in ("database", "network", "application", "security", "infrastructure"):
        asked = brief(POOL, kind)
        assert told(asked, Investigation((fact(POOL),))).specialist == f"{kind}-specialist"


def test_an_investigation_that_was_cut_short_makes_a_partial_diagnosis() -> None:
    asked = brief(POOL, "database")

    assert told(asked, Investigation((fact(POOL),), partial=True)).partial
    assert not told(asked, Investigation((fact(POOL),))).partial


def test_the_four_answers_tell_symptoms_changes_hypothesis_and_one_action() -> None:
    known, changed, hypothesis, action = answers(
        POOL,
        metrics(metric(1, "billing", "http_5xx_ratio", signal="errors")),
        calls("billing", callers=("web",)),
        changes(change(1, "billing", minutes=12)),
        fix=FIX,
    )

    assert "Affected: billing" in known and "billing http_5xx_ratio rises" in known and "Blast radius: billing" in known
    assert "12 minutes before the onset" in changed
    assert "connection pool" in hypothesis and "Confidence" in hypothesis
    assert action == "Count sessions (step 0 of runbook pool)"


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        ((changes(),), "No change is recorded"),
        ((Report("change-analyst", failure="the change source did not answer"),), "did not answer"),
        ((), "Not known: nobody looked"),
    ],
)
def test_no_change_is_only_said_where_somebody_looked(reports: tuple[Report, ...], said: str) -> None:
    assert said in answers(POOL, *reports)[1]


def test_changes_of_other_days_are_not_offered_as_todays() -> None:
    assert answers(POOL, changes(change(1, "billing", minutes=3 * 24 * 60)))[1].startswith("No change is recorded")


def test_while_the_cause_is_unknown_the_next_action_is_to_find_out() -> None:
    *_, hypothesis, action = answers("Something feels odd", fix=FIX)

    assert "not known" in hypothesis
    assert action.startswith("Find out: ") and action.endswith("?")


def test_a_leading_idea_is_told_as_an_idea() -> None:
    asked = brief("p99 latency above 3s", "application")
    found = told(asked, Investigation((fact("p99 latency above 3s"),)))

    assert "Leading idea" in root_cause_sentence(found) and found.root_cause == ""


def test_without_any_hypothesis_the_sentence_says_so() -> None:
    nothing = Diagnosis(specialist="x", root_cause="", confidence=0)

    assert "no hypothesis is supported" in root_cause_sentence(nothing)
