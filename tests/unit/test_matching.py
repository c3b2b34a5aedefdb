"""Matchers: RE2's language without its dangers."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.pattern import Pattern
from tocsin.stages.intake.matching import Matchers, matches, words

MATCHERS: TypeAdapter[Matchers] = TypeAdapter(Matchers)
ALERT = Alert(
    source="datadog",
    fingerprint="f",
    status=AlertStatus.FIRING,
    title="slow",
    service="shop",
    labels={"team": "web", "service": "shop-eu"},
)

ATOMS = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", r"\d", r"\.", "[a-c]", "x|y"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"])).map(
            lambda p: f"({p[0]}){p[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(pattern=PATTERNS, value=st.text("abcxy1.", max_size=8))
def test_a_pattern_means_what_it_means_everywhere_else(pattern: str, value: str) -> None:
    assert Pattern(pattern).fullmatch(value) == bool(re.fullmatch(pattern, value, re.ASCII))


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*", "(a*)*b", "(.*){1,20}x", "([a-z]+)*!", "(a?){200}a{200}"])
def test_no_pattern_can_be_made_slow_by_the_text_it_meets(pattern: str) -> None:
    assert not Pattern(pattern).fullmatch("a" * 1000 + "!?")  # a pattern that backtracks would never come back


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "[a",
        "a{3,2}",
        "a{x}",
        "*a",
        "\\",
        "(?=a)",
        r"\bx",
        "a{9999999}",
        "x" * 501,
        "((a{99}){99}){99}",
        "(" * 60 + ")" * 60,
    ],
)
def test_what_is_not_supported_is_refused_with_a_reason(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|repetition"):
        Pattern(pattern)


def test_anchors_case_and_long_values() -> None:
    assert Pattern("^pay.*$").fullmatch("payments")
    assert Pattern("(?i)PAY|web").fullmatch("Web")
    assert not Pattern("pay").fullmatch("payments")
    assert not Pattern(".*").fullmatch("x" * 2000), "a value too long to match is not silenced"


@pytest.mark.parametrize(
    ("written", "hit"),
    [
        (["service=shop"], True),
        (["service=shop-eu"], True),
        (["service=mail"], False),
        (["team!=web"], False),
        (["source=datadog", 'team=~"web|mail"'], True),
        (["source=datadog", "team!~w.*"], False),
        (["source=datadog", "region="], True),
        ([{"name": "title", "value": "sl.w", "is_regex": True}], True),
    ],
)
def test_matchers_read_fields_and_labels(written: list[object], hit: bool) -> None:
    if written == ["team!=web"]:
        with pytest.raises(ValidationError, match="at least one matcher"):
            MATCHERS.validate_python(written)
        return
    assert matches(ALERT, MATCHERS.validate_python(written)) is hit


def test_matchers_are_shown_as_they_are_written() -> None:
    written = ["service=shop", "team=~web|mail", "env!=dev", "zone!~a.*"]
    assert words(MATCHERS.validate_python(written)) == "service=shop, team=~web|mail, env!=dev, zone!~a.*"
