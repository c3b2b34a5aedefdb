"""docs/restricted.md is what happens: its commands run in order beside a service, its settings are those of the code."""

from pathlib import Path
from shutil import which

import pytest
import yaml
from tests import pages
from tests.pages import blocks, ran, service  # noqa: F401 - the fixture

from tocsin.guard.attempt import PeopleRules

PAGE = pages.page("restricted")


@pytest.mark.skipif(not which("bash"), reason="bash is missing")
def test_every_command_on_the_page_works_from_top_to_bottom(service: int, tmp_path: Path) -> None:  # noqa: F811
    done = ran("".join(blocks(PAGE, "sh")), tmp_path, service=service)
    assert done.stderr.count("there is no") == 1
    assert "NOT TOLD YET" in done.stdout
    assert "restricted: seen by ada@example.com" in done.stdout


def test_the_settings_on_the_page_are_settings() -> None:
    (settings,) = blocks(PAGE, "yaml")
    rules = PeopleRules.model_validate(yaml.safe_load(settings)["people"])
    assert rules.security.team == ("sec@example.com", "ciso@example.com")
    assert (rules.security.notify_hours, rules.security.remind_hours) == (72, (24, 6, 1))
