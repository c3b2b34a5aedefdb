"""PostgreSQL behind the executor `sql`: a read-only transaction for each look, one of its own for each change.

Opened by `settings`. A connection serves one step and is closed. The server itself enforces the time limits.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, cast

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict

from tocsin.connectors.executors.call import cut, failed, refused
from tocsin.connectors.executors.sql import ROWS_KEPT, Bind, DatabaseAccess, Work, table
from tocsin.connectors.executors.statement import EXPLAINED, HARMLESS, Statement
from tocsin.errors import TocsinError
from tocsin.model.action import Outcome, Rehearsal
from tocsin.model.plain import one_line

ROWS_SHOWN, ROWS_COUNTED = 10, 10_000
GRACE_SECONDS = 5.0
"""Beyond the step's time, in which the server itself ends the statement; then its host is gone."""
SIGNALS = frozenset({"pg_terminate_backend", "pg_cancel_backend"})
Connection = AsyncConnection[tuple[Any, ...]]


class PostgreSQL:
    """One database. `password` is read when a connection is made."""

    def __init__(self, name: str, access: DatabaseAccess, password: Callable[[], str]) -> None:
        self.name, self._access, self._password = name, access, password

    async def rehearse(self, work: Work) -> Rehearsal:
        """The rows it would touch or select, by the safest way there is. Raises SourceError."""
        async with await self._connect(work) as connection:
            try:
                async with self._transaction(connection, work, keep=False):
                    return await self._rehearse(connection, work)
            except psycopg.Error as failure:
                raise failed(
                    f"{self.name} answered: {_said(failure)}.", "Correct the step, or its values."
                ) from failure

    async def run(self, work: Work) -> Outcome:
        """Runs it. Raises SourceError or OutcomeUnknown."""
        async with await self._connect(work) as connection:
            try:
                async with (
                    asyncio.timeout(work.step.timeout_seconds + GRACE_SECONDS),
                    self._transaction(connection, work, keep=not work.reads),
                ):
                    return await (self._look(connection, work) if work.reads else self._change(connection, work))
            except TimeoutError as late:
                raise cut(work.step, f"{self.name} did not answer in time, and did not stop in time either.") from late
            except psycopg.Error as failure:
                raise self._told(work, connection, failure) from failure

    # Looking ---------------------------------------------------------------------------------------------------------

    async def _look(self, connection: Connection, work: Work) -> Outcome:
        await _read_only(connection)
        await self._must_do_nothing(connection, work.statement)
        columns, rows, count = await _rows(connection, work.statement.for_driver(), work.binds, ROWS_KEPT)
        return Outcome(
            ok=True, said=f"{self.name} answered {_number(count)}.", output=table(columns, rows, count - len(rows))
        )

    async def _must_do_nothing(self, connection: Connection, statement: Statement) -> None:
        """A read-only transaction keeps the tables, not the server: a function can still end sessions or write files."""
        doing = await _doing(connection, statement)
        if doing:
            raise refused(f"A step that reads cannot call {', '.join(doing)}.", "Correct the step's risk.")

    # Changing --------------------------------------------------------------------------------------------------------

    async def _change(self, connection: Connection, work: Work) -> Outcome:
        cursor = await connection.execute(work.statement.for_driver().encode(), work.binds or None)
        if cursor.description is None:
            return Outcome(
                ok=True, said=f"{self.name}: {cursor.statusmessage}; {_number(max(0, cursor.rowcount))} touched."
            )
        rows = await cursor.fetchmany(ROWS_KEPT)
        columns = [column.name for column in cursor.description]
        output = table(columns, rows, cursor.rowcount - len(rows))
        return Outcome(ok=True, said=f"{self.name}: {cursor.statusmessage}; {_number(cursor.rowcount)}.", output=output)

    def _told(self, work: Work, connection: Connection, failure: psycopg.Error) -> TocsinError:
        """An error inside one statement takes all of it back, except what functions did outside the tables."""
        what = f"{self.name} answered: {_said(failure)}."
        if connection.broken or failure.sqlstate is None or failure.sqlstate.startswith("57P"):
            return cut(work.step, f"The connection to {self.name} was lost: {_said(failure)}.")
        if not work.reads and work.statement.only_looks and work.statement.has_source:
            return cut(work.step, f"{what} The function may have been called for some rows.")
        return failed(what, "Nothing was changed. Correct the step, or try again.")

    # Rehearsing ------------------------------------------------------------------------------------------------------

    async def _rehearse(self, connection: Connection, work: Work) -> Rehearsal:
        if work.reads:
            await _read_only(connection)
            await self._must_do_nothing(connection, work.statement)
            return Rehearsal(ok=True, said=f"Would read on {self.name}{await _estimate(connection, work)}.")
        standby = await _one(connection, "SELECT pg_is_in_recovery()")
        checks = ((f"{self.name} accepts changes", not standby, "it is a standby" if standby else "it is a primary"),)
        said, ok = await self._effect(connection, work)
        return Rehearsal(ok=ok and not standby, said=said, preconditions=checks)

    async def _effect(self, connection: Connection, work: Work) -> tuple[str, bool]:
        """What a change would do, and whether that could be found out."""
        doing = await _doing(connection, work.statement)
        if work.statement.only_looks:
            return await self._calls(connection, work, doing)
        if work.statement.verb not in EXPLAINED:
            return (
                f"{self.name} cannot rehearse {work.statement.verb.upper()}; the statement would run as it stands.",
                False,
            )
        why = f"it calls {', '.join(doing)}" if doing else await _triggers(connection, work)
        if why:
            return f"Not tried, because {why}{await _estimate(connection, work)}.", True
        cursor = await connection.execute(work.statement.for_driver().encode(), work.binds or None)
        return f"Tried on {self.name} and taken back: it touches {_number(max(0, cursor.rowcount))}.", True

    async def _calls(self, connection: Connection, work: Work, doing: list[str]) -> tuple[str, bool]:
        """A SELECT whose functions do the work: the rows it would call them for, without calling them."""
        called = ", ".join(doing) or "its functions"
        await _read_only(connection)
        instead = Statement(work.statement.rows_instead() or "SELECT")
        if not work.statement.has_source:
            return await self._one_call(connection, work, doing)
        if instead.text == "SELECT" or await _doing(connection, instead):
            return f"Not tried, because it calls {called}{await _estimate(connection, work)}.", True
        columns, rows, count = await _rows(connection, instead.for_driver(), _used(instead, work.binds), ROWS_SHOWN)
        shown = table(columns, rows, count - len(rows)) if rows else ""
        return f"Would call {called} on {self.name} for {_number(count)}:\n{shown}".rstrip(), True

    async def _one_call(self, connection: Connection, work: Work, doing: list[str]) -> tuple[str, bool]:
        """A single call. Of a signal to a session, that session is shown; one that is gone cannot be signalled."""
        values = ", ".join(f"{name} = {value}" for name, value in work.binds.items())
        said = (
            f"Would call {', '.join(doing) or 'its functions'} once on {self.name}{' with ' if values else ''}{values}"
        )
        pids = [value for value in work.binds.values() if isinstance(value, int)]
        if not (set(doing) <= SIGNALS and doing and len(pids) == 1):
            await connection.execute(f"EXPLAIN {work.statement.for_driver()}".encode(), work.binds or None)
            return f"{said}.", True
        session = "SELECT pid, usename, application_name, state, query FROM pg_stat_activity WHERE pid = %(pid)s"
        columns, rows, count = await _rows(connection, session, {"pid": pids[0]}, 1)
        return (f"{said}:\n{table(columns, rows)}", True) if count else (f"{said}. There is no such session.", False)

    # Connecting ------------------------------------------------------------------------------------------------------

    async def _connect(self, work: Work) -> Connection:
        """A connection of its own. Raises SourceError: nothing was sent yet."""
        try:
            secret: dict[str, Any] = {"password": password} if (password := self._password()) else {}
            return await AsyncConnection.connect(
                **{**conninfo_to_dict(self._access.url), **secret},
                autocommit=True,
                prepare_threshold=None,
                connect_timeout=max(2, int(min(10, work.step.timeout_seconds))),
                application_name=f"tocsin {work.key}".strip()[:63],
                tcp_user_timeout=int(work.step.timeout_seconds * 1000) + 5_000,
            )
        except psycopg.Error as failure:
            raise failed(
                f"{self.name} cannot be reached: {_said(failure)}.", "Check its address, role and password."
            ) from failure

    @asynccontextmanager
    async def _transaction(self, connection: Connection, work: Work, *, keep: bool) -> AsyncIterator[None]:
        """One transaction with the step's limits, which hold behind a pooler too. Taken back unless it is to be kept."""
        limits = {"statement_timeout": work.step.timeout_seconds, "lock_timeout": self._access.lock_seconds}
        async with connection.transaction(force_rollback=not keep):
            for name, seconds in limits.items():
                await connection.execute("SELECT set_config(%s, %s, true)", (name, f"{max(1, int(seconds * 1000))}ms"))
            yield


async def _read_only(connection: Connection) -> None:
    """From here on this transaction changes no table."""
    await connection.execute("SET TRANSACTION READ ONLY")


async def _doing(connection: Connection, statement: Statement) -> list[str]:
    """The functions it names that may do something: volatile by the database's own word, and not known to be harmless."""
    found = await connection.execute(
        "SELECT DISTINCT proname FROM pg_proc WHERE proname = ANY(%s) AND provolatile = 'v' ORDER BY 1",
        (list(statement.called),),
    )
    return [name for (name,) in await found.fetchall() if not HARMLESS.fullmatch(name)]


async def _triggers(connection: Connection, work: Work) -> str:
    """Why a change is not even tried: triggers may do things that no rollback takes back. "" when there are none."""
    plan = await _plan(connection, work)
    tables = sorted(set(_relations(plan)))
    found = await _one(
        connection,
        "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relname = ANY(%s)",
        (tables,),
    )
    return f"{', '.join(tables)} has triggers" if found else ""


async def _estimate(connection: Connection, work: Work) -> str:
    """The planner's guess of the number of rows, as the end of a sentence; "" for what cannot be explained."""
    if work.statement.verb not in EXPLAINED:
        return ""
    plan = await _plan(connection, work)
    inner = plan.get("Plans", [plan])[0] if plan.get("Node Type") == "ModifyTable" else plan
    return f"; the planner expects {_number(int(inner.get('Plan Rows', 0)))}"


async def _plan(connection: Connection, work: Work) -> dict[str, Any]:
    """EXPLAIN, which plans and does not run."""
    explain = f"EXPLAIN (FORMAT JSON) {work.statement.for_driver()}"
    plan: dict[str, Any] = (await _one(connection, explain, work.binds or None))[0]["Plan"]
    return plan


def _relations(plan: Mapping[str, Any]) -> list[str]:
    own = [plan["Relation Name"]] if "Relation Name" in plan else []
    return own + [name for part in plan.get("Plans", ()) for name in _relations(part)]


async def _rows(
    connection: Connection, statement: str, binds: Mapping[str, Bind], keep: int
) -> tuple[list[str], list[tuple[object, ...]], int]:
    """Columns, the first rows, and how many there are, read row by row so that a large answer needs no memory."""
    kept: list[tuple[object, ...]] = []
    count = 0
    async with connection.cursor() as cursor:
        rows = cast("AsyncGenerator[tuple[Any, ...]]", cursor.stream(statement.encode(), binds or None))
        async with aclosing(rows) as stream:  # a generator, though psycopg only promises an iterator
            async for row in stream:
                count += 1
                if len(kept) < keep:
                    kept.append(row)
                if count >= ROWS_COUNTED:
                    break
        columns = [column.name for column in cursor.description or ()]
    return columns, kept, count


async def _one(connection: Connection, statement: str, binds: Sequence[Any] | Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - one cell
    row = await (await connection.execute(statement.encode(), binds)).fetchone()
    return row[0] if row else None


def _used(statement: Statement, binds: Mapping[str, Bind]) -> dict[str, Bind]:
    return {name: binds[name] for name in statement.binds}


def _number(count: int) -> str:
    more = "at least " if count >= ROWS_COUNTED else ""
    return f"{more}{count} row{'' if count == 1 else 's'}"


def _said(failure: psycopg.Error) -> str:
    """The server's own words without its detail lines, which may quote values of rows."""
    primary = failure.diag.message_primary or str(failure).split("\n")[0]
    return one_line(primary, 300).rstrip(".")
