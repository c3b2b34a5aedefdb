"""What docs/permission.md shows is what the code does: its YAML loads, its commands, statuses and words exist."""

import re
from pathlib import Path

import pytest
import yaml

from tocsin.cli.actions import VERBS
from tocsin.config import merged
from tocsin.guard.deeds import Deed
from tocsin.guard.policy import Policy, When
from tocsin.model.catalogue import Catalogue

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "permission.md").read_text()
MODELS = {"policy": Policy, "catalogue": Catalogue}
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_configuration_shown_is_valid(block: str) -> None:
    for section, data in yaml.safe_load(block).items():
        MODELS[section].model_validate(data)


def test_every_command_shown_is_there() -> None:
    fences = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    typed = "".join(text for language, text in fences if not language)
    shown = set(re.findall(r"^tocsin ([a-z-]+)", typed, re.MULTILINE)) - {"runbook"}
    assert shown == set(VERBS)


def test_the_defaults_and_the_page_have_the_same_number_of_rows_and_settings() -> None:
    policy = Policy.model_validate(merged({})["policy"])
    table = PAGE.partition("| Step | Decision |")[2].partition("\n\n")[0]
    assert len(policy.rows) == len([line for line in table.splitlines() if line.startswith("| ")])
    assert set(merged({})["policy"]) == set(Policy.model_fields)


def test_every_condition_and_deed_a_row_may_ask_for_is_named() -> None:
    for word in (*When.model_fields, *Deed):
        assert f"`{word}`" in PAGE, word


def test_every_status_of_the_tool_is_told() -> None:
    source = (ROOT / "src" / "tocsin" / "stages" / "remediate" / "tool.py").read_text()
    told = set(re.findall(r"`([A-Z_]{4,})`", PAGE))
    assert set(re.findall(r'"([A-Z_]{4,})"', source)) <= told
