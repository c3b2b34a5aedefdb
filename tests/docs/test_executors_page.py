"""docs/executors.md says what is so: its configuration opens, its verbs exist, its promises are the code's."""

import re
from pathlib import Path

import yaml

from tocsin.config import Config
from tocsin.connectors.executors.kubernetes import CHANGES
from tocsin.connectors.executors.kubernetes_reads import OPTIONS
from tocsin.connectors.executors.settings import ExecutorsConfig, open_executors
from tocsin.library.steps import Kubernetes

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "executors.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_every_example_can_be_pasted_and_opens() -> None:
    assert len(EXAMPLES) == 4
    together: dict[str, object] = {}
    for example in EXAMPLES:
        together |= yaml.safe_load(example)["executors"]
    config = Config({"executors": together}, {})
    section = config.section("executors", ExecutorsConfig)
    assert section.command.programs["df"].options["-h"] is None
    assert section.sql.databases["orders"].lock_seconds == 5
    shorn = re.sub(r"\n *(password|bearer|token|ca_file): .*", "", "\n".join(EXAMPLES)).split("executors:\n")
    for part in shorn[1:]:
        opened = open_executors(Config({"executors": yaml.safe_load(part)}, {}))
        assert sorted(opened) == ["command", "http", "kubernetes", "manual", "sql"]


def test_the_table_of_verbs_is_what_a_runbook_may_say_and_what_the_executor_can_do() -> None:
    table = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    told = {verb for row in table for verb in re.findall(r"`(\w+)`", row)}
    written = set(Kubernetes.model_fields["verb"].annotation.__args__)  # type: ignore[union-attr]
    assert told == written == {*CHANGES, *OPTIONS, "logs"}
