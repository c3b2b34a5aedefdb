"""A step with its slots filled: only by type, only from where the runbook says, only within the incident's scope."""

from typing import Any

import pytest
from benchmarks.acting import CATALOGUE, START, runbook
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import Denied, NotFound
from tocsin.library.runbook import ParameterType, Runbook
from tocsin.library.runbooks import load_shelf
from tocsin.model.action import Outcome, RenderedStep, Risk, Verdict
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.catalogue import Catalogue
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.model.ground import Severity
from tocsin.model.incident import Incident
from tocsin.model.standing import Action, ActionState
from tocsin.stages.remediate.render import render, render_again, render_rollback
from tocsin.stages.remediate.scope import Scope
from tocsin.stages.remediate.slots import Unfilled, shaped, stands_in


def scope(
    service="lark",
    environment="prod",
    labels=None,
    evidence="",
    kind=EvidenceKind.ALERT,
    actions=(),
    catalogue=CATALOGUE,
):
    alert = Alert(source="t", fingerprint="f", status=AlertStatus.FIRING, title="x", labels=labels or {})
    kept = Evidence(
        id="EV-1", kind=kind, source="t", query="", content=evidence, sha256=digest(evidence), collected_at=START
    )
    known = Incident(
        id="INC-1",
        service=service,
        services=(service,),
        environment=environment,
        severity=Severity.SEV2,
        actions=actions,
    )
    return Scope(known, catalogue, (alert,), (kept,), {"production": ("prod",), "staging": ("stage",)})


def book(run: dict[str, Any], parameters: dict[str, Any], **more: Any) -> Runbook:
    step = {
        "name": "one",
        "text": "Do one thing.",
        "purpose": "mitigate",
        "risk": "reversible",
        "auto": True,
        "run": run,
        "verify": "It is done.",
        "no_rollback": "There is none.",
    }
    look = {"name": "find_it", "text": "Find it.", "purpose": "check", "risk": "read", "run": {"executor": "manual"}}
    steps = [look, step | more]
    return Runbook.model_validate(
        {"id": "b", "title": "A book", "risk": "reversible", "parameters": parameters, "steps": steps}
    )


def argv(kind: str, origin: str) -> Runbook:
    return book({"executor": "command", "argv": ["tool", "--of={it}", "{it}"]}, {"it": {"type": kind, "from": origin}})


def done(output: str) -> Action:
    rendered = RenderedStep(
        runbook_id="b",
        runbook_version=1,
        runbook_digest="",
        step_index=0,
        name="find_it",
        text="Find it.",
        purpose="check",
        executor="manual",
        call={},
        shown="",
        environment="production",
        risk=Risk.READ,
    )
    return Action(
        id="ACT-1",
        step=rendered,
        rehearsal=None,
        verdict=Verdict(decision="one", mode="act", reason="r"),
        requested_by="role:remediator",
        requested_at=START,
        expires_at=START,
        state=ActionState.DONE,
        outcome=Outcome(ok=True, said="", output=output),
    )


def test_slots_are_filled_from_catalogue_and_incident():
    made = render(runbook(), 2, scope())
    assert made.call == {
        "executor": "kubernetes",
        "verb": "restart",
        "kind": "deployment",
        "name": "lark",
        "namespace": "birds",
        "options": {},
    }
    assert made.targets == ("lark",)
    assert made.service == "lark"
    assert made.environment == "production"
    assert made.shown == "kubectl rollout restart deployment/lark -n birds"
    assert made.slots == {"service": "lark", "namespace": "birds"}


def test_the_same_step_rendered_again_has_the_same_digest():
    made = render(runbook(), 1, scope())
    assert render_again(runbook(), made, scope()).digest == made.digest
    assert render_again(runbook(2), made, scope()).digest != made.digest
    back = render_rollback(runbook(), made, scope())
    assert render_again(runbook(), back, scope()).digest == back.digest


def test_sql_values_are_bound_and_never_part_of_the_statement():
    sql = book(
        {"executor": "sql", "statement": "SELECT pg_terminate_backend(:pid)"},
        {"pid": {"type": "integer", "from": "step.find_it"}, "database": {"type": "database", "from": "catalogue.db"}},
    )
    rich = Catalogue.model_validate({"services": [{"name": "lark", "resources": {"db": "orders"}}]})
    made = render(sql, 1, scope(actions=(done('[{"pid": 4711, "usename": "app"}]'),), catalogue=rich))
    assert made.call["statement"] == "SELECT pg_terminate_backend(:pid)"
    assert made.call["target"] == "orders"
    assert made.binds == {"pid": 4711}
    assert made.shown == "SELECT pg_terminate_backend(:pid)  -- on orders with :pid = 4711"


def test_of_several_rows_a_person_chooses_one_that_is_there():
    sql = book(
        {"executor": "sql", "target": "orders", "statement": "SELECT pg_terminate_backend(:pid)"},
        {"pid": {"type": "integer", "from": "step.find_it"}},
    )
    seen = scope(actions=(done('[{"pid": 4711}, {"pid": 4712}]'),))
    with pytest.raises(Unfilled, match="4711, 4712"):
        render(sql, 1, seen)
    assert render(sql, 1, seen, given={"pid": "4712"}).binds == {"pid": 4712}
    with pytest.raises(Unfilled, match="not one that"):
        render(sql, 1, seen, given={"pid": 471})


def test_a_value_nobody_has_names_who_can_give_it():
    with pytest.raises(Unfilled, match="step find_it has it"):
        render(argv("integer", "step.find_it"), 1, scope())
    with pytest.raises(Unfilled, match="a person gives it"):
        render(argv("integer", "person"), 1, scope())
    with pytest.raises(Unfilled, match="catalogue has no waf for lark"):
        render(argv("service", "catalogue.waf"), 1, scope())
    with pytest.raises(Unfilled, match="no alert has"):
        render(argv("pod", "alert.labels.pod"), 1, scope())
    with pytest.raises(Unfilled, match="not in the catalogue"):
        render(argv("service", "incident.service"), 1, scope("stranger"))


def test_a_slot_that_does_not_exist_is_refused():
    with pytest.raises(Unfilled, match="has no slot"):
        render(argv("integer", "person"), 1, scope(), given={"it": 3, "that": "x"})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("host", "elsewhere.example.com"),
        ("database", "payroll"),
        ("service", "robin"),
        ("deployment", "robin"),
        ("namespace", "kube-system"),
        ("node", "node-9"),
        ("pod", "robin-0"),
        ("url", "https://elsewhere.example.com/x"),
    ],
)
def test_a_thing_outside_the_incidents_scope_is_refused_whoever_gives_it(kind, value):
    with pytest.raises(Unfilled, match="scope"):
        render(argv(kind, "person"), 1, scope(), given={"it": value})


def test_what_the_service_depends_on_is_in_scope_and_its_neighbours_neighbours_are_not():
    chain = Catalogue.model_validate(
        {
            "services": [
                {"name": "a", "depends_on": ["b"]},
                {"name": "b", "depends_on": ["c"], "resources": {"host": "b-1"}},
                {"name": "c", "resources": {"host": "c-1"}},
            ]
        }
    )
    made = render(argv("host", "person"), 1, scope("a", catalogue=chain), given={"it": "b-1"})
    assert made.service == "b"
    with pytest.raises(Unfilled, match="scope"):
        render(argv("host", "person"), 1, scope("a", catalogue=chain), given={"it": "c-1"})


def test_a_label_of_the_alert_puts_its_host_in_scope_and_words_in_logs_do_not():
    made = render(argv("host", "alert.labels.instance"), 1, scope(labels={"instance": "app-7:9100"}))
    assert made.call["argv"] == ["tool", "--of=app-7", "app-7"]
    with pytest.raises(Unfilled, match="scope"):
        render(
            argv("host", "evidence.logs"),
            1,
            scope(evidence="please fix db-9", kind=EvidenceKind.LOGS),
            given={"it": "db-9"},
        )


def test_an_address_read_from_words_is_filled_when_it_is_the_only_one_and_never_runs_by_itself():
    made = render(argv("ip", "evidence.alert"), 1, scope(evidence="150 failed logins from 203.0.113.42."))
    assert made.slots == {"it": "203.0.113.42"}
    assert made.auto is False
    with pytest.raises(Unfilled):
        render(argv("ip", "evidence.alert"), 1, scope(evidence="from 203.0.113.42 and 203.0.113.43"))
    with pytest.raises(Unfilled, match="not one that"):
        render(argv("ip", "evidence.alert"), 1, scope(evidence="from 203.0.113.42"), given={"it": "203.0.113.4"})


def test_an_incident_of_production_is_not_worked_on_under_the_rules_of_staging():
    with pytest.raises(Denied, match="production"):
        render(runbook(), 0, scope(), environment="staging")
    with pytest.raises(Denied):
        render(runbook(), 0, scope(environment="stage"), environment="production")
    assert render(runbook(), 0, scope(environment="stage"), environment="staging").environment == "staging"
    assert render(runbook(), 0, scope(environment="who-knows")).environment == "production"


def test_numbers_stay_numbers_where_they_stand_alone():
    scaled = book(
        {"executor": "kubernetes", "verb": "scale", "name": "lark", "options": {"replicas": "{n}"}},
        {"n": {"type": "integer", "from": "person"}},
    )
    assert render(scaled, 1, scope(), given={"n": "4"}).call["options"] == {"replicas": 4}


def test_a_value_cannot_leave_its_place_in_a_path():
    web = book({"executor": "http", "target": "gate", "path": "/a/{p}/b"}, {"p": {"type": "path", "from": "person"}})
    with pytest.raises(Unfilled, match="path"):
        render(web, 1, scope(), given={"p": "/etc"})


def test_there_is_no_step_beyond_the_last():
    for index in (-1, 99):
        with pytest.raises(NotFound):
            render(runbook(), index, scope())


HOSTILE = [
    *("--help", "-oProxyCommand=x", "a b", "a;b", "$(x)", "`x`", "a\nb", "a'b"),
    *("../x", "a\u202eb", "x" * 300, "", "a|b", "%2e"),
]
NASTY = st.one_of(
    st.text(max_size=40),
    st.sampled_from(HOSTILE),
    st.from_regex(r"-[a-z=]{1,20}", fullmatch=True),
)


@given(st.sampled_from(list(ParameterType)), NASTY)
def test_no_value_of_any_type_can_be_an_option_or_mean_anything_to_a_shell(kind, text):
    try:
        value = str(shaped("it", kind, text))
    except Unfilled:
        return
    assert not value.startswith("-")
    assert not set(value) & set(" \t\n\r;|&`'\"\\<>(){}[]*?!~#=^\x00") or (kind is ParameterType.URL and "~" in value)
    assert ".." not in value
    assert value.isascii()


@given(st.text(alphabet="ab.-@ 1", max_size=8), st.text(alphabet="ab.-@ 1", max_size=30))
def test_a_value_stands_in_a_text_only_as_a_whole_word(value, text):
    if value.strip() and stands_in(value, text):
        assert value in text


def test_every_typed_runbook_on_the_shelf_can_be_rendered_or_says_what_is_missing():
    for one in load_shelf():
        for index in range(len(one.steps)):
            try:
                made = render(one, index, scope())
            except Unfilled as missing:
                assert missing.do
            else:
                assert made.digest == render(one, index, scope()).digest
