"""docs/statuspage.md is what happens: its commands run, its settings are those of the code, its documents exist."""

import re
from pathlib import Path
from shutil import which

import pytest
import yaml
from tests import pages
from tests.pages import blocks, ran
from tests.servers import free_port
from tests.status_house import StatusHouse

from tocsin.model.catalogue import Catalogue
from tocsin.web.statuspage import StatusPageSettings

PAGE = pages.page("statuspage")


@pytest.mark.skipif(not which("bash") or not which("curl"), reason="bash or curl is missing")
def test_the_commands_on_the_page_work(tmp_path: Path) -> None:
    done = ran("trap 'kill %1' EXIT\n" + "".join(blocks(PAGE, "sh")).replace("8081", str(free_port())), tmp_path)
    assert "All Systems Operational" in done.stdout
    assert '"indicator": "none"' in done.stdout
    assert "Nobody has subscribed." in done.stdout


def test_the_settings_on_the_page_are_settings() -> None:
    (text,) = blocks(PAGE, "yaml")
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
