"""Verbs about the outbox: what has not arrived, and have it tried again. Local store or a service, like all verbs of people."""

import json
from typing import Annotated

import typer

from tocsin.cli.people import Incident, told_of
from tocsin.cli.reaching import Reach, reaching

outbox = typer.Typer(help="Calls and messages that have not arrived: listed, tried again.", no_args_is_help=True)


@reaching
def list_all(
    reach: Reach,
    incident: Annotated[str, typer.Argument(help="Only of this incident.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 100,
) -> None:
    """List what waits, failed or was given up, newest first, with what the receiver said."""
    from tocsin.model.plain import clock, minute, one_line

    found = reach.undelivered(incident, limit)
    if reach.as_json:
        print(json.dumps([one.model_dump(mode="json") for one in found], indent=2, ensure_ascii=False))
        return
    for one in found:
        again = f", again at {clock(one.next_at)}" if one.next_at else ""
        tries = f"{one.status.replace('_', ' ')} after {one.attempts} tries{again}" if one.attempts else one.status
        print(f"{minute(one.decided_at)}  {one.incident}  {one.receiver}  {tries}")
        print(f"    {one.key}{f': {one_line(one.error, 300)}' if one.error else ''}")
    if not found:
        print("Everything has arrived.")


@reaching
def retry(
    reach: Reach,
    incident: Incident,
    key: Annotated[str, typer.Argument(help="Its key, as `list` shows it; all of the incident without one.")] = "",
) -> None:
    """Try again now, with fresh patience."""
    told_of(reach, reach.act("retry", incident, key=key))


outbox.command("list")(list_all)
outbox.command("retry")(retry)
