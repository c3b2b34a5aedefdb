"""Verbs about API tokens: make one for a person, list them, revoke one. They work on the local store only."""

import asyncio
import json
from typing import Annotated

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption

token = typer.Typer(help="API tokens of people: made, listed, revoked.", no_args_is_help=True)


@token.command("create")
def create(
    person: Annotated[str, typer.Argument(help="Whose token it is, by e-mail address.")],
    role: Annotated[
        list[str],
        typer.Option(help="viewer, responder, communicator, commander, approver or admin; may be given again."),
    ],
    days: Annotated[int, typer.Option(help="How long it lives.")] = 90,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token for one person. It is shown once: only its digest is kept."""
    from tocsin.app import people
    from tocsin.errors import DataError
    from tocsin.model.identity import Role

    unknown = sorted(set(role) - set(Role))
    if unknown:
        raise DataError(f"there is no role {unknown[0][:40]!r}.", f"There are: {', '.join(Role)}.")
    text, made = asyncio.run(people.make_token(config, person, [Role(one) for one in role], days))
    if as_json:
        print(json.dumps({"token": text, **made.model_dump(mode="json", exclude={"sha256"})}))
        return
    typer.echo(
        f"{made.id} for {made.person} ({', '.join(sorted(made.roles))}), until {made.expires_at:%Y-%m-%d}.", err=True
    )
    typer.echo("Keep it now; it cannot be shown again:", err=True)
    print(text)


@token.command("list")
def list_all(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show whose tokens there are, what they may do, and when each was last used."""
    from tocsin.app import people

    found = asyncio.run(people.list_tokens(config))
    if as_json:
        print(json.dumps([{**one.model_dump(mode="json", exclude={"sha256"}), "status": how} for one, how in found]))
        return
    from tocsin.cli import live

    live.show_tokens(found)


@token.command("revoke")
def revoke(
    token_id: Annotated[str, typer.Argument(help="The token's id, TOK-...")], config: ConfigOption = None
) -> None:
    """End a token at once."""
    from tocsin.app import people

    asyncio.run(people.revoke_token(config, token_id))
    print(f"{token_id} is revoked.")
