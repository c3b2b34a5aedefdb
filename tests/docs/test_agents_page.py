"""docs/agents.md and the README of the example agent are executed: settings load, the playbook holds, an incident is played."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.servers import free_port
from typer.main import get_command
from typer.testing import CliRunner

from tocsin.cli import cli
from tocsin.config import parse_at
from tocsin.connectors.agents import AgentsSettings
from tocsin.connectors.agents.cards import card_of
from tocsin.errors import SourceError
from tocsin.playbooks.shelf import PlaybookSettings, Shelf, read_documents

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "agents.md").read_text()
EXAMPLE = ROOT / "examples" / "agent"
README = (EXAMPLE / "README.md").read_text()


def blocks(kind: str, text: str = PAGE) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def test_the_settings_of_the_page_are_accepted_and_none_is_missing() -> None:
    (settings,) = [yaml.safe_load(one) for one in blocks("yaml") if one.startswith("agents:")]
    assert parse_at("agents", settings["agents"], AgentsSettings).model_fields_set == set(AgentsSettings.model_fields)


def test_the_playbook_of_the_page_gives_log_analysis_away() -> None:
    (example,) = [one for one in blocks("yaml") if "kind: Team" in one]
    (team,) = Shelf(read_documents([("page.yaml", example)]), PlaybookSettings()).sound().teams.values()
    assert team.plan.agents["log-analyst"].player == "remote:log-analysis"


def test_the_card_of_the_page_is_read_with_its_role_and_schema() -> None:
    card = card_of("page", json.loads(blocks("json")[0]), None)
    assert card.roles == ("log-analyst",)
    assert card.capability("log-analyst").output == {"type": "object"}


@pytest.mark.parametrize("line", re.findall(r"^\$ (tocsin .*)$", PAGE + README, re.MULTILINE))
def test_every_verb_shown_exists(line: str) -> None:
    words, group = shlex.split(line)[1:], get_command(cli)
    assert words[0] in group.commands
    if words[0] == "agents":
        assert words[1] in group.commands["agents"].commands


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> Iterator[tuple[subprocess.Popen, dict[str, str]]]:
    """The README's commands, its agent on a port of its own, its configuration with a store of its own."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed (Debian package nodejs)")
    folder, port = tmp_path_factory.mktemp("agent"), str(free_port())
    config = folder / "tocsin.yaml"
    own = f"\nstore: {{ url: 'sqlite:///{folder}/tocsin.db' }}\n"
    config.write_text((EXAMPLE / "tocsin.yaml").read_text().replace("9180", port) + own)
    lines = re.findall(r"^\$ (.*)$", README.replace("9180", port), re.MULTILINE)
    serve, commands = shlex.split(lines[0]), {one.split()[1] + one.split()[2]: one for one in lines[1:]}
    process = subprocess.Popen([node, *serve[1:]], cwd=ROOT, stdout=subprocess.PIPE, text=True, env={"PORT": port})
    assert process.stdout is not None
    assert process.stdout.readline().strip() == f"ready on http://127.0.0.1:{port}"
    try:
        yield process, {"config": str(config), **commands}
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_example_asks_for_its_token_where_it_has_one(tmp_path, monkeypatch) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed (Debian package nodejs)")
    monkeypatch.setenv("AGENT_TOKEN", "t0ken-of-the-agent")
    port = str(free_port())
    env = {"PORT": port, "AGENT_TOKEN": "t0ken-of-the-agent"}
    process = subprocess.Popen([node, EXAMPLE / "agent.mjs"], stdout=subprocess.PIPE, text=True, env=env)
    assert process.stdout is not None
    process.stdout.readline()
    agents = {"log-analysis": {"url": f"http://127.0.0.1:{port}", "bearer": {"env": "AGENT_TOKEN"}}}
    config = tmp_path / "tocsin.yaml"
    store = {"url": f"sqlite:///{tmp_path}/tocsin.db"}
    try:
        config.write_text(yaml.safe_dump({"store": store, "agents": {"known": agents}}))
        code, said = told("tocsin agents check", str(config))
        assert code == 0 and "well" in said
        with pytest.raises(SourceError, match="401"):
            told(f"tocsin agents register another http://127.0.0.1:{port}", str(config), catch_exceptions=False)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def told(command: str, config: str, *more: str, catch_exceptions: bool = True) -> tuple[int, str]:
    words = [one for one in shlex.split(command)[1:] if one not in ("--config", "examples/agent/tocsin.yaml")]
    run = CliRunner().invoke(cli, [*words, "--config", config, *more], catch_exceptions=catch_exceptions)
    return run.exit_code, run.output


def test_the_readme_of_the_example_does_what_it_says(played, monkeypatch) -> None:
    process, commands = played
    monkeypatch.chdir(ROOT)
    config = commands["config"]
    code, said = told(commands["agentsregister"], config)
    assert code == 0 and "log-analyst" in said and "well" in said
    code, said = told(commands["agentslist"], config)
    assert code == 0 and re.search(r"log-analysis .* a2a-jsonrpc .* well, last seen 20", said)
    assert told(commands["agentscheck"], config)[0] == 0
    respond = next(one for name, one in commands.items() if name.startswith("respond"))
    code, said = told(respond, config, "--markdown")
    assert code == 0 and "times since, never before the onset" in said
    assert "answers instead of" not in said
    process.kill()
    process.wait()
    assert told(commands["agentscheck"], config)[0] == 1
    code, said = told(respond, config, "--markdown")
    assert code == 0 and "the built-in log-analyst answers instead of remote" in said
