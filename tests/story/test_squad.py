"""The grading suite that comes with the project is met by the whole response, without a model."""

import asyncio
from pathlib import Path

from tocsin import config
from tocsin.app import once

SUITE = Path(__file__).resolve().parents[2] / "examples" / "grading" / "squad.yaml"


def test_every_case_of_the_squad_gets_the_report_an_engineer_would_want() -> None:
    result = asyncio.run(once.grade_suite(SUITE, config.load(environ={})))

    assert len(result.cases) >= 16
    assert result.score == 1, result.table()
