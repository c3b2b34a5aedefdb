"""One suite for every executor, before its true far end and before its fake: what a step may do, and what is said when it fails."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.far_end import far_end
from tests.servers import Missing, database, postgres

from tocsin.config import Config
from tocsin.connectors.executors.argv import Program
from tocsin.connectors.executors.command import Command, CommandConfig
from tocsin.connectors.executors.fakes.cluster import FakeCluster
from tocsin.connectors.executors.fakes.database import FakeDatabase
from tocsin.connectors.executors.fakes.endpoint import FakeEndpoint
from tocsin.connectors.executors.fakes.programs import FakePrograms
from tocsin.connectors.executors.http import EndpointAccess, Http, HttpConfig
from tocsin.connectors.executors.kubernetes import ClusterAccess, Kubernetes, KubernetesConfig
from tocsin.connectors.executors.sending import Wire
from tocsin.connectors.executors.settings import open_executors
from tocsin.connectors.executors.sql import DatabaseAccess, Sql, SqlConfig
from tocsin.errors import OutcomeUnknown, SourceError
from tocsin.model.action import Outcome, Rehearsal, RenderedStep, Risk
from tocsin.ports import Executor


def step_of(call: dict[str, Any], risk: Risk = Risk.REVERSIBLE, **more: Any) -> RenderedStep:
    given: dict[str, Any] = {
        "runbook_id": "r",
        "runbook_version": 1,
        "runbook_digest": "d",
        "step_index": 0,
        "name": "a_step",
        "text": "Do it.",
        "purpose": "fix",
        "executor": call["executor"],
        "call": call,
        "shown": "it",
        "environment": "production",
        "risk": risk,
        "timeout_seconds": 5.0,
    }
    return RenderedStep(**{**given, **more})


@dataclass
class Bench:
    """An executor before a far end. `effects` counts what really changed there; `fault` sets what goes wrong there."""

    executor: Executor
    look: RenderedStep
    seen: str
    change: RenderedStep
    effects: Callable[[], int]
    fault: Callable[[str], None]
    impossible: RenderedStep
    """A change that its far end refuses."""
    elsewhere: RenderedStep
    """A change of something the configuration does not name."""
    cut: RenderedStep | None = None
    """What is cut when `fault("cut")`; None for `change`."""


# SQL -----------------------------------------------------------------------------------------------------------------

SCHEMA = "CREATE TABLE jobs (id integer PRIMARY KEY, state text NOT NULL); INSERT INTO jobs VALUES (1, 'stuck'), (2, 'stuck')"


def sql_bench(executor: Sql, effects: Callable[[], int], fault: Callable[[str], None]) -> Bench:
    def call(statement: str, target: str = "shop") -> dict[str, Any]:
        return {"executor": "sql", "target": target, "statement": statement}

    release = "UPDATE jobs SET state = 'free' WHERE id = :job"
    return Bench(
        executor,
        look=step_of(call("SELECT count(*) FROM jobs WHERE state = :state"), Risk.READ, binds={"state": "stuck"}),
        seen="2",
        change=step_of(call(release), binds={"job": 1}),
        effects=effects,
        fault=fault,
        impossible=step_of(call("UPDATE jobs SET state = NULL WHERE id = :job"), binds={"job": 1}),
        elsewhere=step_of(call(release, "another"), binds={"job": 1}),
    )


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with postgres() as url:
            yield url
    except Missing as missing:
        pytest.skip(str(missing))


@contextmanager
def true_sql(server: str) -> Iterator[Bench]:
    with database(server) as url, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(SCHEMA)
        name = url.rsplit("/", 1)[1]
        port = server.rsplit(":", 1)[1].split("/")[0]

        def fault(what: str) -> None:
            if what == "down":
                with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as other:
                    other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            else:  # the server ends the session in the middle of the statement
                admin.execute(
                    "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
                    " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
                )
                admin.execute("CREATE TRIGGER die BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION die()")

        section = {"sql": {"databases": {"shop": {"url": f"host=127.0.0.1 port={port} user=postgres dbname={name}"}}}}
        executor = open_executors(Config({"executors": section}, {}))["sql"]
        assert isinstance(executor, Sql)
        yield sql_bench(executor, lambda: _free(admin.execute("SELECT state FROM jobs").fetchall()), fault)


@contextmanager
def fake_sql(_: str) -> Iterator[Bench]:
    far = FakeDatabase(SCHEMA, name="shop")
    executor = Sql(SqlConfig(databases={"shop": DatabaseAccess(url="host=nowhere")}), {"shop": far})
    yield sql_bench(
        executor, lambda: _free(far.rows("SELECT state FROM jobs")), lambda what: setattr(far, "fault", what)
    )
    far.close()


def _free(rows: list[tuple[Any, ...]]) -> int:
    return sum(state == "free" for (state,) in rows)


# HTTP ----------------------------------------------------------------------------------------------------------------


def http_bench(executor: Http, effects: Callable[[], int], fault: Callable[[str], None]) -> Bench:
    def call(path: str, method: str = "POST", target: str = "waf") -> dict[str, Any]:
        body = {"address": "192.0.2.1", "hours": 24} if method == "POST" else {}
        return {"executor": "http", "target": target, "method": method, "path": path, "body": body}

    return Bench(
        executor,
        look=step_of(call("/list", "GET"), Risk.READ),
        seen="all is well",
        change=step_of(call("/blocklist")),
        effects=effects,
        fault=fault,
        impossible=step_of(call("/refused")),
        elsewhere=step_of(call("/blocklist", target="another")),
    )


@contextmanager
def true_http(_: str) -> Iterator[Bench]:
    done: list[str] = []
    faults: list[str] = []

    def answer(
        method: str, path: str, query: object, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes] | None:
        assert headers["authorization"] == "Bearer s3cret"
        if path == "/refused":
            return 422, b"no"
        if method == "POST" and headers["idempotency-key"] not in done:
            assert json.loads(body) == {"address": "192.0.2.1", "hours": 24}
            done.append(headers["idempotency-key"])
        return None if faults else (200, b"all is well")

    with ExitStack() as served:
        address = served.enter_context(far_end(answer))
        section = {"http": {"endpoints": {"waf": {"url": address, "bearer": {"env": "WAF"}}}}}
        executor = open_executors(Config({"executors": section}, {"WAF": "s3cret"}))["http"]
        assert isinstance(executor, Http)
        yield http_bench(
            executor, lambda: len(done), lambda what: faults.append(what) if what == "cut" else served.close()
        )


@contextmanager
def fake_http(_: str) -> Iterator[Bench]:
    far = FakeEndpoint(answer="all is well", refused=frozenset({"/refused"}))
    config = HttpConfig(endpoints={"waf": EndpointAccess(url="http://waf")})
    executor = Http(config, {"waf": Wire("waf", "http://waf", dict, transport=far.transport())})
    yield http_bench(executor, lambda: len(far.effects), lambda what: setattr(far, "fault", what))


# Kubernetes ----------------------------------------------------------------------------------------------------------


def kubernetes_bench(executor: Kubernetes, far: FakeCluster, fault: Callable[[str], None]) -> Bench:
    far.add_deployment("orders", "shop", "orders:1", replicas=2)

    def call(verb: str, name: str = "orders", **options: Any) -> dict[str, Any]:
        return {"executor": "kubernetes", "verb": verb, "name": name, "namespace": "shop", "options": options}

    return Bench(
        executor,
        look=step_of(call("rollout_status"), Risk.READ),
        seen="2 of 2 copies are updated and available",
        change=step_of(call("scale", replicas="5")),
        effects=lambda: len(far.changes),
        fault=fault,
        impossible=step_of(call("scale", name="nothing", replicas=1)),
        elsewhere=step_of(call("scale", replicas=5), environment="staging"),
    )


@contextmanager
def true_kubernetes(_: str) -> Iterator[Bench]:
    """The true executor over a true socket; the server's answers are played."""
    far, faults = FakeCluster(token="t0ken"), list[str]()

    def answer(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Any:
        reply = far.handle(method, path, query, headers, body)
        return None if faults and method != "GET" else reply

    with ExitStack() as served:
        address = served.enter_context(far_end(answer))
        cluster = {"url": address, "token": {"env": "TOKEN"}, "environments": ["production"]}
        section = {"kubernetes": {"clusters": {"main": cluster}}}
        executor = open_executors(Config({"executors": section}, {"TOKEN": "t0ken"}))["kubernetes"]
        assert isinstance(executor, Kubernetes)
        yield kubernetes_bench(executor, far, lambda what: faults.append(what) if what == "cut" else served.close())


@contextmanager
def fake_kubernetes(_: str) -> Iterator[Bench]:
    far = FakeCluster()
    config = KubernetesConfig(clusters={"main": ClusterAccess(url="http://cluster", environments=("production",))})
    executor = Kubernetes(config, {"main": Wire("main", "http://cluster", dict, transport=far.transport())})
    yield kubernetes_bench(executor, far, lambda what: setattr(far, "fault", what))


# Programs ------------------------------------------------------------------------------------------------------------


def programs(gone: str = "") -> CommandConfig:
    def at(path: str, **more: Any) -> Program:
        return Program(path=gone or path, **more)

    return CommandConfig(
        programs={
            "printf": at("/usr/bin/printf", operands=("[a-z]+",)),
            "mkdir": at("/usr/bin/mkdir", operands=(".+",)),
            "sleep": at("/usr/bin/sleep", operands=("[0-9]+",)),
        }
    )


def command_bench(executor: Executor, folder: str, effects: Callable[[], int], fault: Callable[[str], None]) -> Bench:
    def call(*argv: str, target: str = "") -> dict[str, Any]:
        return {"executor": "command", "target": target, "argv": argv}

    return Bench(
        executor,
        look=step_of(call("printf", "hello"), Risk.READ),
        seen="hello",
        change=step_of(call("mkdir", f"{folder}/made")),
        effects=effects,
        fault=fault,
        impossible=step_of(call("mkdir", "-m777", f"{folder}/made")),
        elsewhere=step_of(call("mkdir", f"{folder}/made", target="another")),
        cut=step_of(call("sleep", "30"), timeout_seconds=0.4),
    )


@contextmanager
def true_command(_: str) -> Iterator[Bench]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        executor = Command(programs())

        def fault(what: str) -> None:
            if what == "down":
                executor._config = programs(gone=f"{folder}/gone")

        yield command_bench(executor, folder, lambda: len(list(Path(folder).iterdir())), fault)


@contextmanager
def fake_command(_: str) -> Iterator[Bench]:
    made: list[str] = []

    def mkdir(arguments: Any, text: str) -> tuple[int, str, str]:
        made.append(arguments[-1])
        return 0, "", ""

    played: dict[str, Any] = {
        "/usr/bin/printf": lambda arguments, text: (0, arguments[-1], ""),
        "/usr/bin/mkdir": mkdir,
        "/usr/bin/sleep": lambda arguments, text: (None, "", ""),
    }
    runner = FakePrograms(played)

    def fault(what: str) -> None:
        if what == "down":
            played.clear()

    yield command_bench(Command(programs(), runner), "/room", lambda: len(made), fault)


BENCHES = {
    "sql": true_sql,
    "sql, fake": fake_sql,
    "http": true_http,
    "http, fake": fake_http,
    "kubernetes": true_kubernetes,
    "kubernetes, fake": fake_kubernetes,
    "command": true_command,
    "command, fake": fake_command,
}


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    server = request.getfixturevalue("server") if request.param == "sql" else ""
    with BENCHES[request.param](server) as opened:
        yield opened


def run(bench: Bench, step: RenderedStep, key: str = "INC-1:step:0") -> Outcome:
    return asyncio.run(bench.executor.run(step, key))


def rehearse(bench: Bench, step: RenderedStep) -> Rehearsal:
    return asyncio.run(bench.executor.rehearse(step))


def test_a_look_answers_with_what_is_there(bench: Bench) -> None:
    assert rehearse(bench, bench.look).ok
    outcome = run(bench, bench.look)
    assert outcome.ok
    assert bench.seen in outcome.output


def test_a_rehearsal_says_what_would_happen_and_changes_nothing(bench: Bench) -> None:
    rehearsal = rehearse(bench, bench.change)
    assert rehearsal.ok
    assert rehearsal.said
    assert bench.effects() == 0


def test_two_rehearsals_of_an_unchanged_world_are_the_same_so_an_approval_holds(bench: Bench) -> None:
    assert rehearse(bench, bench.change).digest == rehearse(bench, bench.change).digest


def test_a_permitted_step_happens_once_and_says_so(bench: Bench) -> None:
    outcome = run(bench, bench.change)
    assert outcome.ok, outcome.said
    assert outcome.said
    assert bench.effects() == 1


def test_a_step_labelled_read_cannot_change_anything(bench: Bench) -> None:
    if bench.executor.name == "command":
        pytest.skip("what a program does is known to the people who allow it, not to the executor")
    mislabelled = bench.change.model_copy(update={"risk": Risk.READ})
    assert not rehearse(bench, mislabelled).ok
    with pytest.raises(SourceError):
        run(bench, mislabelled)
    assert bench.effects() == 0


def test_what_the_configuration_does_not_name_cannot_be_touched(bench: Bench) -> None:
    rehearsal = rehearse(bench, bench.elsewhere)
    assert not rehearsal.ok
    with pytest.raises(SourceError) as refusal:
        run(bench, bench.elsewhere)
    assert refusal.value.do
    assert bench.effects() == 0


def test_a_call_with_a_field_nobody_knows_is_refused_whole(bench: Bench) -> None:
    odd = bench.change.model_copy(update={"call": {**bench.change.call, "shell": "true"}})
    assert not rehearse(bench, odd).ok
    with pytest.raises(SourceError, match="shell"):
        run(bench, odd)
    assert bench.effects() == 0


def test_a_refusal_of_the_far_end_is_told_as_surely_nothing(bench: Bench) -> None:
    with pytest.raises(SourceError) as refusal:
        run(bench, bench.impossible)
    assert refusal.value.do
    assert bench.effects() == 0


def test_a_far_end_that_is_down_did_surely_nothing(bench: Bench) -> None:
    bench.fault("down")
    with pytest.raises(SourceError):
        run(bench, bench.change)
    assert bench.effects() == 0


def test_a_change_whose_answer_is_lost_is_unknown_and_never_called_done_or_failed(bench: Bench) -> None:
    bench.fault("cut")
    with pytest.raises(OutcomeUnknown) as unknown:
        run(bench, bench.cut or bench.change)
    assert "only it knows" in unknown.value.do


def test_a_look_whose_answer_is_lost_did_surely_nothing(bench: Bench) -> None:
    step = (bench.cut or bench.look).model_copy(update={"risk": Risk.READ})
    if bench.executor.name != "command":
        bench.fault("down")
    with pytest.raises(SourceError):
        run(bench, step)
