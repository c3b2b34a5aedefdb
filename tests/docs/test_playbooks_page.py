"""The page on playbooks: its example is in order, and its commands exist."""

import re
from pathlib import Path

from typer.main import get_command

from tocsin.cli import cli
from tocsin.playbooks.shelf import PlaybookSettings, Shelf, read_documents

PAGE = Path("docs/playbooks.md").read_text()


def test_the_example_of_the_page_is_in_order() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    shelf = Shelf(read_documents([("page.yaml", example)]), PlaybookSettings()).sound()
    (team,) = shelf.teams.values()
    assert [one.name for one in team.plan.steps] == ["look", "think", "fix", "messages"]
    assert [one.name for one in team.plan.rules] == ["house"]


def test_every_verb_of_the_page_exists() -> None:
    known = set(get_command(cli).commands)
    assert set(re.findall(r"^tocsin (\w+)", PAGE, re.MULTILINE)) <= known
