"""docs/verification.md says what is so."""

import json
import re
from pathlib import Path

import yaml

from tocsin.model.acts import STUCK
from tocsin.stages.progress import ProgressSettings
from tocsin.stages.progress.due import DECLARATION_LATE, LINE_ENDED, TRIAGE_LATE
from tocsin.stages.verify import VerifySettings
from tocsin.stages.verify.judge import LEAST_NEAR, MOST_NEAR, SPREADS, STRAY
from tocsin.stages.verify.look import READY, RELAPSED, UNSEEN
from tocsin.stages.verify.reports import parse_report
from tocsin.web.reports import Senders

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "verification.md").read_text()
BLOCK = re.search(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
FLAT = " ".join(PAGE.split())


def test_the_settings_on_the_page_are_the_shipped_ones_and_all_of_them():
    shown = yaml.safe_load(BLOCK[1])
    assert VerifySettings.model_validate(shown["verify"]) == VerifySettings()
    assert set(shown["verify"]) == set(VerifySettings.model_fields)
    assert ProgressSettings.model_validate(shown["progress"]) == ProgressSettings()
    assert set(shown["progress"]) == set(ProgressSettings.model_fields)


def test_the_report_on_the_page_is_taken():
    (body,) = re.findall(r"/hooks/reports.*?-d '(\{.*?\})'", PAGE, re.DOTALL)
    assert parse_report(body.encode()).text == json.loads(body)["text"]


def test_every_flag_that_is_raised_is_on_the_page():
    for code in (STUCK, DECLARATION_LATE, TRIAGE_LATE, LINE_ENDED, READY, RELAPSED, UNSEEN):
        assert f"`{code}`" in PAGE


def test_the_figures_of_the_judgement_are_the_ones_in_force():
    assert (SPREADS, STRAY) == (3.0, 0.1)
    assert f"at least {LEAST_NEAR:.0%} and at most {MOST_NEAR:.0%}" in FLAT
    senders = Senders()
    assert f"{senders._burst} at once and {senders._rate * 60:g} a minute" in FLAT
