"""docs/maintenance.md is what happens: its commands run in order on a store, its table of rights is the one that is asked."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tocsin.cli import cli
from tocsin.model.identity import RIGHTS, Right

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "maintenance.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


class Count:
    """Windows are called as on the page."""

    def __init__(self, *_: object) -> None:
        pass

    numbers: Iterator[int] = iter(())

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self.numbers)}"


def test_the_commands_on_the_page_work_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tocsin.yaml").write_text(blocks("yaml")[0])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tocsin.app.maintenance.RandomNames", Count)
    monkeypatch.setattr(Count, "numbers", iter(range(1, 10)))
    said = ""
    for line in "".join(blocks("sh")).splitlines():
        result = CliRunner().invoke(cli, [*shlex.split(line)[1:], "--config", "tocsin.yaml"])
        assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception!r}"
        said += result.output
    for words in (
        "PLAN waits for approval, quiet",
        "N2 waits for approval",
        "completed, quiet",
        "called off: the vendor is ill",
    ):
        assert words in said


def test_the_rights_on_the_page_are_those_of_the_roles() -> None:
    for right, roles in re.findall(r"^\| .* \| (\w+)[^|]* \| ([\w, ]+) \|$", PAGE, re.MULTILINE)[1:]:
        assert {role for role, rights in RIGHTS.items() if Right(right) in rights} == set(roles.split(", "))
