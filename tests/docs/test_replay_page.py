"""The page on replays: its verbs and options exist."""

import re
from pathlib import Path

from typer.main import get_command

from tocsin.cli import cli

PAGE = Path("docs/replay.md").read_text()


def test_every_verb_and_option_of_the_page_exists() -> None:
    command = get_command(cli).commands["replay"]
    options = {name for one in command.params for name in one.opts}
    assert set(re.findall(r"--[a-z]+", PAGE)) <= options
    assert set(re.findall(r"^tocsin (\w+)", PAGE, re.MULTILINE)) == {"replay"}
