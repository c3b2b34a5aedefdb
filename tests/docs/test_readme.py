"""The README's commands do what the README says."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pages import ran

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
SNAPSHOT = ROOT / "examples" / "snapshots" / "payments-pool-exhaustion"
NIGHT = "examples/snapshots/payments-pool-exhaustion"
COMMANDS = [line.split("#")[0].strip() for line in re.findall(r"^(tocsin .*)$", README, re.MULTILINE)]


def tocsin(arguments, folder):
    command = [sys.executable, "-c", "from tocsin.cli import main; main()", *arguments]
    outside = {**os.environ, "COLUMNS": "100"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, env=outside)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copy(SNAPSHOT / "alert.json", folder / "alert.json")
    ran("tocsin respond alert.json --keep --json", folder)
    return folder


def test_the_readme_names_commands():
    assert len(COMMANDS) >= 6


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(command, desk):
    assert f" NIGHT={NIGHT}\n" in README
    arguments = shlex.split(command.replace("$NIGHT", NIGHT))[1:]
    if arguments[0] == "serve":
        arguments.append("--help")  # it would serve until it is stopped; the story tests do that
    done = tocsin(arguments, desk)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    if arguments[0] == "eval":
        assert done.stdout.count(" 1.00 ") >= 16, done.stdout


def test_a_report_can_be_had_as_json_and_as_markdown(desk):
    made = json.loads(ran(f"tocsin respond alert.json --evidence {NIGHT} --json", desk).stdout)
    assert made["type"] == "database"
    told = ran(f"tocsin respond alert.json --evidence {NIGHT} --markdown", desk).stdout
    assert told.startswith("# SEV")
    assert "## Proposed fix" in told


@pytest.mark.parametrize("target", ["make demo", "make test"])
def test_the_readme_s_make_targets_exist(target):
    assert target in README
    assert re.search(rf"^{target.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_page_the_readme_links_to_is_there():
    linked = re.findall(r"\]\(((?:docs/)?[\w./-]+\.(?:md|svg))\)", README)
    assert linked
    assert [page for page in linked if not (ROOT / page).exists()] == []


def test_flipping_one_byte_of_a_stored_event_is_found_and_named(desk):
    database = desk / "tocsin.db"
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]);"
            "c.execute(\"update events set actor = 'x' || substr(actor, 2) where seq = 2\"); c.commit()",
            str(database),
        ],
        check=True,
    )
    done = tocsin(["audit", "verify"], desk)
    assert done.returncode == 1
    assert "2" in done.stdout
    assert "BROKEN" in done.stdout
