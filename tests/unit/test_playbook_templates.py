"""Templates and conditions of playbooks: filled from named values, and never read twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import DataError
from tocsin.playbooks.templates import condition_names, holds, names, render

SCOPE = {
    "input": {"alert": "disk full", "count": 3},
    "steps": {"look": {"output": {"severity": "SEV1", "hosts": ["a", "b"]}}, "raw": {"output": '{"service": "pay"}'}},
}


def test_names_are_filled_from_inputs_and_outputs() -> None:
    assert render("{{ .input.alert }} on {{.steps.look.output.hosts}}", SCOPE) == 'disk full on ["a", "b"]'
    assert render("{{ .steps.look.output.hosts.1 }}", SCOPE) == "b"


def test_an_output_that_is_json_in_a_text_can_be_looked_into() -> None:
    assert render("{{ .steps.raw.output.service }}", SCOPE) == "pay"


def test_a_missing_value_is_empty_or_the_default() -> None:
    assert render("[{{ .input.nothing }}]", SCOPE) == "[]"
    assert render('{{ .input.nothing | default "none" }}', SCOPE) == "none"


@given(st.text())
def test_a_value_is_never_read_as_a_template(text: str) -> None:
    hostile = "{{ .input.secret }}" + text
    assert render("{{ .input.alert }}", {"input": {"alert": hostile, "secret": "s3cret"}}) == hostile


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("", True),
        ('eq .steps.look.output.severity "SEV1"', True),
        ('{{ ne .steps.look.output.severity "SEV1" }}', False),
        ('and (eq .input.count 3) (not (eq .input.alert ""))', True),
        ('or (eq .input.count 4) (contains "disk" .input.alert)', True),
        (".input.nothing", False),
        ('eq .input.nothing ""', True),
    ],
)
def test_conditions_hold_or_not(condition: str, expected: bool) -> None:
    assert holds(condition, SCOPE) is expected


@pytest.mark.parametrize("bad", ["__import__('os')", "eq .a", "eq .a ; 1", "exec .a", "(eq .a 1"])
def test_a_condition_that_is_none_is_refused(bad: str) -> None:
    with pytest.raises(DataError):
        holds(bad, {"a": 1})


def test_what_a_template_asks_for_is_known_before_it_is_filled() -> None:
    assert list(names("{{ .input.a }} {{ .steps.b.output.c | toJson }}")) == [
        ("input", "a"),
        ("steps", "b", "output", "c"),
    ]
    assert list(condition_names('eq .steps.b.output "x"')) == [("steps", "b", "output")]
    with pytest.raises(DataError):
        list(names("{{ range .input }}"))
