"""docs/restricted.md is what happens: its commands run in order beside a service, its settings are those of the code."""

import re
import subprocess
from pathlib import Path
from shutil import which

import pytest
import yaml
from tests.docs.test_people_page import clean, service  # noqa: F401 - the fixture

from tocsin.guard.attempt import PeopleRules

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "restricted.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.skipif(not which("bash"), reason="bash is missing")
def test_every_command_on_the_page_works_from_top_to_bottom(service: int, tmp_path: Path) -> None:  # noqa: F811
    script = "set -euo pipefail\n" + "".join(blocks("sh")).replace("127.0.0.1:8080", f"127.0.0.1:{service}")
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, env=clean(), timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("there is no") == 1
    assert "NOT TOLD YET" in done.stdout
    assert "restricted: seen by ada@example.com" in done.stdout


def test_the_settings_on_the_page_are_settings() -> None:
    (settings,) = blocks("yaml")
    rules = PeopleRules.model_validate(yaml.safe_load(settings)["people"])
    assert rules.security.team == ("sec@example.com", "ciso@example.com")
    assert (rules.security.notify_hours, rules.security.remind_hours) == (72, (24, 6, 1))
