"""docs/sources.md is executed: its settings load, its mapping makes the alert it shows, its table names every source."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tocsin.config import Config, parse_at
from tocsin.model.alert import Delivery
from tocsin.sources import registry
from tocsin.sources.authenticity.settings import SourcesSettings
from tocsin.sources.mapping import Mappings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text()
SETTINGS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
FILES = dict(re.findall(r"```json file=(\S+)\n(.*?)```", PAGE, re.DOTALL))
MODELS = {"sources": SourcesSettings, "mappings": Mappings}


@pytest.mark.parametrize("settings", SETTINGS, ids=json.dumps)
def test_every_setting_shown_on_the_page_is_accepted(settings):
    ((section, entries),) = settings.items()
    assert parse_at(section, entries, MODELS[section]).root.keys() == entries.keys()


@pytest.mark.parametrize("source", ["coldstore", "auto"])
def test_the_mapping_on_the_page_makes_the_alert_on_the_page(source):
    (settings,) = [one for one in SETTINGS if "mappings" in one]
    mappings = Config(settings, {}).section("mappings", Mappings)
    delivery = Delivery(
        id="D", source=source, received_at=datetime(2026, 7, 5, tzinfo=UTC), body=FILES["coldstore.json"].encode()
    )
    (alert,) = registry.parse(delivery, source, mappings)
    told = json.loads(alert.model_dump_json())
    shown = json.loads(FILES["alert.json"])
    assert {name: told[name] for name in shown} == shown
    assert alert.links[0].url == "https://books.example.org/warm"


def test_the_table_names_every_source_that_is_installed_and_no_other():
    table = PAGE.split("## All sources")[1]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(registry.names())


def test_the_other_names_on_the_page_are_understood():
    listed = PAGE.split("Other names are understood too:")[1].split("\n\n")[0]
    for name in re.findall(r"`(\w+)`", listed):
        assert registry.by_name(name).name != name
