"""The fake of PostgreSQL behind the executor `sql`: SQLite in memory, with PostgreSQL's rules for looking, trying and losing.

For tests and demos. Statements are truly executed, rolled back and counted. A function that does something is registered with
`doing`; a rehearsal never calls it.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from tocsin.connectors.executors.call import cut, failed, refused
from tocsin.connectors.executors.sql import ROWS_KEPT, Bind, Work, table
from tocsin.connectors.executors.statement import Statement
from tocsin.model.action import Outcome, Rehearsal


@dataclass(slots=True)
class FakeDatabase:
    """One database. `schema` is SQL to begin with; `doing` maps functions of one value to what they do."""

    schema: str = ""
    doing: dict[str, Callable[[Bind], Bind | None]] = field(default_factory=dict)
    fault: str = ""
    """`down`: no connection. `cut`: the statement is done and the answer lost. "": all is well."""
    name: str = "database"
    _file: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        self._file = sqlite3.connect(":memory:", isolation_level=None)
        self._file.executescript(self.schema)
        for name, does in self.doing.items():
            self._file.create_function(name, 1, does)

    def close(self) -> None:
        """Forgets everything."""
        self._file.close()

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What a test sees when it looks by itself."""
        return list(self._file.execute(statement))

    async def rehearse(self, work: Work) -> Rehearsal:
        """As PostgreSQL's: tried and taken back, or the rows it would call for."""
        self._reachable()
        try:
            return self._rehearse(work)
        except sqlite3.Error as failure:
            raise failed(f"{self.name} answered: {failure}.", "Correct the step, or its values.") from failure

    async def run(self, work: Work) -> Outcome:
        """As PostgreSQL's."""
        self._reachable()
        if work.reads:
            self._must_do_nothing(work.statement)
        try:
            cursor = self._file.execute(f"PRAGMA query_only = {int(work.reads)}")
            cursor.execute(work.statement.text, dict(work.binds))
        except sqlite3.Error as failure:
            raise failed(f"{self.name} answered: {failure}.", "Nothing was changed. Correct the step.") from failure
        found = cursor.fetchall()
        if self.fault == "cut":
            raise cut(work.step, f"The connection to {self.name} was lost.")
        return self._outcome(cursor, found)

    def _outcome(self, cursor: sqlite3.Cursor, found: list[tuple[object, ...]]) -> Outcome:
        if cursor.description is None:
            return Outcome(ok=True, said=f"{self.name}: {_number(cursor.rowcount)} touched.")
        columns = [column[0] for column in cursor.description]
        output = table(columns, found[:ROWS_KEPT], len(found) - len(found[:ROWS_KEPT]))
        return Outcome(ok=True, said=f"{self.name} answered {_number(len(found))}.", output=output)

    def _rehearse(self, work: Work) -> Rehearsal:
        if work.reads:
            self._must_do_nothing(work.statement)
            return Rehearsal(ok=True, said=f"Would read on {self.name}.")
        checks = ((f"{self.name} accepts changes", True, "it is a primary"),)
        called = self._called(work.statement)
        if work.statement.only_looks:
            return Rehearsal(ok=True, said=self._would_call(work, called), preconditions=checks)
        if called:
            return Rehearsal(ok=True, said=f"Not tried, because it calls {', '.join(called)}.", preconditions=checks)
        self._file.execute("PRAGMA query_only = 0")
        self._file.execute("BEGIN")
        try:
            count = self._file.execute(work.statement.text, dict(work.binds)).rowcount
        finally:
            self._file.execute("ROLLBACK")
        said = f"Tried on {self.name} and taken back: it touches {_number(count)}."
        return Rehearsal(ok=True, said=said, preconditions=checks)

    def _would_call(self, work: Work, called: list[str]) -> str:
        instead = Statement(work.statement.rows_instead())
        if not instead.text:
            return f"Would call {', '.join(called)} once on {self.name}."
        cursor = self._file.execute(instead.text, {name: work.binds[name] for name in instead.binds})
        found = cursor.fetchall()
        columns = [column[0] for column in cursor.description]
        return f"Would call {', '.join(called)} on {self.name} for {_number(len(found))}:\n{table(columns, found)}".rstrip()

    def _must_do_nothing(self, statement: Statement) -> None:
        if called := self._called(statement):
            raise refused(f"A step that reads cannot call {', '.join(called)}.", "Correct the step's risk.")

    def _called(self, statement: Statement) -> list[str]:
        return sorted(set(statement.called) & set(self.doing))

    def _reachable(self) -> None:
        if self.fault == "down":
            raise failed(f"{self.name} cannot be reached: connection refused.", "Check its address, role and password.")


def _number(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"
