"""True servers for tests and benchmarks: started on a free loopback port, in a temporary folder, gone at the end.

Each is a context manager that yields where to reach it and raises Missing, with the name to install, when the machine
has no such program. Nothing here is mocked.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


class Missing(Exception):
    """The program is not on this machine; the text names the Debian package."""


def program(name: str, package: str, *places: str) -> str:
    """The newest program of that name in the patterns of `places` or on the PATH. Raises Missing."""
    found = sorted(str(path) for pattern in places for path in Path("/").glob(pattern.lstrip("/")))
    chosen = found[-1] if found else shutil.which(name)
    if not chosen:
        raise Missing(f"{name} is not installed (Debian package {package})")
    return chosen


def free_port() -> int:
    """A loopback port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 120.0) -> None:
    """Returns when `ready()` is true; raises TimeoutError naming `what`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} was not ready after {seconds:g} s")
        time.sleep(0.02)


def listening(port: int) -> bool:
    """True when something accepts on that loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def postgres() -> Iterator[str]:
    """A fresh PostgreSQL; yields the SQLAlchemy URL of its `postgres` database (no password, loopback only)."""
    initdb = program("initdb", "postgresql", "/usr/lib/postgresql/*/bin/initdb")
    pg_ctl = str(Path(initdb).with_name("pg_ctl"))
    home = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    _as_postgres = _unprivileged("postgres", home)
    data, port = home / "data", free_port()
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c max_connections=50"
    try:
        _run(
            [*_as_postgres, initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--no-locale"]
        )
        _run([*_as_postgres, pg_ctl, "-D", str(data), "-w", "-l", str(home / "log"), "-o", options, "start"])
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run([*_as_postgres, pg_ctl, "-D", str(data), "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def database(server: str) -> Iterator[str]:
    """An empty database of its own on a running `postgres()`; yields its URL and drops it at the end."""
    import psycopg

    name = f"t{uuid4().hex}"
    plain = server.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield server.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(plain, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _unprivileged(user: str, home: Path) -> list[str]:
    """PostgreSQL refuses to run as root: then `home` is given to `user` and commands start with setpriv."""
    if os.geteuid() != 0:
        return []
    try:
        account = pwd.getpwnam(user)
    except KeyError as absent:
        raise Missing(f"there is no user {user} to run as (Debian package postgresql)") from absent
    os.chown(home, account.pw_uid, account.pw_gid)
    return [program("setpriv", "util-linux"), f"--reuid={user}", f"--regid={user}", "--init-groups", "--"]


def _run(command: list[str]) -> None:
    """Runs it to its end in a folder anyone may enter; its output is shown only when it fails."""
    done = subprocess.run(
        command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout.decode(errors='replace')}")


@contextmanager
def nats(token: str = "", certificate: str = "") -> Iterator[str]:
    """A fresh NATS server with JetStream; yields its address. `certificate` is a file with a key in it: it speaks TLS then."""
    server, port = program("nats-server", "nats-server", "/usr/sbin/nats-server"), free_port()
    home = tempfile.mkdtemp(prefix="tocsin-nats-")
    command = [server, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", home, *(("--auth", token) if token else ())]
    command += ["--tls", "--tlscert", certificate, "--tlskey", certificate] if certificate else []
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: listening(port), "nats-server")
        yield f"{'tls' if certificate else 'nats'}://127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait()
        shutil.rmtree(home, ignore_errors=True)
