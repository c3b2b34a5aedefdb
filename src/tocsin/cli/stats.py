"""The verb `stats`: the figures of the incidents on the timeline, and what mode observe would have done."""

import asyncio
import json
from typing import Annotated

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption


def stats(
    days: Annotated[int, typer.Option(min=1, max=3650, help="Incidents that changed in so many days.")] = 30,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how many incidents, how fast they were handled, and what would have been done in mode observe."""
    from tocsin import app

    found = asyncio.run(app.stats(config, days))
    if as_json:
        print(json.dumps(found.model_dump(mode="json"), indent=2, ensure_ascii=False))
        return
    from tocsin.cli import terminal

    terminal.show_figures(found)
