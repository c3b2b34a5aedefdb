"""What docs/service.md and docs/intake.md say is what the code does: their YAML loads, their paths and metrics exist."""

import re
from pathlib import Path

import pytest
import yaml
from tests.face_house import House

from tocsin.stages.intake import IntakeRules
from tocsin.stages.watch import WatchSettings
from tocsin.web.settings import ServeSettings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / name for name in ("service.md", "intake.md")]
MODELS = {"intake": IntakeRules, "serve": ServeSettings, "watch": WatchSettings}
BLOCKS = [block for page in PAGES for block in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_configuration_shown_in_the_docs_is_valid(block: str) -> None:
    for section, data in yaml.safe_load(block).items():
        MODELS[section].model_validate(data)


def test_the_shipped_defaults_of_these_sections_are_valid_and_hold_every_setting() -> None:
    shipped = yaml.safe_load((ROOT / "src" / "tocsin" / "defaults.yaml").read_text())
    for section, model in MODELS.items():
        model.model_validate(shipped[section])
        assert set(shipped[section]) == set(model.model_fields), section


def test_the_metrics_table_names_exactly_the_metrics_there_are() -> None:
    text = House().rooms.metrics.text([], House().rooms.pulses).decode()
    exposed = set(re.findall(r"^# TYPE (tocsin_\w+) (?!.*_created)", text, re.MULTILINE))
    exposed = {name for name in exposed if not name.endswith("_created")}
    table = PAGES[0].read_text().partition("## Metrics")[2]
    told = set(re.findall(r"`(tocsin_\w+)`", table))
    assert {name.removesuffix("_total") for name in told} == {name.removesuffix("_total") for name in exposed}


def test_every_path_in_the_docs_is_one_that_the_service_knows() -> None:
    house = House()
    known = set(house.get("/openapi.json").json()["paths"]) | {"/openapi.json", "/docs"}
    patterns = [re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$") for path in known]
    pages = "".join(page.read_text() for page in PAGES)
    asked = re.findall(r"127\.0\.0\.1:8080(/[A-Za-z/.-]+)", pages)
    told = set(asked) | set(re.findall(r"`(?:POST )?(/(?:api|hooks)/[a-z/]+)`", pages))
    assert len(told) > 8
    for path in told:
        assert any(pattern.match(path) for pattern in patterns), path
