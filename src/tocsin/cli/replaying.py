"""The verb `replay`: an incident walked again from its record, what comes out beside what was said then."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption
from tocsin.errors import DataError

if TYPE_CHECKING:
    from tocsin.model.outcome import Outcome, Replay


def replay(
    incident: Annotated[str, typer.Argument(help="The incident's id, INC-...")],
    players: Annotated[
        list[str] | None,
        typer.Option("--player", help="ROLE=PLAYER: analyst, a model, or remote:NAME; may be given again."),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Ask models that have no recorded answer, at their price.")
    ] = False,
    run: Annotated[str, typer.Option(help="Which run, as R1; by default the newest.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play an incident again, offline, from what the store has of it; with --player, compare two players on it."""
    from tocsin.app import rewalk

    found = asyncio.run(rewalk.replay(config, incident, _pairs(players or []), live=live, run=run))
    if as_json:
        print(json.dumps({**found.model_dump(mode="json"), "agrees": found.agrees}, indent=2, ensure_ascii=False))
        return
    _show(found)


def _pairs(given: list[str]) -> dict[str, str]:
    split = [one.partition("=") for one in given]
    if wrong := [name for name, sign, player in split if not (name and sign and player)]:
        raise DataError(f"{wrong[0][:60]!r} is no ROLE=PLAYER.", "Write --player diagnostician=analyst.")
    return {name: player for name, _, player in split}


def _show(found: "Replay") -> None:
    """Two or three outcomes side by side, then what each role took."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tocsin.model.outcome import COMPARED
    from tocsin.model.plain import one_line

    console = Console()
    instead = ", ".join(f"{role}={player}" for role, player in found.players.items())
    columns = [("said then", found.then), ("played again", found.again)]
    if found.instead is not None:
        columns.append((f"with {instead}", found.instead))
    table = Table(title=f"{found.incident} {found.run} ({found.playbook})", title_justify="left")
    for heading in ("", *(name for name, _ in columns), "agree"):
        table.add_column(heading)
    for name in COMPARED:
        cells = [one_line(_cell(one, name), 200) for _, one in columns]
        table.add_row(
            name.replace("_", " "), *map(Text, cells), "yes" if found.agrees[name] else Text("NO", style="bold red")
        )
    for name in ("tokens", "seconds"):
        table.add_row(name, *(f"{getattr(one, name):g}" for _, one in columns), "")
    console.print(table)
    for heading, one in columns[1:]:
        for row in one.roles:
            why = f"; the built-in analyst answered: {one_line(row.replaced, 200)}" if row.replaced else ""
            console.print(
                Text(
                    f"  {heading}: {row.role} by {row.player}, {row.tokens} tokens, {row.seconds:g} s{why}", style="dim"
                )
            )


def _cell(outcome: "Outcome", name: str) -> str:
    value = getattr(outcome, name)
    return f"{value:.0%}" if name == "confidence" else str(value)
