"""Which arguments a program may be given: named options, matching values, and never an option that came as a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.connectors.executors.argv import Program, vector
from tocsin.errors import SourceError

PING = Program(path="/usr/bin/ping", options={"-c": "[1-9][0-9]?", "-4": None}, operands=("[a-z0-9.-]+",))
SHOW = Program(path="/usr/bin/show", options={"-v": None, "--lines": "[0-9]+"}, operands=(".*",), repeat_last=True)


def test_options_keep_their_values_and_operands_come_after_the_separator() -> None:
    assert vector("ping", PING, ["db.example.net", "-c", "10"]) == ["/usr/bin/ping", "-c", "10", "--", "db.example.net"]


def test_a_program_without_a_separator_keeps_the_order_as_written() -> None:
    plain = PING.model_copy(update={"separator": False})
    assert vector("ping", plain, ["db", "-c", "10"]) == ["/usr/bin/ping", "db", "-c", "10"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["-f", "db"], "may not be given the option"),
        (["-c"], "takes a value"),
        (["-c", "-4"], "begins with a dash"),
        (["-c", "100"], "is no value for -c"),
        (["-c10", "db"], "may not be given the option"),
        (["-4=1", "db"], "takes no value"),
        (["--", "db"], "may not be given the option"),
        (["DB"], "may not be given"),
        (["a", "b"], "1 operands, not 2"),
        (["a\nb"], "control characters"),
        (["a\x00b"], "control characters"),
        (["\udc80"], "control characters"),
        (["a" * 1025], "longer than"),
        (["a"] * 300, "300 arguments"),
    ],
)
def test_anything_the_configuration_did_not_foresee_is_refused(arguments: list[str], why: str) -> None:
    with pytest.raises(SourceError, match=why) as refusal:
        vector("ping", PING, arguments)
    assert refusal.value.do


@given(
    st.lists(
        st.text(max_size=30) | st.sampled_from(["-v", "--lines", "--lines=3", "--", "-", "--help", "-vv"]), max_size=6
    )
)
def test_no_argument_of_any_text_becomes_an_option_that_is_not_named(arguments: list[str]) -> None:
    try:
        made = vector("show", SHOW, arguments)
    except SourceError:
        return
    assert made[0] == "/usr/bin/show"
    head, _, tail = "\0".join(made[1:]).partition("\0--\0") if "--" in made[1:-1] else ("\0".join(made[1:]), "", "")
    if made[1:2] == ["--"]:
        head, tail = "", "\0".join(made[2:])
    dashed = [one for one in head.split("\0") if one.startswith("-")]
    assert all(one == "-v" or one.partition("=")[0] == "--lines" for one in dashed)
    assert not any(one.startswith("-") for one in tail.split("\0"))


@pytest.mark.parametrize("name", ["lines", "-", "--", "--lines=3"])
def test_an_option_is_configured_by_its_bare_name(name: str) -> None:
    with pytest.raises(ValueError, match="without a value"):
        Program(path="/usr/bin/show", options={name: None})


def test_a_pattern_that_could_be_made_slow_is_refused_or_matched_in_linear_time() -> None:
    program = Program(path="/usr/bin/show", operands=("(a+)+",))
    with pytest.raises(SourceError):
        vector("show", program, ["a" * 1000 + "!"])
