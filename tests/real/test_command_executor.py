"""The executor `command` with true programs: the room they run in, the limits they meet, and how they end."""

import asyncio
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.test_executors import step_of

from tocsin.connectors.executors.argv import Program
from tocsin.connectors.executors.command import Command, CommandConfig
from tocsin.errors import OutcomeUnknown, SourceError
from tocsin.model.action import Outcome, Risk


def script(folder: Path, name: str, text: str) -> Program:
    """A Python program of its own in `folder`, allowed any arguments without a dash."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return Program(path=str(path), operands=(".*",), repeat_last=True, environment={"EXTRA": "yes"})


def run(programs: dict[str, Program], *argv: str, pipe_to: tuple[str, ...] = (), **more: Any) -> Outcome:
    call = {"executor": "command", "argv": argv, "pipe_to": pipe_to}
    return asyncio.run(Command(CommandConfig(programs=programs)).run(step_of(call, **more), "INC-1:0"))


def test_a_program_sees_a_clean_environment_an_empty_folder_and_no_input(tmp_path: Path) -> None:
    told = "import os, sys; print(sorted(os.environ), os.listdir('.'), os.getcwd(), repr(sys.stdin.read()))"
    os.environ["A_SECRET_OF_OURS"] = "x"
    try:
        output = run({"look": script(tmp_path, "look", told)}, "look").output
    finally:
        del os.environ["A_SECRET_OF_OURS"]
    assert "A_SECRET_OF_OURS" not in output
    assert "['EXTRA', 'HOME', 'LANG'" in output
    assert " [] " in output
    assert output.rstrip().endswith("''")
    assert not Path(output.split(" [] ")[1].split()[0]).exists()


def test_a_program_gains_no_privileges_and_leads_its_own_session(tmp_path: Path) -> None:
    told = "import os; print(open('/proc/self/status').read()); print('leads', os.getsid(0) == os.getpid())"
    output = run({"look": script(tmp_path, "look", told)}, "look").output
    assert "NoNewPrivs:\t1" in output
    assert "leads True" in output


def test_a_program_meets_limits_on_files_cores_and_memory(tmp_path: Path) -> None:
    told = (
        "import resource as r; print([r.getrlimit(x)[0] for x in (r.RLIMIT_CORE, r.RLIMIT_NOFILE, r.RLIMIT_FSIZE)])\n"
        "print(r.getrlimit(r.RLIMIT_AS)[0] > 0)"
    )
    output = run({"look": script(tmp_path, "look", told)}, "look").output
    assert "[0, 256, 1073741824]" in output


def test_a_shell_line_arrives_as_one_dull_argument(tmp_path: Path) -> None:
    programs = {"show": script(tmp_path, "show", "import sys; print(sys.argv[1:])")}
    hostile = "; touch x && $(reboot) | `id` > /etc/passwd"
    assert hostile in run(programs, "show", hostile).output


def test_a_program_over_its_time_is_killed_with_everything_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    text = (
        "import os, sys, time\n"
        f"open({str(pids)!r}, 'a').write(f'{{os.getpid()}} ')\n"
        "os.fork()\n"
        f"open({str(pids)!r}, 'a').write(f'{{os.getpid()}} ')\n"
        "time.sleep(60)"
    )
    programs = {"linger": script(tmp_path, "linger", text)}
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="killed after"):
        run(programs, "linger", timeout_seconds=0.8)
    assert time.monotonic() - started < 5
    found = {int(pid) for pid in pids.read_text().split()}
    assert len(found) == 2
    deadline = time.monotonic() + 60
    while any(alive(pid) for pid in found):
        assert time.monotonic() < deadline, "a child outlived its step"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def test_a_killed_look_did_surely_nothing(tmp_path: Path) -> None:
    programs = {"linger": script(tmp_path, "linger", "import time; time.sleep(60)")}
    with pytest.raises(SourceError):
        run(programs, "linger", timeout_seconds=0.3, risk=Risk.READ)


def test_a_program_that_leaves_a_child_behind_ends_the_step_at_once(tmp_path: Path) -> None:
    text = "import os, time\nif os.fork() == 0:\n    time.sleep(60)\nprint('done', flush=True)"
    started = time.monotonic()
    outcome = run({"leave": script(tmp_path, "leave", text)}, "leave", timeout_seconds=20)
    assert outcome.ok
    assert "done" in outcome.output
    assert time.monotonic() - started < 10


def test_a_flood_of_output_is_cut_and_does_not_stop_the_program(tmp_path: Path) -> None:
    text = "import sys\nfor _ in range(200): sys.stdout.write('x' * 10_000)\nprint('end', file=sys.stderr)"
    outcome = run({"flood": script(tmp_path, "flood", text)}, "flood")
    assert outcome.ok
    assert "end" in outcome.said
    assert len(outcome.output.encode()) <= 65_536
    assert "left out" in outcome.output


def test_an_unhappy_ending_is_an_outcome_with_its_words(tmp_path: Path) -> None:
    text = "import sys; print('half'); print('disk full', file=sys.stderr); sys.exit(3)"
    outcome = run({"fail": script(tmp_path, "fail", text)}, "fail")
    assert not outcome.ok
    assert "status 3" in outcome.said
    assert "disk full" in outcome.said
    assert outcome.output == "half\n"


def test_a_second_program_reads_the_first_without_a_shell(tmp_path: Path) -> None:
    programs = {
        "say": script(tmp_path, "say", "print('one\\ntwo\\nthree')"),
        "count": script(tmp_path, "count", "import sys; print(len(sys.stdin.readlines()))"),
    }
    assert run(programs, "say", pipe_to=("count",)).output == "3\n"


def test_a_first_program_that_fails_is_not_hidden_by_the_second(tmp_path: Path) -> None:
    programs = {
        "fail": script(tmp_path, "fail", "import sys; sys.exit(4)"),
        "count": script(tmp_path, "count", "import sys; print(len(sys.stdin.readlines()))"),
    }
    outcome = run(programs, "fail", pipe_to=("count",))
    assert not outcome.ok
    assert "status 4" in outcome.said


def test_a_program_that_is_not_there_did_surely_not_run_and_its_rehearsal_says_so(tmp_path: Path) -> None:
    programs = {"gone": Program(path=str(tmp_path / "gone"))}
    with pytest.raises(SourceError, match="did not start"):
        run(programs, "gone")
    step = step_of({"executor": "command", "argv": ["gone"]})
    rehearsal = asyncio.run(Command(CommandConfig(programs=programs)).rehearse(step))
    assert not rehearsal.ok
    assert rehearsal.preconditions[0][2] == "there is no such program here"


def test_a_program_that_anybody_may_rewrite_is_not_offered(tmp_path: Path) -> None:
    program = script(tmp_path, "open", "print(1)")
    Path(program.path).chmod(0o757 | stat.S_IXUSR)
    step = step_of({"executor": "command", "argv": ["open"]})
    rehearsal = asyncio.run(Command(CommandConfig(programs={"open": program})).rehearse(step))
    assert not rehearsal.ok
    assert rehearsal.preconditions[0][2] == "anybody may change it"


def test_what_is_approved_is_the_whole_vector_with_its_path_and_separator(tmp_path: Path) -> None:
    program = Program(path="/usr/bin/df", options={"-h": None, "--output": "[a-z,]+"}, operands=("/[a-z/]*",))
    step = step_of({"executor": "command", "argv": ["df", "/var", "-h", "--output=pcent"]})
    rehearsal = asyncio.run(Command(CommandConfig(programs={"df": program})).rehearse(step))
    assert rehearsal.said == "Would run: /usr/bin/df -h --output=pcent -- /var"
