"""The verb `oncall`: who would be called now, for a service or for everything."""

import asyncio
import json
from typing import Annotated

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption


def oncall(
    service: Annotated[str, typer.Argument(help="A service of the catalogue; none means the general order.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who is on call now, level by level, and until when."""
    from tocsin import app

    levels = asyncio.run(app.on_call(config, service))
    if as_json:
        print(json.dumps([level._asdict() for level in levels], indent=2))
        return
    for number, level in enumerate(levels, 1):
        print(f"{number}. {level.person} ({level.rota}, until {level.until})")
    if not levels:
        print("Nobody: no rota is configured. Add `oncall.rotas` to the configuration.")
        raise typer.Exit(1)
