"""What a fix lacks is said for every slot, with words that can be typed; and no step is called complete that is not."""

import re

import pytest
import yaml
from tests.unit.cases import START

from tocsin.cli.actions import VERBS
from tocsin.errors import DataError
from tocsin.library.runbook import Runbook
from tocsin.library.runbooks import load_shelf
from tocsin.model.catalogue import Catalogue
from tocsin.model.incident import Incident
from tocsin.model.standing import Vouched
from tocsin.stages.remediate.missing import missing
from tocsin.stages.remediate.render import render
from tocsin.stages.remediate.scope import Scope

SHELF = list(load_shelf())
KNOWN = Catalogue.model_validate(
    {"services": [{"name": "checkout", "resources": {"database": "orders", "namespace": ["a", "b"]}}]}
)


def scope(catalogue: Catalogue, *vouched: Vouched, service: str = "checkout") -> Scope:
    return Scope(Incident(id="INC-1", service=service, vouched=vouched), catalogue)


def vouched(slot: str, kind: str, value: str, by: str = "person:ada@example.com") -> Vouched:
    return Vouched(slot=slot, type=kind, value=value, by=by, reason="seen", at=START)


@pytest.mark.parametrize("catalogue", [Catalogue(), KNOWN], ids=["empty", "known"])
@pytest.mark.parametrize("runbook", SHELF, ids=lambda one: one.id)
def test_a_step_can_be_filled_exactly_when_nothing_is_said_to_be_missing(runbook: Runbook, catalogue: Catalogue):
    lacks = missing(runbook, scope(catalogue))
    held = {index for one in lacks for index in one.steps}
    for index in range(len(runbook.steps)):
        try:
            render(runbook, index, scope(catalogue))
        except DataError as refusal:
            assert index in held
            assert "tocsin " in refusal.do
        else:
            assert index not in held


@pytest.mark.parametrize("runbook", SHELF, ids=lambda one: one.id)
def test_what_a_person_is_told_to_type_and_to_add_is_right(runbook: Runbook):
    for one in missing(runbook, scope(Catalogue(), service='check: "out", {x: y}')):
        verb = re.match(r"tocsin ([a-z-]+) INC-1 ", one.give)
        assert verb
        assert verb[1] in VERBS
        if one.yaml:
            (added,) = Catalogue.model_validate(yaml.safe_load(one.yaml)["catalogue"]).services
            assert added.name == 'check: "out", {x: y}'


def test_of_several_that_are_there_a_person_chooses_and_nothing_need_be_added():
    book = next(one for one in SHELF if one.id == "deployment_rollback")
    (one,) = [one for one in missing(book, scope(KNOWN)) if one.slot == "namespace"]
    assert one.choices == ("a", "b")
    assert one.give == "tocsin request INC-1 deployment_rollback 0 --set namespace=a|b"
    assert one.yaml == ""


def test_a_value_that_waits_for_an_earlier_answer_says_which_step_has_it():
    book = next(one for one in SHELF if one.id == "db_kill_connections")
    pid = next(one for one in missing(book, scope(KNOWN)) if one.slot == "pid")
    assert pid.waits_for == "find_long_queries"
    assert pid.give == "tocsin request INC-1 db_kill_connections 1"


def test_a_vouched_value_fills_its_slot_and_the_step_rests_on_that_word():
    book = next(one for one in SHELF if one.id == "deployment_rollback")
    words = (vouched("namespace", "namespace", "shop"), vouched("service", "deployment", "checkout-web"))
    made = render(book, 2, scope(Catalogue(), *words))
    assert "checkout-web" in made.shown
    assert made.vouched_by == ("person:ada@example.com",)
    assert not made.auto
    listed = Catalogue.model_validate({"services": [{"name": "checkout", "resources": {"namespace": "shop"}}]})
    plain = render(book, 2, scope(listed))
    assert plain.vouched_by == ()


def test_a_word_for_another_slot_or_of_another_type_fills_nothing():
    book = next(one for one in SHELF if one.id == "deployment_rollback")
    words = (vouched("pod", "namespace", "shop"), vouched("namespace", "host", "shop"))
    assert {"namespace", "service"} <= {one.slot for one in missing(book, scope(Catalogue(), *words))}
