"""The policy table: the mission's defaults hold for every combination, and nothing in a file can loosen the floors."""

from itertools import product

import pytest
from benchmarks.acting import policy
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tocsin.config import merged
from tocsin.guard.deeds import Deed, deeds
from tocsin.guard.policy import CALLS, Environment, InForce, Policy, decide, judge, may_leave, mode_now
from tocsin.model.action import Decision, Mode, RenderedStep, Risk
from tocsin.model.event import Drill
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.incident import Incident
from tocsin.model.standing import PolicyInForce

RANK = list(Decision)


def step(risk=Risk.REVERSIBLE, environment="production", auto=False, targets=("a",), call=None, **more):
    fields = {
        "runbook_id": "r",
        "runbook_version": 1,
        "runbook_digest": "d",
        "step_index": 0,
        "name": "do_it",
        "text": "Do it.",
        "purpose": "mitigate",
        "executor": "http",
        "call": call or {"executor": "http", "path": "/x"},
        "shown": "POST /x",
        "service": "lark",
        "targets": targets,
        "environment": environment,
        "risk": risk,
        "auto": auto,
    }
    return RenderedStep.model_validate(fields | more)


def incident(severity=Severity.SEV3, type=IncidentType.APPLICATION):
    return Incident(id="INC-1", severity=severity, type=type, service="lark")


def expected(severity, environment, risk, auto):
    """Mission B, "Fixes", in words of our own."""
    if risk is Risk.DESTRUCTIVE and environment == "production":
        return Decision.TWO
    if severity in (Severity.SEV1, Severity.SEV2):
        return Decision.ONE
    return Decision.AUTO if auto and risk in (Risk.READ, Risk.REVERSIBLE) else Decision.ONE


@pytest.mark.parametrize(
    ("severity", "environment", "risk", "auto"),
    list(product(Severity, ["production", "staging"], Risk, [True, False])),
)
def test_the_shipped_table_says_what_the_mission_says(severity, environment, risk, auto):
    verdict = decide(step(risk, environment, auto), incident(severity), policy("act"))
    assert verdict.decision is expected(severity, environment, risk, auto)


@pytest.mark.parametrize(("severity", "risk"), list(product(Severity, Risk)))
def test_in_mode_propose_nothing_runs_by_itself(severity, risk):
    for environment, auto in product(["production", "staging", "development"], [True, False]):
        verdict = decide(step(risk, environment, auto), incident(severity), policy("propose"))
        assert verdict.decision in (Decision.ONE, Decision.TWO)


def test_a_new_installation_proposes():
    assert Policy().mode is Mode.PROPOSE
    assert merged({})["policy"]["mode"] == "propose"


def test_a_severity_that_nobody_decided_is_judged_as_the_worst():
    assert decide(step(auto=True), incident(None), policy("act")).decision is Decision.ONE


@pytest.mark.parametrize("name", ["", "prd-eu-7", "PRODUCTION ", "qa?"])
def test_an_environment_nobody_knows_counts_as_production(name):
    assert Environment.of(name) is Environment.PRODUCTION
    assert decide(step(Risk.DESTRUCTIVE, name), incident(), policy("act")).decision is Decision.TWO


@pytest.mark.parametrize(
    "call",
    [
        {"executor": "command", "argv": ["systemctl", "restart", "postgresql@15-main"]},
        {"executor": "command", "argv": ["pg_ctl", "restart"]},
        {"executor": "http", "target": "orders-db", "path": "/restart"},
        {"executor": "kubernetes", "verb": "delete_pod", "name": "mysql-0"},
    ],
)
def test_restarting_a_production_database_always_asks_whatever_its_runbook_says(call):
    wanted = step(auto=True, call=call)
    assert Deed.RESTART_DATABASE in deeds(wanted)
    assert decide(wanted, incident(), policy("act")).decision is Decision.ONE
    assert (
        decide(step(auto=True, environment="staging", call=call), incident(), policy("act")).decision is Decision.AUTO
    )


def test_a_restart_in_a_database_incident_counts_as_the_databases():
    wanted = step(auto=True, call={"executor": "kubernetes", "verb": "restart", "name": "lark"})
    assert decide(wanted, incident(), policy("act")).decision is Decision.AUTO
    assert decide(wanted, incident(type=IncidentType.DATABASE), policy("act")).decision is Decision.ONE


@pytest.mark.parametrize("environment", ["production", "staging"])
@pytest.mark.parametrize(
    "call",
    [
        {"executor": "kubernetes", "verb": "rollout_undo", "name": "lark"},
        {"executor": "command", "argv": ["helm", "rollback", "lark"]},
    ],
)
def test_rolling_back_a_deployment_always_asks(call, environment):
    wanted = step(auto=True, environment=environment, call=call)
    assert decide(wanted, incident(Severity.SEV4), policy("act")).decision is Decision.ONE


def test_more_targets_than_allowed_need_two_people_or_are_refused():
    many = step(auto=True, targets=("a", "b"))
    assert decide(many, incident(), policy("act")).decision is Decision.TWO
    strict = policy("act", limits={"more_targets": "never"})
    assert decide(many, incident(), strict).decision is Decision.NEVER
    look = step(Risk.READ, auto=True, targets=("a", "b"))
    assert decide(look, incident(), strict).decision is Decision.AUTO


def test_a_step_that_no_row_fits_is_never_run():
    only = policy("act", rows=[{"rule": "staging only", "decision": "one", "when": {"environment": "staging"}}])
    verdict = decide(step(), incident(), only)
    assert verdict.decision is Decision.NEVER
    assert "no row" in verdict.reason


def test_the_first_row_that_fits_decides_and_is_named():
    rows = [
        {"rule": "not this runbook", "decision": "never", "when": {"runbook": "danger_*"}},
        {"rule": "wide steps", "decision": "two", "when": {"targets_over": 0, "service": "lark"}},
        {"rule": "the rest", "decision": "one"},
    ]
    law = policy("act", rows=rows)
    assert decide(step(runbook_id="danger_zone"), incident(), law, "a.yaml").decision is Decision.NEVER
    verdict = decide(step(), incident(), law, "a.yaml")
    assert (verdict.decision, verdict.reason.split(";")[0]) == (Decision.TWO, "wide steps")
    assert verdict.origin.startswith("a.yaml: policy.rows[1], ")


@given(
    severity=st.sampled_from([*Severity, None]),
    risk=st.sampled_from(list(Risk)),
    auto=st.booleans(),
    decision=st.sampled_from([Decision.AUTO, Decision.ONE]),
    environment=st.sampled_from(["production", "staging", "development", ""]),
)
def test_no_row_that_people_write_loosens_the_floors(severity, risk, auto, decision, environment):
    law = policy("act", rows=[{"rule": "anything goes", "decision": decision}])
    verdict = decide(step(risk, environment, auto), incident(severity), law)
    if verdict.decision is Decision.AUTO:
        assert auto
        assert risk in (Risk.READ, Risk.REVERSIBLE)
        assert severity not in (Severity.SEV1, None)


@given(st.sampled_from(list(Mode)), st.sampled_from(list(Mode)))
def test_the_quieter_of_two_modes_holds(kept, today):
    law, now = policy(kept), policy(today)
    known = PolicyInForce(digest=law.digest, origin="a", policy=law.plain())
    bound = incident().model_copy(update={"policy": known})
    order = [Mode.OBSERVE, Mode.PROPOSE, Mode.ACT]
    verdict = judge(step(auto=True), bound, InForce(now, "b"))
    assert verdict.mode is min(kept, today, key=order.index)
    assert mode_now(bound, InForce(now, "b")) is verdict.mode
    for kind in (*CALLS, "message", "work_item"):
        assert may_leave(bound, InForce(now, "b"), kind) is (verdict.mode is not Mode.OBSERVE)


@given(st.sampled_from(list(Mode)), st.booleans())
def test_of_a_drill_nothing_leaves_but_the_calls_that_were_asked_for(today, pages):
    law = InForce(policy(today), "a")
    drill = incident().model_copy(update={"drill": Drill(pages=pages)})
    assert mode_now(drill, law) is Mode.OBSERVE
    assert not may_leave(drill, law, "message")
    assert may_leave(drill, law, "page") is (pages and today is not Mode.OBSERVE)


def test_a_service_may_have_a_mode_of_its_own_and_the_quieter_of_two_services_holds():
    law = policy("propose", services={"Lark": "act", "wren": "observe"})
    assert law.mode_of("lark") is Mode.ACT
    assert law.mode_of("lark", "wren") is Mode.OBSERVE
    assert law.mode_of("jay") is Mode.PROPOSE
    assert law.mode_of("", "lark") is Mode.ACT
    assert law.mode_of("") is Mode.PROPOSE


def test_a_policy_survives_the_timeline_and_its_digest_tells_every_change():
    law = policy("act")
    again = Policy.model_validate(law.fixed("x").policy)
    assert again == law
    assert again.digest == law.digest
    assert policy("act", limits={"per_incident_per_hour": 6}).digest != law.digest


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "yolo"},
        {"rows": [{"rule": "x y z", "decision": "maybe"}]},
        {"rows": [{"rule": "x y z", "decision": "one", "when": {"colour": "red"}}]},
        {"limits": {"more_targets": "auto"}},
        {"limits": {"per_incident_per_hour": 0}},
        {"approval": {"minutes": 0}},
        {"approval": {"minutes": 600}},
    ],
)
def test_a_mistake_in_the_policy_is_refused(wrong):
    with pytest.raises(ValidationError):
        Policy.model_validate(wrong)
