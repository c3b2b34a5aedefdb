"""docs/people.md is what happens: its commands run in order beside a service, its tables are the tables of the code."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import httpx
import pytest
import yaml
from tests.servers import free_port

from tocsin.model.identity import RIGHTS, Right, Role
from tocsin.stages.people import ACTS, PeopleRules

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "people.md").read_text()
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            [BIN / "tocsin", "serve", "--port", str(port)], cwd=tmp_path, stdout=log, stderr=log, env=clean()
        )
        try:
            wait_for(port)
            yield port
        finally:
            running.terminate()
            running.wait(30)


def clean() -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return {**known, "PATH": f"{BIN}:{known['PATH']}"}


def wait_for(port: int) -> None:
    for _ in range(150):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError("the service did not come up")


@pytest.mark.skipif(not which("bash") or not which("curl"), reason="bash or curl is missing")
def test_every_command_on_the_page_works_from_top_to_bottom(service: int, tmp_path: Path) -> None:
    script = "set -euo pipefail\n" + "".join(blocks("sh")).replace("127.0.0.1:8080", f"127.0.0.1:{service}")
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=clean(), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "person:ada@example.com" in done.stdout
    assert "false alarm: load test, nobody was harmed" in done.stdout
    assert "only with passkeys" in done.stdout


def test_the_table_of_paths_is_the_table_of_acts() -> None:
    told = re.search(r"\| `POST /api/incidents\.\.\.` \| Body \|\n\|---\|---\|\n(.*?)\n\n", PAGE, re.DOTALL)
    assert told
    paths: dict[str, set[str]] = {}
    for row in told[1].splitlines():
        first, second = row.strip("|").split("|")
        for path in re.findall(r"`/ID(/[^`]+)`", first) or [""]:
            paths[path] = set(re.findall(r"`(\w+)`", second))
    fields = {act.path: set(act.ask.model_fields) if act.ask else set() for act in ACTS.values()}
    assert paths == fields


def test_the_table_of_roles_names_every_role_and_who_may_approve() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert set(rows) == set(Role)
    for role in Role:
        assert ("approve steps" in rows[role]) == (Right.APPROVE in RIGHTS[role])
        assert ("publish" in rows[role] or role is Role.ADMIN) == (Right.COMMUNICATE in RIGHTS[role])


def test_the_configuration_shown_is_valid() -> None:
    for block in blocks("yaml"):
        PeopleRules.model_validate(yaml.safe_load(block)["people"])
