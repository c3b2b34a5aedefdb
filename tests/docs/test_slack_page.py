"""The page on Slack: its manifest asks for exactly what is used, its addresses are ours, its settings work."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import yaml

import tocsin.connectors.slack
from tocsin.app.settings import Settings
from tocsin.config import Config, merged
from tocsin.web.slack import router
from tocsin.web.slack.commands import _VERBS, HELP

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "slack.md").read_text()
MANIFEST, CONFIG = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
SCOPES = {
    "auth_test": set(),
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_create": {"channels:manage", "groups:write"},
    "conversations_history": {"channels:history", "groups:history", "metadata.message:read"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_invite": {"channels:manage", "groups:write"},
    "conversations_join": {"channels:join"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_replies": {"channels:history", "groups:history", "metadata.message:read"},
    "conversations_setPurpose": {"channels:manage", "groups:write"},
    "conversations_setTopic": {"channels:manage", "groups:write"},
    "pins_add": {"pins:write"},
    "views_open": set(),
}
"""What Slack's method reference asks of a bot token, for open channels and private ones."""
EVENTS = {
    "member_joined_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "pin_added": {"pins:read"},
}


def used():
    """The methods that the connector calls, by Slack's own client."""
    folder = Path(tocsin.connectors.slack.__file__).parent
    return {name for path in folder.glob("*.py") for name in re.findall(r"\bslack\.([a-z]+_\w+)\(", path.read_text())}


def test_the_manifest_asks_for_exactly_the_scopes_that_are_used():
    assert used() == set(SCOPES)
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert set(events) == set(EVENTS)
    needed = {"commands"}.union(*SCOPES.values(), *EVENTS.values())
    assert MANIFEST["oauth_config"]["scopes"]["bot"] == sorted(needed)


def test_the_manifest_sends_slack_to_our_own_addresses():
    (command,) = MANIFEST["features"]["slash_commands"]
    settings = MANIFEST["settings"]
    urls = (command["url"], settings["interactivity"]["request_url"], settings["event_subscriptions"]["request_url"])
    assert {urlsplit(url).path for url in urls} == {route.path for route in router.routes}
    assert {urlsplit(url).scheme for url in urls} == {"https"}
    assert command["command"] == "/incident"
    assert command["should_escape"] is True


def test_the_manifest_keeps_slacks_limits():
    assert MANIFEST["_metadata"]["major_version"] == 2
    assert len(MANIFEST["display_information"]["name"]) <= 35
    assert len(MANIFEST["display_information"]["description"]) <= 140
    assert len(MANIFEST["features"]["bot_user"]["display_name"]) <= 80
    assert len(MANIFEST["features"]["slash_commands"][0]["description"]) <= 2000
    assert set(MANIFEST) == {"_metadata", "display_information", "features", "oauth_config", "settings"}


def test_the_settings_of_the_page_work():
    settings = Settings.read(Config(merged(CONFIG), {}, "docs"))
    slack = settings.channels.slack
    assert slack.people["U01ADA00001"].person == "ada@example.com"
    assert settings.channels.reaching()["executive"] == ("slack",)


def test_every_verb_is_on_the_page_and_in_the_help():
    for verb in set(_VERBS) - {"help", "acknowledge", "update", "updates", "any"}:
        assert re.search(rf"\b{verb}\b", HELP), verb
        assert f"`{verb}" in PAGE or f"`{verb}`" in PAGE or re.search(rf"[`, ]{verb}\b", PAGE), verb
