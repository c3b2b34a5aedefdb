"""The settings of docs/channels.md are settings that work, and its table says what the channels do."""

import re
from pathlib import Path

import pytest
import yaml
from tests.receivers.benches import CHANNELS, WEBHOOK_SECRET, bench
from typer.testing import CliRunner

from tocsin.cli import cli
from tocsin.config import Config, merged
from tocsin.connectors.channels import ChannelsConfig, open_channels
from tocsin.connectors.trackers import open_trackers
from tocsin.errors import ConfigError

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "channels.md").read_text()
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
SHOWN = [block["channels"] for block in BLOCKS if "channels" in block]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")]


def test_every_setting_of_the_page_opens_a_channel(tmp_path):
    settings = {name: section for block in SHOWN for name, section in block.items()}
    settings["email"]["password"] = {"env": "TOCSIN_SMTP"}
    names = dict.fromkeys(re.findall(r"env: (\w+)", PAGE), "https://example.com/hook")
    environ = names | {
        "TOCSIN_SMTP": "x",
        "TOCSIN_PARTNER_SECRET": WEBHOOK_SECRET,
        "TOCSIN_PARTNER_SECRET_OLD": WEBHOOK_SECRET,
    }
    environ["TOCSIN_APPRISE_SECURITY"] = "json://example.com/"
    channels = open_channels(Config(merged({"channels": settings}), environ, "docs"))
    assert set(channels) == {"teams", "email", "statuspage", "webhook:partner", "apprise"}
    with pytest.raises(ConfigError) as missing:
        open_channels(Config(merged({"channels": settings}), environ | {"TOCSIN_PARTNER_URL": ""}, "docs"))
    assert missing.value.path == "channels.webhooks.partner.url"


def test_every_tracker_of_the_page_is_opened():
    (settings,) = [block["trackers"] for block in BLOCKS if "trackers" in block]
    environ = dict.fromkeys(re.findall(r"env: (\w+)", PAGE), "token")
    assert set(open_trackers(Config(merged({"trackers": settings}), environ, "docs"))) == {"github", "jira"}


def test_the_table_names_every_channel_there_is():
    named = {re.sub(r"[`]|:NAME", "", row[0]) for row in ROWS}
    assert named == {name.removesuffix("s") if name == "webhooks" else name for name in ChannelsConfig.model_fields}


@pytest.mark.parametrize("name", [one for one in CHANNELS if one != "memory"])
def test_the_table_says_what_each_channel_can_do(name, tmp_path):
    row = next(row for row in ROWS if row[0].strip("`").partition(":")[0] == name)
    with bench(name, tmp_path) as at:
        assert (row[2] == "yes") == ("rooms" in at.can)
        assert ("summary" in row[3]) == ("edit" in at.can)
        assert row[4].startswith("one") == ("keys" in at.can)


def test_the_outbox_of_a_fresh_installation_is_empty(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "tocsin outbox list" in PAGE
    assert CliRunner().invoke(cli, ["outbox", "list"]).stdout == "Everything has arrived.\n"
