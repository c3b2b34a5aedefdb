"""Every SQL statement of the shipped runbooks, before a true PostgreSQL: a typing mistake is found here, not at 3 a.m."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from tests.servers import Missing, postgres

from tocsin.library.runbooks import load_shelf
from tocsin.library.steps import Sql


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with postgres() as url:
            yield url.replace("+psycopg", "")
    except Missing as missing:
        pytest.skip(str(missing))


def statements() -> list[tuple[str, Sql]]:
    """Statement by runbook and step: what steps, probes and rollbacks run."""
    found = []
    for runbook in load_shelf():
        runs = [(f"{runbook.id}.precondition", probe.run) for probe in runbook.preconditions]
        for step in runbook.steps:
            name = f"{runbook.id}.{step.name}"
            runs += [(name, step.run), (f"{name}.verify", step.verify and step.verify.run)]
            runs += [(f"{name}.rollback", step.rollback and step.rollback.run)]
        found += [(name, run) for name, run in runs if isinstance(run, Sql)]
    return found


def test_postgresql_understands_every_statement_of_the_runbooks(server: str) -> None:
    refused = {}
    with psycopg.connect(server, autocommit=True, prepare_threshold=None) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        for name, run in statements():
            numbered = re.sub(r"(?<![:\w]):[a-z]\w*", "$1", run.statement)
            try:
                # PREPARE parses and plans names and types without running anything; SHOW cannot be prepared, and only reads
                connection.execute(numbered if numbered.startswith("SHOW") else f"PREPARE a_step AS {numbered}")
                connection.execute("DEALLOCATE ALL")
            except psycopg.Error as failure:
                refused[name] = str(failure)
    assert statements()
    assert refused == {}
