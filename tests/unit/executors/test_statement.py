"""Reading an SQL statement: its pieces, its functions, its bound values. The database decides; this only makes us careful."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.connectors.executors.statement import Statement

PIECES = (
    "select ",
    "from t",
    "f(",
    ")",
    "'it''s'",
    "e'\\''",
    '"q"',
    "$$ a $$",
    "$x$ b $x$",
    "-- c\n",
    "/* d */",
    ":n",
    "::int",
    "%",
    ";",
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join))
def test_the_pieces_of_any_text_are_the_text(text: str) -> None:
    assert "".join(one.text for one in Statement(text).tokens) == text


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("SELECT :n::int", "SELECT %(n)s::int"),
        ("SELECT a[1:n], ':n', \":n\" -- :n", "SELECT a[1:n], ':n', \":n\" -- :n"),
        ("SELECT 5 % 2, '%' ;", "SELECT 5 %% 2, '%%'"),
        ("SELECT $$ :n $$, e'\\' :n'", "SELECT $$ :n $$, e'\\' :n'"),
        ("SELECT 'C:\\' , :n", "SELECT 'C:\\' , %(n)s"),
    ],
)
def test_only_bound_values_change_on_the_way_to_the_driver(text: str, driver: str) -> None:
    assert Statement(text).for_driver() == driver


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("SELECT a, f(x) FROM t", ("f",)),
        ('SELECT public."F" (1), g\n(2)', ("f", "g")),
        ("SELECT 'f(x)', \"f\" -- f(x)", ()),
        ("SELECT f/* here */(1)", ("f",)),
        ("SELECT '\\', f(1), ''", ("f",)),
    ],
)
def test_every_call_is_found_and_no_word_in_quotes_or_comments(text: str, called: tuple[str, ...]) -> None:
    assert Statement(text).called == called


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("SELECT f(x) FROM t WHERE a = :n;", "SELECT * FROM t WHERE a = :n"),
        ("SELECT f((SELECT max(x) FROM u)) FROM t", "SELECT * FROM t"),
        ("SELECT extract(year FROM d) FROM t", "SELECT * FROM t"),
        ("SELECT f(1)", ""),
        ("WITH a AS (SELECT f(1)) SELECT * FROM a", ""),
    ],
)
def test_the_rows_a_function_would_be_called_for_are_asked_without_the_function(text: str, instead: str) -> None:
    assert Statement(text).rows_instead() == instead


@pytest.mark.parametrize(
    "text", ["/*" * 10_000, "'" * 19_999, "$a$" * 6_666, '"' * 19_999, "(" * 20_000, ":a" * 10_000, "e'\\" * 6_000]
)
def test_the_longest_statement_is_read_in_a_moment_however_it_is_written(text: str) -> None:
    assert Statement(text).rows_instead() is not False  # a reader that backtracks would never come back
