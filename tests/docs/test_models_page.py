"""The page on models: its settings are read, its documents are in order, its verbs exist."""

import re
from pathlib import Path

import yaml
from typer.main import get_command
from typer.testing import CliRunner

from tocsin import config
from tocsin.app.settings import Settings
from tocsin.cli import cli

PAGE = Path("docs/models.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_settings_of_the_page_are_read() -> None:
    own = yaml.safe_load(next(one for one in EXAMPLES if one.startswith("models:")))
    settings = Settings.read(config.Config(config.merged(own), {"ANTHROPIC_API_KEY": "x"}, "page"))
    assert settings.models.budget.tokens_per_incident == 12_000


def test_the_budget_of_the_page_is_applied_and_stands_at_nothing(tmp_path: Path) -> None:
    budget = next(one for one in EXAMPLES if "SwarmBudget" in one)
    file, document = tmp_path / "tocsin.yaml", tmp_path / "budget.yaml"
    file.write_text(yaml.safe_dump({"store": {"url": f"sqlite:///{tmp_path}/store.db"}}))
    document.write_text(budget)
    run = CliRunner()
    assert run.invoke(cli, ["apply", "-f", str(document), "--config", str(file)], catch_exceptions=False).exit_code == 0
    shown = run.invoke(cli, ["get", "budgets", "--config", str(file)], catch_exceptions=False).stdout
    assert re.search(
        r"pipeline +incident-response/incident-responder +monthly +OK +0.00 of 500.00 USD \(0%\)  stops", shown
    )


def test_every_verb_of_the_page_exists() -> None:
    known = get_command(cli).commands
    for verb, part in re.findall(r"^tocsin (\w+) (\w*)", PAGE, re.MULTILINE):
        assert verb in known
        assert verb != "get" or part in known["get"].commands
