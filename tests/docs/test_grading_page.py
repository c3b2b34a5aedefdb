"""docs/grading.md can be followed word for word."""

import asyncio
import re
from pathlib import Path

from tocsin import config
from tocsin.app import once
from tocsin.grading import Case, Criterion

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "grading.md").read_text()


def test_the_suite_on_the_page_runs_and_scores_full(tmp_path: Path) -> None:
    found = re.search(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    (tmp_path / "suite.yaml").write_text(found[1])
    result = asyncio.run(once.grade_suite(tmp_path / "suite.yaml", config.load(environ={})))

    assert result.score == 1, result.table()


def test_every_key_of_a_suite_is_explained() -> None:
    names = [*Case.model_fields, *Criterion.model_fields]
    assert [name for name in names if f"`{name}`" not in PAGE] == []
