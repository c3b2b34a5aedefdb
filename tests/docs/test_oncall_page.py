"""The settings shown in docs/oncall.md are settings that work."""

import re
from datetime import UTC, datetime
from pathlib import Path

import yaml

from tocsin.app.settings import Settings
from tocsin.config import Config, merged

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "oncall.md").read_text()


def test_every_setting_of_the_page_is_accepted_and_says_who_is_on_call():
    shown = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    own = {name: section for block in shown for name, section in block.items()}
    settings = Settings.read(Config(merged(own), {}, "docs"))
    assert set(own) == {"oncall", "pagers"}
    saturday = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert settings.oncall.who("oncall:primary", saturday) == ("cy@example.com",)
    assert settings.oncall.who("oncall:all", saturday) == ("cy@example.com", "dee@example.com")
    assert settings.oncall.who("role:vp-engineering", saturday) == ("vera@example.com",)
