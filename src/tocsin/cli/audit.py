"""Verbs about trust in the record: verify the chains, print an anchor, erase a body by a named act."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption

audit = typer.Typer(help="The timeline's hash chains: verify them, anchor them.", no_args_is_help=True)


@audit.command("verify")
def verify(
    anchor: Annotated[Path | None, typer.Option(help="An anchor printed earlier, to find a rewritten chain.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check every event of every incident, offline. Names each event that does not fit; exit code 1 if any."""
    from tocsin import app

    result = app.audit_verify(config, anchor)
    if as_json:
        print(json.dumps(result.as_dict(), indent=2))
    else:
        from tocsin.cli import terminal

        terminal.show_audit(result)
    if not result.ok:
        raise typer.Exit(1)


@audit.command("anchor")
def anchor(config: ConfigOption = None) -> None:
    """Print the heads of all chains: keep this outside, and `verify --anchor` finds even a rebuilt chain."""
    from tocsin import app

    sys.stdout.write(app.audit_anchor(config))


@audit.command("erase")
def erase(
    incident: str,
    seq: int,
    reason: Annotated[str, typer.Option(help="Why the content must go; kept in the chain.")],
    by: Annotated[str, typer.Option(help="Who decides it, such as ada@example.com.")],
    config: ConfigOption = None,
) -> None:
    """Erase the content of one event for good. Its digest stays, so the chain still verifies and shows the act."""
    from tocsin import app

    event = asyncio.run(app.erase_body(config, incident, seq, reason=reason, actor=f"person:{by}"))
    print(f"Event {seq} of {incident} is erased; event {event.seq} says so.")
