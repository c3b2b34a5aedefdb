"""The executor `sql` on a true PostgreSQL: what a rehearsal finds out, and what it never does."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.conformance.test_executors import step_of
from tests.servers import Missing, database, postgres

from tocsin.config import Config
from tocsin.connectors.executors.settings import open_executors
from tocsin.errors import OutcomeUnknown, SourceError
from tocsin.model.action import Outcome, Rehearsal, RenderedStep, Risk
from tocsin.ports import Executor

SCHEMA = """
CREATE TABLE jobs (id integer PRIMARY KEY, state text NOT NULL, note text DEFAULT '');
INSERT INTO jobs SELECT n, CASE WHEN n % 2 = 0 THEN 'stuck' ELSE 'free' END FROM generate_series(1, 100) n;
CREATE TABLE called (at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION ring(n integer) RETURNS integer LANGUAGE sql VOLATILE AS 'INSERT INTO called DEFAULT VALUES; SELECT n';
ANALYZE;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with postgres() as url:
            yield url
    except Missing as missing:
        pytest.skip(str(missing))


class Shop:
    """A database of its own, the executor before it, and a second pair of eyes."""

    def __init__(self, executor: Executor, admin: psycopg.Connection[Any]) -> None:
        self.executor, self.admin = executor, admin

    def step(self, statement: str, risk: Risk = Risk.REVERSIBLE, **more: Any) -> RenderedStep:
        return step_of({"executor": "sql", "target": "shop", "statement": statement}, risk, **more)

    def rehearse(self, statement: str, risk: Risk = Risk.REVERSIBLE, **binds: Any) -> Rehearsal:
        return asyncio.run(self.executor.rehearse(self.step(statement, risk, binds=binds)))

    def run(self, statement: str, risk: Risk = Risk.REVERSIBLE, seconds: float = 5.0, **binds: Any) -> Outcome:
        step = self.step(statement, risk, binds=binds, timeout_seconds=seconds)
        return asyncio.run(self.executor.run(step, "INC-1:0"))

    def count(self, statement: str) -> int:
        row = self.admin.execute(statement).fetchone()  # type: ignore[call-overload]
        assert row
        return int(row[0])


@pytest.fixture
def shop(server: str) -> Iterator[Shop]:
    with database(server) as url, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(SCHEMA)
        section = {"sql": {"databases": {"shop": {"url": url.replace("+psycopg", ""), "lock_seconds": 0.3}}}}
        yield Shop(open_executors(Config({"executors": section}, {}))["sql"], admin)


def test_a_rehearsed_change_tells_the_exact_number_of_rows_and_leaves_none_changed(shop: Shop) -> None:
    rehearsal = shop.rehearse("UPDATE jobs SET state = 'free' WHERE state = :state", state="stuck")
    assert rehearsal.ok
    assert "taken back: it touches 50 rows" in rehearsal.said
    assert shop.count("SELECT count(*) FROM jobs WHERE state = 'stuck'") == 50


def test_a_rehearsal_shows_the_rows_a_function_would_be_called_for_and_calls_it_for_none(shop: Shop) -> None:
    rehearsal = shop.rehearse("SELECT ring(id) FROM jobs WHERE id < :most", most=4)
    assert rehearsal.ok
    assert "Would call ring on shop for 3 rows" in rehearsal.said
    assert "2\tstuck" in rehearsal.said
    assert shop.count("SELECT count(*) FROM called") == 0
    shop.run("SELECT ring(id) FROM jobs WHERE id < :most", most=4)
    assert shop.count("SELECT count(*) FROM called") == 3


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT ring(1)",
        "SELECT count(ring(id)) FROM jobs",
        "SELECT id FROM jobs WHERE ring(id) = 1",
        "WITH r AS (SELECT ring(1) AS n) SELECT n FROM r",
        "UPDATE jobs SET id = id WHERE ring(id) = id",
        'SELECT "ring" /* around */ (1)',
        "SELECT public . ring(1)",
        "SELECT * FROM ring(1)",
        "SELECT 'a' || E'\\'' || ring(1) || ''''",
    ],
)
def test_no_spelling_of_a_call_is_executed_by_a_rehearsal_or_by_a_step_that_reads(shop: Shop, statement: str) -> None:
    shop.rehearse(statement)
    assert not shop.rehearse(statement, Risk.READ).ok
    with pytest.raises(SourceError):
        shop.run(statement, Risk.READ)
    assert shop.count("SELECT count(*) FROM called") == 0


def test_a_session_to_be_ended_is_shown_first_and_still_lives_after_the_rehearsal(shop: Shop) -> None:
    pid = shop.count("SELECT pg_backend_pid()")
    rehearsal = shop.rehearse("SELECT pg_terminate_backend(:pid)", Risk.DISRUPTIVE, pid=pid)
    assert rehearsal.ok
    assert f"once on shop with pid = {pid}" in rehearsal.said
    assert "postgres" in rehearsal.said
    assert shop.count("SELECT 1") == 1


def test_a_session_that_is_gone_is_told_before_anybody_approves_its_end(shop: Shop) -> None:
    rehearsal = shop.rehearse("SELECT pg_terminate_backend(:pid)", Risk.DISRUPTIVE, pid=2_000_000_000)
    assert not rehearsal.ok
    assert "no such session" in rehearsal.said


def test_an_approved_end_of_a_session_ends_exactly_that_one(shop: Shop, server: str) -> None:
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as victim:
        row = victim.execute("SELECT pg_backend_pid()").fetchone()
        assert row
        assert shop.run("SELECT pg_terminate_backend(:pid)", Risk.DISRUPTIVE, pid=row[0]).output == "True"
        with pytest.raises(psycopg.OperationalError):
            victim.execute("SELECT 1")
    assert shop.count("SELECT 1") == 1


def test_a_table_with_triggers_is_not_tried_because_a_trigger_may_reach_outside(shop: Shop) -> None:
    shop.admin.execute(
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
        "CREATE TRIGGER tell AFTER UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION tell()"
    )
    rehearsal = shop.rehearse("UPDATE jobs SET note = 'x' WHERE state = 'stuck'")
    assert rehearsal.ok
    assert "jobs has triggers" in rehearsal.said
    assert "the planner expects 50 rows" in rehearsal.said


def test_what_postgresql_cannot_rehearse_is_said_to_be_unrehearsed(shop: Shop) -> None:
    rehearsal = shop.rehearse("ALTER TABLE jobs DROP COLUMN note")
    assert not rehearsal.ok
    assert shop.count("SELECT count(*) FROM information_schema.columns WHERE table_name = 'jobs'") == 3


def test_a_rehearsal_waits_for_no_lock_longer_than_it_may(shop: Shop, server: str) -> None:
    with shop.admin.transaction():
        shop.admin.execute("UPDATE jobs SET note = 'held' WHERE id = 2")
        rehearsal = shop.rehearse("UPDATE jobs SET state = 'free' WHERE id = :job", job=2)
    assert not rehearsal.ok
    assert "lock timeout" in rehearsal.said


def test_a_statement_over_its_time_is_ended_by_the_server_and_surely_changed_nothing(shop: Shop) -> None:
    with pytest.raises(SourceError, match="statement timeout"):
        shop.run("UPDATE jobs SET note = 'x' WHERE pg_sleep(1) IS NOT NULL", seconds=0.3)
    assert shop.count("SELECT count(*) FROM jobs WHERE note = 'x'") == 0


def test_functions_over_many_rows_cut_in_the_middle_are_unknown_not_failed(shop: Shop) -> None:
    with pytest.raises(OutcomeUnknown):
        shop.run("SELECT pg_notify('done', id::text), pg_sleep(0.1) FROM jobs", seconds=0.3)


def test_a_value_is_bound_and_never_becomes_part_of_the_statement(shop: Shop) -> None:
    hostile = "stuck'; DROP TABLE jobs; --"
    assert shop.run("SELECT count(*) FROM jobs WHERE state = :state", Risk.READ, state=hostile).output == "0"
    assert shop.count("SELECT count(*) FROM jobs") == 100


def test_percent_signs_casts_and_quoted_colons_reach_the_database_as_written(shop: Shop) -> None:
    told = shop.run("SELECT '100%' || ' at 12:30' || (:n)::text || ('a%b' LIKE 'a%')::text", Risk.READ, n=7)
    assert told.output == "100% at 12:307true"


def test_a_second_statement_is_refused_and_the_first_does_not_run_either(shop: Shop) -> None:
    with pytest.raises(SourceError, match="more than one"):
        shop.run("DELETE FROM jobs; DELETE FROM called")
    assert shop.count("SELECT count(*) FROM jobs") == 100


def test_a_large_answer_is_cut_and_says_how_much_is_missing(shop: Shop) -> None:
    outcome = shop.run("SELECT generate_series(1, 1000000) AS n", Risk.READ)
    assert outcome.output.splitlines()[0] == "n"
    assert "more rows" in outcome.output
    assert len(outcome.output) <= 65_536


def test_the_database_sees_who_asks_and_for_which_action(shop: Shop) -> None:
    assert shop.run("SELECT current_setting('application_name')", Risk.READ).output == "tocsin INC-1:0"


def test_a_changing_statement_hidden_behind_with_is_stopped_by_the_read_only_transaction(shop: Shop) -> None:
    with pytest.raises(SourceError, match="read-only"):
        shop.run("WITH gone AS (DELETE FROM jobs RETURNING id) SELECT count(*) FROM gone", Risk.READ)
    assert shop.count("SELECT count(*) FROM jobs") == 100


@pytest.mark.parametrize("statement", ["COPY jobs TO PROGRAM 'touch /nonexistent/x'", "DO $$ BEGIN END $$", "VACUUM"])
def test_a_step_that_reads_begins_with_a_word_that_reads(shop: Shop, statement: str) -> None:
    with pytest.raises(SourceError, match="read"):
        shop.run(statement, Risk.READ)


def test_every_shipped_statement_that_reads_is_allowed_to_read(shop: Shop) -> None:
    from tocsin.connectors.executors.statement import Statement
    from tocsin.library.runbooks import load_shelf
    from tocsin.library.steps import Sql

    shop.admin.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    steps = [step for runbook in load_shelf() for step in runbook.steps]
    runs = [step.run for step in steps if step.risk is Risk.READ] + [step.verify.run for step in steps if step.verify]
    reading = [run.statement for run in runs if isinstance(run, Sql)]
    refused = {
        statement: rehearsal.said
        for statement in reading
        if not (rehearsal := shop.rehearse(statement, Risk.READ, **dict.fromkeys(Statement(statement).binds, 1))).ok
    }
    assert len(reading) >= 15
    assert refused == {}
