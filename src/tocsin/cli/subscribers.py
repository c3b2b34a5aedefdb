"""Verbs about those who subscribed to the status page: list them, remove one. They work on the local store only."""

import asyncio
import json
from typing import Annotated

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption

subscribers = typer.Typer(help="Who subscribed to the status page: listed, removed.", no_args_is_help=True)


@subscribers.command("list")
def list_all(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show every subscriber, and what each wants to hear of."""
    from tocsin.app import subscribers as kept
    from tocsin.model.plain import minute, one_line

    found = asyncio.run(kept.listed(config))
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in found], indent=2, ensure_ascii=False))
        return
    for one in found:
        wanted = ", ".join(one.components) or "everything"
        print(f"{one.id}  {one.via}  {one_line(one.address, 200)}  {wanted}  since {minute(one.confirmed_at)}")
    if not found:
        print("Nobody has subscribed.")


@subscribers.command("remove")
def remove(
    who: Annotated[str, typer.Argument(help="The subscriber's id, SUB-..., or the address.")],
    config: ConfigOption = None,
) -> None:
    """Forget a subscriber at once."""
    from tocsin.app import subscribers as kept

    one = asyncio.run(kept.removed(config, who))
    print(f"{one.id} is removed.")
