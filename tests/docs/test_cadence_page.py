"""docs/cadence.md says what is so: its settings are the shipped ones, its tables what the clock does, its commands exist."""

import re
from pathlib import Path

import pytest
import yaml
from tests.unit.cadence_story import RULES

from tocsin.app.settings import Settings
from tocsin.config import Config, merged
from tocsin.model.cadence import Cadence
from tocsin.model.ground import Severity
from tocsin.model.update import Audience
from tocsin.stages.cadence.activation import NOBODY_LISTED, SECOND_HAT
from tocsin.stages.cadence.reminders import MISSED

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "cadence.md").read_text()
SHOWN = {
    name: part
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    for name, part in yaml.safe_load(block).items()
}
COLUMNS = (Severity.SEV1, Severity.SEV2, Severity.SEV3)


def test_the_settings_on_the_page_are_the_shipped_ones_and_all_of_them():
    assert Cadence.model_validate(SHOWN["cadence"]) == RULES
    assert set(SHOWN["cadence"]) == set(Cadence.model_fields)


def test_the_people_on_the_page_can_be_listed_so():
    settings = Settings.read(Config(merged({"oncall": SHOWN["oncall"]}), {}, "docs"))
    assert settings.oncall.directory[settings.cadence.role]
    assert all(settings.oncall.directory[role] for role in settings.cadence.leaders)


@pytest.mark.parametrize("audience", list(Audience))
def test_the_table_of_rhythms_is_the_shipped_one(audience):
    row = re.search(rf"^\| `{audience}`[^|]*\|([^|]+)\|([^|]+)\|([^|]+)\|", PAGE, re.MULTILINE)
    said = {"on change": 0, "-": None}
    told = [said[cell.strip()] if cell.strip() in said else int(cell) for cell in row.groups()]
    assert told == [RULES.every[audience].get(severity) for severity in COLUMNS]


def test_every_row_of_activation_is_on_the_page_for_the_severity_that_it_asks_for():
    assert [row.severity for row in RULES.activation] == [(Severity.SEV1,)] + [(Severity.SEV2,)] * 3
    table = PAGE[PAGE.index("| Row |") :].split("\n\n")[0].splitlines()[2:]
    assert [line.split("|")[2].strip() for line in table] == ["yes", "", "", ""]
    assert [line.split("|")[3].strip() for line in table] == ["", "yes", "yes", "yes"]


def test_every_flag_and_command_on_the_page_exists():
    for code in (MISSED, NOBODY_LISTED, SECOND_HAT):
        assert f"`{code}" in PAGE
    source = "".join(path.read_text() for path in (Path(__file__).resolve().parents[2] / "src/tocsin/cli").glob("*.py"))
    for verb in re.findall(r"^tocsin (\S+)", PAGE, re.MULTILINE):
        assert f'"{verb}"' in source
