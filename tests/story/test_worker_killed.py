"""Workers killed, paused and replaced, on SQLite and PostgreSQL alike: the benchmarks' own runs, made short."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.servers import free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]


def figures(name: str, *options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert isinstance(told, dict)
    return told


def test_a_worker_killed_around_a_true_step_loses_nothing_doubles_nothing_and_asks_a_person_what_it_cannot_know():
    moments = ("--at", "midway", "return", "--boundaries", "1", "--random", "0")
    told = figures("crash", "--kinds", "http", "command", "--seeds", "1", *moments)
    assert told["kills"] == 4 * len(told["stores"])  # two where there is a PostgreSQL
    assert (told["lost"], told["doubled"]) == (0, 0)
    assert told["repeated"]  # a far end was given a key again, and knew it
    assert told["unknown"] == told["asked"] > 0  # a program takes no key: nobody ran it again


def test_a_new_version_finishes_what_the_old_one_began_with_a_patch_and_without():
    told = figures("upgrade", "--first", "1", "--boundaries", "1")
    assert told["in_flight"]
    assert told["new_steps"]
    assert (told["stranded"], told["doubled"]) == (0, 0)


def test_a_peer_goes_on_within_seconds_and_a_paused_worker_that_wakes_up_writes_nothing_more():
    told = figures("takeover", "--runs", "1", "--pause", "4")
    if "skipped" in told:
        pytest.skip(str(told["skipped"]))
    assert told["dead_s_max"] < 60
    assert (told["lost"], told["doubled"], told["repeated"]) == (0, 0, 1)


@pytest.mark.parametrize("only", [(), ("--only", "worker"), ("--only", "web")], ids=["both", "worker", "web"])
def test_a_service_told_to_stop_comes_to_an_end_by_itself(tmp_path: Path, only: tuple[str, ...]):
    config = tmp_path / "tocsin.yaml"
    config.write_text(json.dumps({"store": {"url": f"sqlite:///{tmp_path / 't.db'}"}}))
    program = [sys.executable, "-c", "from tocsin.cli import main; main()", "serve", "--port", str(free_port())]
    log = tmp_path / "log"
    with log.open("wb") as said:
        service = subprocess.Popen([*program, "--config", str(config), *only], stdout=said, stderr=said, env=os.environ)
        try:
            ready = b"its face is another process" if "worker" in only else b"listens on"
            wait_until(lambda: ready in log.read_bytes(), "tocsin serve", 120)
            service.send_signal(signal.SIGTERM)
            assert service.wait(120) in (0, -signal.SIGTERM), log.read_text()
        finally:
            service.kill()
            service.wait()
    assert "Traceback" not in log.read_text()
