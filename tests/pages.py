"""What tests of the docs share: the examples of a page, a shell that runs them in order, a service beside it."""

import atexit
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest

from tests import ready_tocsin
from tests.servers import free_port, wait_until

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def page(name: str) -> str:
    """The text of docs/NAME.md."""
    return (ROOT / "docs" / f"{name}.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    """The examples in that language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def clean() -> dict[str, str]:
    """The environment of a page's shell: nothing of tocsin's, and a quick `tocsin` first on the path."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return {**known, "PATH": f"{_ready()}:{BIN}:{known['PATH']}"}


def ran(script: str, folder: Path, *, service: int | None = None) -> subprocess.CompletedProcess[str]:
    """What the shell said, run from top to bottom; any command that fails ends it, and the test."""
    there = script.replace("127.0.0.1:8080", f"127.0.0.1:{service}") if service else script
    command = ["bash", "-c", f"set -euo pipefail\n{there}"]
    done = subprocess.run(command, cwd=folder, env=clean(), capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done


@pytest.fixture
def service(tmp_path: Path) -> Iterator[int]:
    """The port of a service that keeps its store in the test's folder."""
    port = free_port()
    command = [_ready() / "tocsin", "serve", "--port", str(port)]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, env=clean()) as running,
    ):
        try:
            wait_for(port)
            yield port
        finally:
            running.terminate()


def wait_for(port: int) -> None:
    """Until the service there says that it is well."""

    def well() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
        except httpx.TransportError:
            return False

    wait_until(well, "tocsin serve", 300)


@cache
def _ready() -> Path:
    """The folder of a `tocsin` that need not be imported for each command."""
    kept = tempfile.TemporaryDirectory(prefix="tocsin-ready-")
    address = str(Path(kept.name) / "door")
    command = [sys.executable, "-m", "tests.ready_tocsin", address]
    running = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(kept.cleanup)
    atexit.register(running.terminate)
    assert running.stdout is not None and running.stdout.readline() == b"ready\n"
    ready_tocsin.client(Path(kept.name), address)
    return Path(kept.name)
