"""docs/messages.md is what happens: its commands run in order beside a service, its tables are the tables of the code."""

import re
from pathlib import Path
from shutil import which

import httpx
import pytest
import yaml
from tests import pages
from tests.pages import ROOT, blocks, ran, service  # noqa: F401 - the fixture

from tocsin.model.communication import UpdatePublished, UpdateRetracted
from tocsin.model.event import body_of
from tocsin.model.update import WordingCode
from tocsin.stages.communicate import ACTS, MessageSettings
from tocsin.stages.communicate.templating import NAMES

PAGE = pages.page("messages")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under that heading row."""
    found = re.search(rf"^\| {re.escape(heading)}.*\n\|[-| ]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert found, heading
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found[1].splitlines()]


@pytest.mark.skipif(not which("bash"), reason="bash is missing")
def test_every_command_on_the_page_works_from_top_to_bottom(service: int, tmp_path: Path) -> None:  # noqa: F811
    done = ran("".join(blocks(PAGE, "sh")) + "\necho INCIDENT $ID $TOCSIN_TOKEN", tmp_path, service=service)
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
    for block in blocks(PAGE, "yaml"):
        MessageSettings.model_validate(yaml.safe_load(block)["messages"])
