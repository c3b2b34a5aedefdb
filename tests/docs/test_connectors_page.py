"""docs/connectors.md is executed: its settings load, its example snapshot opens, its table names every connector."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from tocsin.config import parse_at
from tocsin.connectors.settings import ConnectorsConfig
from tocsin.connectors.snapshot import Snapshot
from tocsin.ports import Ask
from tocsin.stages.investigate import EvidenceSettings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "connectors.md").read_text()
SETTINGS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda one: next(iter(next(iter(one.values())))))
def test_every_setting_shown_on_the_page_is_accepted(settings):
    ((section, entries),) = settings.items()
    model = {"connectors": ConnectorsConfig, "evidence": EvidenceSettings}[section]
    assert parse_at(section, entries, model).model_fields_set == set(entries)


def test_every_connector_that_can_be_set_stands_on_the_page():
    assert all(f"`{name}`" in PAGE for name in ConnectorsConfig.model_fields)


def test_the_example_snapshot_of_the_page_opens_and_answers(tmp_path):
    for name, text in re.findall(r"```\w+ file=(\S+)\n(.*?)```", PAGE, re.DOTALL):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    snapshot = Snapshot(tmp_path)
    ask = Ask(snapshot.now - timedelta(hours=1), snapshot.now)

    async def look():
        replies = [await one(ask) for one in (snapshot.metrics, snapshot.logs, snapshot.topology, snapshot.changes)]
        return [reply.parse(reply.text) for reply in replies]

    ((series,), (line,), topology, (change,)) = asyncio.run(look())
    assert series.values == (12.0, 4210.0) and series.unit == "messages"
    assert line.level == "error" and line.text.endswith("ValueError: not a date")
    assert topology.edges == (("web", "cart"), ("cart", "cart-db")) and change.version == "3.1.0"
