"""docs/statuspage.md is what happens: its commands run, its settings are those of the code, its documents exist."""

import re
import subprocess
from pathlib import Path
from shutil import which

import pytest
import yaml
from tests.docs.test_people_page import clean
from tests.servers import free_port
from tests.status_house import StatusHouse

from tocsin.model.catalogue import Catalogue
from tocsin.web.statuspage import StatusPageSettings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "statuspage.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.skipif(not which("bash") or not which("curl"), reason="bash or curl is missing")
def test_the_commands_on_the_page_work(tmp_path: Path) -> None:
    script = "set -euo pipefail\ntrap 'kill %1' EXIT\n" + "".join(blocks("sh")).replace("8081", str(free_port()))
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, env=clean(), timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All Systems Operational" in done.stdout
    assert '"indicator": "none"' in done.stdout
    assert "Nobody has subscribed." in done.stdout


def test_the_settings_on_the_page_are_settings() -> None:
    (text,) = blocks("yaml")
    told = yaml.safe_load(text)
    settings = StatusPageSettings.model_validate(told["statuspage"])
    assert (settings.url, settings.proxies) == ("https://status.example.com", ("10.0.0.0/8",))
    assert Catalogue.model_validate(told["catalogue"]).find("pay-gw")


def test_every_document_it_names_is_there() -> None:
    house = StatusHouse()
    named = re.findall(r"`([a-z0-9/.-]+\.(?:json|atom|rss))`", PAGE.split("## For programs")[1].split("##")[0])
    assert len(named) == 10
    for path in named:
        where = path if path.startswith("/") else f"/api/v2/{path}"
        assert house.get(where).status_code == 200, path
