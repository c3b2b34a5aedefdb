"""`tocsin runbook`: what is on the shelf, whether a file is right, and one step on the path that every step takes."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tocsin.cli import cli
from tocsin.errors import DataError, TocsinError

BOOK = """---
id: look_at_disk
title: Look at the disk
version: 1
risk: disruptive
parameters:
  mount: {type: path, from: person}
---
# Look

```yaml step
name: look
text: Look at the free space.
purpose: check
risk: read
auto: true
run: {executor: command, argv: [say, "{mount}"]}
```

```yaml step
name: mark
text: Leave a mark.
purpose: fix
risk: disruptive
run: {executor: command, argv: [mark, "{mount}"]}
no_verify: it is a mark
no_rollback: it is a mark
```
"""


class Machine:
    """A configuration of its own with one runbook, two programs and one incident of SEV3."""

    def __init__(self, place: Path, mode: str = "act") -> None:
        self.place, self.config = place, place / "tocsin.yaml"
        (place / "books").mkdir()
        (place / "books" / "disk.md").write_text(BOOK)
        say = self.program("say", "print('password=hunter2hunter2', sys.argv[1])")
        mark = self.program("mark", "open(sys.argv[1], 'w').close()")
        programs = {name: {"path": path, "operands": ["/.*"], "separator": False} for name, path in (say, mark)}
        self.config.write_text(
            json.dumps(
                {
                    "store": {"url": f"sqlite:///{place}/t.db"},
                    "runbooks": {"folders": [str(place / "books")]},
                    "policy": {"mode": mode},
                    "executors": {"command": {"programs": programs}},
                }
            )
        )
        told = self.say("declare", "Disk is filling", "--environment", "production", "--severity", "SEV3", "--json")
        self.incident = json.loads(told.stdout)["incident"]

    def program(self, name: str, text: str) -> tuple[str, str]:
        path = self.place / name
        path.write_text(f"#!{sys.executable}\nimport sys\n{text}\n")
        path.chmod(0o755)
        return name, str(path)

    def say(self, *words: str) -> Result:
        result = CliRunner().invoke(cli, [*words, "--config", str(self.config)])
        if isinstance(result.exception, TocsinError):
            raise result.exception
        return result

    def step(self, number: int, mount: str, *more: str) -> tuple[int, dict[str, Any]]:
        where = ("--environment", "production", "--incident", self.incident, "--param", f"mount={mount}", "--json")
        result = self.say("runbook", "run", "look_at_disk", str(number), *where, *more)
        return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_shelf_is_listed_and_searched_by_words(machine: Machine) -> None:
    everything = json.loads(machine.say("runbook", "list", "--json").stdout)
    assert "look_at_disk" in {one["id"] for one in everything}
    assert len(everything) > 30
    best = json.loads(machine.say("runbook", "list", "connection", "pool", "exhausted", "--json").stdout)
    assert best[0]["id"] == "db_kill_connections"


def test_a_runbook_is_shown_with_what_each_step_runs_and_how_it_is_taken_back(machine: Machine) -> None:
    shown = machine.say("runbook", "show", "db_kill_connections").stdout
    assert "SELECT pg_terminate_backend({pid})" in shown
    assert "taken back An ended session cannot be brought back" in shown


def test_a_dry_run_shows_the_exact_program_and_leaves_no_request_behind(machine: Machine) -> None:
    code, answer = machine.step(1, str(machine.place / "marked"))
    assert (code, answer["status"]) == (0, "DRY_RUN")
    assert f"{machine.place}/mark {machine.place}/marked" in answer["dryRun"]["said"]
    assert "actionId" not in answer
    assert not (machine.place / "marked").exists()


def test_a_look_runs_by_itself_where_policy_lets_it_and_its_secrets_are_not_kept(machine: Machine) -> None:
    code, answer = machine.step(0, "/var", "--no-dry-run")
    assert (code, answer["status"]) == (0, "DONE")
    assert "/var" in answer["output"]
    assert "hunter2" not in json.dumps(answer)
    assert b"hunter2" not in b"".join(path.read_bytes() for path in machine.place.glob("t.db*"))


def test_a_step_that_needs_a_yes_does_not_run_and_says_what_is_missing(machine: Machine) -> None:
    code, answer = machine.step(1, str(machine.place / "marked"), "--no-dry-run")
    assert (code, answer["status"]) == (1, "APPROVAL_REQUIRED")
    assert not (machine.place / "marked").exists()
    code, answer = machine.step(1, str(machine.place / "marked"), "--no-dry-run", "--approved-by", "ada@example.org")
    assert (code, answer["status"]) == (1, "APPROVAL_REQUIRED")
    assert "naming somebody is not an approval" in answer["reason"]
    assert not (machine.place / "marked").exists()


def test_in_mode_observe_nothing_is_started_at_all(tmp_path: Path) -> None:
    machine = Machine(tmp_path, mode="observe")
    code, answer = machine.step(1, str(tmp_path / "marked"), "--no-dry-run")
    assert (code, answer["status"]) == (0, "OBSERVED")
    assert not (tmp_path / "marked").exists()


def test_validate_names_the_line_of_the_first_mistake_of_each_file(machine: Machine) -> None:
    wrong = machine.place / "wrong.md"
    wrong.write_text(BOOK.replace("purpose: fix", "purpose: repair"))
    result = machine.say("runbook", "validate", str(wrong), str(machine.place / "books"))
    assert result.exit_code == 1
    assert f"{wrong}:23: steps[1].purpose" in result.stdout
    assert "1 runbooks are in order" in result.stdout
    assert machine.say("runbook", "validate", str(machine.place / "books")).exit_code == 0


@pytest.mark.parametrize("words", [("--environment", "moon"), ("--environment", "production", "--param", "mount")])
def test_a_slip_in_the_command_line_is_told_before_anything_is_asked(machine: Machine, words: tuple[str, ...]) -> None:
    with pytest.raises(DataError):
        machine.say("runbook", "run", "look_at_disk", "0", *words)
