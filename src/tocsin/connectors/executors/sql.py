"""`sql`: one fixed statement on one database that the configuration names, its values bound by the driver.

The executor checks the step; a Database does the rest. A step that reads runs in a read-only transaction. A rehearsal changes
nothing, and never calls a function that does something.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import Field, field_validator

from tocsin.config import Secret
from tocsin.connectors.executors.call import Reach, bounded, honest, must_only_read, one_of, read_call, refused
from tocsin.connectors.executors.statement import Statement
from tocsin.model.action import Outcome, Rehearsal, RenderedStep, Risk
from tocsin.model.ground import Value

Bind = str | int | float
ROWS_KEPT = 500
"""The most rows of an answer that are written down."""


class DatabaseAccess(Reach):
    """One entry of `executors.sql.databases`; its name is what a step calls `target`."""

    url: str
    """`postgresql://user@host/name`, or a connection string such as `host=db dbname=shop user=tocsin`; without a password."""
    password: Secret | None = None
    lock_seconds: float = Field(default=5.0, gt=0, le=60)
    """How long a statement may wait for a lock before it gives up and nothing happens."""

    @field_validator("url")
    @classmethod
    def _no_password(cls, url: str) -> str:
        if "password" in url or ("://" in url and ":" in url.split("://", 1)[1].rpartition("@")[0]):
            raise ValueError("keep the password out of the address; name its place under `password`")
        return url


class SqlConfig(Value):
    """Section `executors.sql`."""

    databases: dict[str, DatabaseAccess] = Field(default_factory=dict)


class SqlCall(Value):
    """The `run` entry of a sql step."""

    executor: Literal["sql"]
    target: str
    statement: str = Field(min_length=3, max_length=20_000)


@dataclass(frozen=True, slots=True)
class Work:
    """One statement to be done: what to bind, for how long at most, whether it may only look, and who asks."""

    statement: Statement
    binds: Mapping[str, Bind]
    reads: bool
    step: RenderedStep
    key: str = ""


class Database(Protocol):
    """What stands behind a name: PostgreSQL, or its fake."""

    async def rehearse(self, work: Work) -> Rehearsal:
        """What it would touch, with nothing changed. Raises SourceError."""
        ...

    async def run(self, work: Work) -> Outcome:
        """Does it. Raises SourceError when it surely did not happen, OutcomeUnknown when nobody can tell."""
        ...


class Sql:
    """Executor of statements."""

    name = "sql"

    def __init__(self, config: SqlConfig, databases: Mapping[str, Database]) -> None:
        self._access, self._databases = config.databases, databases

    async def rehearse(self, step: RenderedStep) -> Rehearsal:
        """How many rows it would touch, or which it would select, read just now."""
        return await honest(self._rehearse(step))

    async def run(self, step: RenderedStep, key: str) -> Outcome:
        """Runs the statement once; the key is told to the database as the name of the application."""
        database, work = self._checked(step, key)
        outcome = await database.run(work)
        return outcome.model_copy(update={"output": bounded(outcome.output)})

    async def _rehearse(self, step: RenderedStep) -> Rehearsal:
        database, work = self._checked(step, "")
        shown = await database.rehearse(work)
        return shown.model_copy(update={"said": bounded(shown.said, 8_000)})

    def _checked(self, step: RenderedStep, key: str) -> tuple[Database, Work]:
        """The database and the work, or a SourceError that says what does not fit."""
        call = read_call(step, SqlCall)
        if call.target not in self._databases:
            raise refused(f"There is no database {call.target!r}.", one_of(self._databases, "sql.databases"))
        self._access[call.target].check(step, call.target)
        statement = Statement(call.statement)
        must_only_read(step, not statement.only_looks)
        if set(statement.binds) != set(step.binds):
            wanted, given = ", ".join(statement.binds) or "nothing", ", ".join(step.binds) or "nothing"
            raise refused(f"The statement binds {wanted}, and the step gives {given}.", "Correct the runbook.")
        if 'u&"' in call.statement.lower():
            raise refused("The statement writes names in escapes, which nobody can review.", "Write them plainly.")
        if any(one.text == ";" for one in statement.code[:-1]):
            raise refused("The step holds more than one statement.", "Give each its own step.")
        return self._databases[call.target], Work(statement, step.binds, step.risk is Risk.READ, step, key)


def table(columns: list[str], rows: list[tuple[object, ...]], left_out: int = 0) -> str:
    """Rows as text: one value alone stands bare, so that a probe can compare it; else tab-separated under their names."""
    if len(columns) == 1 and len(rows) == 1 and not left_out:
        return _cell(rows[0][0])
    lines = ["\t".join(columns), *("\t".join(map(_cell, row)) for row in rows)] if rows else []
    return "\n".join((*lines, *([f"[{left_out} more rows]"] if left_out else ())))


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
