"""The pages review, gamedays and figures are what happens: commands run in order, tables and settings are the code's."""

import re
from pathlib import Path
from shutil import which

import pytest
import yaml
from icalendar import Calendar
from pypdf import PdfReader
from tests import pages
from tests.pages import blocks, ran

from tocsin.guard.attempt import PeopleRules
from tocsin.model.figures import Times
from tocsin.model.saving import Baselines
from tocsin.stages.people import PRACTICE
from tocsin.stages.review import ACTS
from tocsin.stages.review.document import Part
from tocsin.web.metrics import Metrics

REVIEW, FIGURES, GAMEDAYS = (pages.page(name) for name in ("review", "figures", "gamedays"))


@pytest.mark.skipif(not which("bash"), reason="bash is missing")
def test_every_command_on_the_page_of_the_review_works_from_top_to_bottom(tmp_path: Path) -> None:
    said = ran("\n".join(blocks(REVIEW, "sh")), tmp_path).stdout
    assert "post-mortem version 2 approved" in said
    assert Calendar.from_ical((tmp_path / "review.ics").read_bytes()).walk("VEVENT")[0].start.year == 2099
    assert "Root cause" in PdfReader(tmp_path / "review.pdf").pages[0].extract_text()
    assert "Nobody could pay for nine minutes." in (tmp_path / "review.md").read_text()
    assert "this diagnosis named no cause" in said


@pytest.mark.skipif(not which("bash"), reason="bash is missing")
def test_every_command_on_the_page_of_gamedays_works(tmp_path: Path) -> None:
    (block,) = blocks(GAMEDAYS, "yaml")
    (tmp_path / "tocsin.yaml").write_text(block)
    said = ran("\n".join(blocks(GAMEDAYS, "sh")), tmp_path).stdout
    assert said.startswith("next: ann@example.com")
    assert "ann@example.com is communications lead" in said
    assert "DRILL: Disk of db-2 is full" in said


def test_the_tables_name_every_act_with_its_fields() -> None:
    for act in ACTS.values():
        path = act.path.replace("/{which}", "").rsplit("/", 1)[-1]
        assert path in REVIEW, act.path
        for field in act.ask.model_fields if act.ask else ():
            assert f"`{field}`" in REVIEW, (act.path, field)
    for field in PRACTICE["gameday"].ask.model_fields if PRACTICE["gameday"].ask else ():
        assert f"`{field}`" in GAMEDAYS


def test_the_sections_and_the_times_are_those_of_the_code() -> None:
    told = REVIEW.lower().replace("\n", " ")
    for part in Part:
        assert str(part).lower().replace(", and where", " and where") in told, part
    assert re.findall(r"^\| `(\w+)` \|", FIGURES, re.MULTILINE) == list(Times.model_fields)


def test_the_metrics_and_the_settings_are_those_of_the_code() -> None:
    known = {metric.name for metric in Metrics().registry.collect()}
    for name in re.findall(r"`(tocsin_\w+)", FIGURES):
        assert name in known, name
    shown = yaml.safe_load(blocks(FIGURES, "yaml")[0])["figures"]
    assert Baselines.model_validate(shown) == Baselines()
    PeopleRules.model_validate(yaml.safe_load(blocks(GAMEDAYS, "yaml")[0])["people"])
