"""`tocsin policy explain`: the effective policy of a role or an agent for one tool, with where each rule stands."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tocsin.cli import cli
from tocsin.connectors.mcp import ToolsSettings
from tocsin.connectors.models import ModelsSettings

RUN = CliRunner()
PIPELINE = "examples/pipeline"
RULE = """
apiVersion: tocsin/v1
kind: Policy
metadata: { name: house, namespace: "*" }
spec: { enforcement: Enforce, tools: { deny: ["grafana/query_logs"] } }
"""


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--role", "investigator", "--tool", "grafana/query_logs"], 0, "allowed"),
        (["--role", "investigator", "--tool", "slack/post_message"], 1, "who reads cannot write"),
        (["--role", "notifier", "--tool", "grafana/query_logs"], 1, "who writes cannot read"),
        (["--role", "diagnostician", "--tool", "grafana/query_logs"], 1, "who decides holds no tool"),
        (["--agent", "notifier", "--tool", "slack/delete_channel", "-f", PIPELINE], 1, "does not list"),
        (["--agent", "notifier", "--tool", "slack/post_message", "-f", PIPELINE], 0, "pipeline.yaml:"),
    ],
)
def test_the_ruling_names_the_rule_that_decided(arguments: list[str], code: int, words: str) -> None:
    told = RUN.invoke(cli, ["policy", "explain", *arguments])
    assert told.exit_code == code, told.output
    assert words in told.output


def test_a_policy_of_every_namespace_is_named_with_its_file_and_line(tmp_path: Path) -> None:
    tmp_path.joinpath("rule.yaml").write_text(RULE)
    arguments = ["--agent", "investigator", "--tool", "grafana/query_logs", "-f", PIPELINE, "-f", str(tmp_path)]
    told = RUN.invoke(cli, ["policy", "explain", *arguments])
    assert told.exit_code == 1
    assert f"policy house denies grafana/query_logs ({tmp_path}/rule.yaml:" in told.output


def test_the_settings_of_the_page_are_in_order() -> None:
    text = Path("docs/tools.md").read_text().split("```yaml\n")[1].split("```")[0]
    assert ToolsSettings.model_validate(yaml.safe_load(text)["tools"]).servers["prometheus"].command


def test_the_settings_of_the_models_page_are_in_order() -> None:
    text = Path("docs/models.md").read_text().split("```yaml\n")[1].split("```")[0]
    assert ModelsSettings.model_validate(yaml.safe_load(text)["models"]).known["claude-*"].calls_tools
