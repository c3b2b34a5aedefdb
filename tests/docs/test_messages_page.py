"""docs/messages.md is what happens: its commands run in order beside a service, its tables are the tables of the code."""

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

from tocsin.model.communication import UpdatePublished, UpdateRetracted
from tocsin.model.event import body_of
from tocsin.model.update import WordingCode
from tocsin.stages.communicate import ACTS, MessageSettings
from tocsin.stages.communicate.templating import NAMES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "messages.md").read_text()
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under that heading row."""
    found = re.search(rf"^\| {re.escape(heading)}.*\n\|[-| ]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert found, heading
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found[1].splitlines()]


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
            running.wait(60)


def clean() -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return {**known, "PATH": f"{BIN}:{known['PATH']}"}


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError("the service did not come up")


@pytest.mark.skipif(not which("bash"), reason="bash is missing")
def test_every_command_on_the_page_works_from_top_to_bottom(service: int, tmp_path: Path) -> None:
    page = "".join(blocks("sh")).replace("127.0.0.1:8080", f"127.0.0.1:{service}")
    script = f"set -euo pipefail\n{page}\necho INCIDENT $ID $TOCSIN_TOKEN"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=clean(), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "Tone and constraints so far:\n  no cause speculation" in done.stdout
    incident, token = re.findall(r"INCIDENT (\S+) (\S+)", done.stdout)[0]
    answer = httpx.get(
        f"http://127.0.0.1:{service}/api/incidents/{incident}", headers={"authorization": f"Bearer {token}"}
    )
    told = [(one["actor"], body_of(one["body"])) for one in answer.json()["timeline"]]
    assert [who for who, body in told if isinstance(body, UpdatePublished) and body.audience == "external"] == [
        "person:ann@example.com"
    ]
    assert [body.reason for _, body in told if isinstance(body, UpdateRetracted)] == ["it named the wrong region"]


def test_the_table_of_paths_is_the_table_of_acts() -> None:
    told = {path.strip("`"): set(re.findall(r"`(\w+)`", body)) for path, body in rows("`POST /api/incidents/ID...`")}
    assert told == {act.path: set(act.ask.model_fields) if act.ask else set() for act in ACTS.values()}


def test_the_table_of_templates_names_every_template() -> None:
    told = {name for row in rows("Template") for name in re.findall(r"`(\w+)\.txt`", row[0])}
    assert told == set(NAMES)
    shipped = {one.stem for one in (ROOT / "src/tocsin/stages/communicate/templates").glob("*.txt")}
    assert shipped == set(NAMES)


def test_the_table_of_rules_and_the_table_of_refusals_name_every_code() -> None:
    assert {code.strip("`") for code, _ in rows("Code | Fires when")} == set(WordingCode)
    source = "".join(one.read_text() for one in (ROOT / "src/tocsin/stages/communicate").glob("*.py"))
    assert {code.strip("`") for code, _ in rows("Code | Refused")} == set(re.findall(r"TCS-MSG-[A-Z]+", source))


def test_the_configuration_shown_is_valid() -> None:
    for block in blocks("yaml"):
        MessageSettings.model_validate(yaml.safe_load(block)["messages"])
