"""The verb `eval`: grade the whole response against a suite of cases with weighted criteria."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption


def evaluate(
    suite: Annotated[Path, typer.Argument(help="A suite of cases, such as examples/grading/squad.yaml.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Respond to every case of a suite and score the reports. Exit code 1 when the score is below 1."""
    from tocsin import app

    result = asyncio.run(app.grade(suite, config))
    if as_json:
        print(json.dumps(result.as_dict(), indent=2, ensure_ascii=False))
    else:
        from tocsin.cli import terminal

        terminal.show_grades(result)
    if result.score < 1:
        raise typer.Exit(1)
