"""Verbs about powers: what policy makes of a role or an agent and a tool, and which tools' descriptions are accepted."""

import asyncio
import json
from typing import Annotated

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption
from tocsin.cli.playbooks import Paths

policy = typer.Typer(help="What agents may do, and which rule says so.", no_args_is_help=True)
tools = typer.Typer(help="Tools of MCP servers: their accepted descriptions.", no_args_is_help=True)


@policy.command()
def explain(
    tool: Annotated[str, typer.Option("--tool", help="As lists spell it: server/tool.")],
    role: Annotated[str, typer.Option("--role", help="A role, such as investigator.")] = "",
    agent: Annotated[str, typer.Option("--agent", help="Or an agent of a document, by name.")] = "",
    namespace: Annotated[str, typer.Option("--namespace", "-n", help="Whose policies, for a role.")] = "default",
    paths: Paths = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether it may be called, and every rule that was asked, with where it stands. Exit code 1: it may not."""
    from tocsin.app import playbooks

    told = asyncio.run(playbooks.explain(config, role, agent, tool, paths or (), namespace))
    if as_json:
        print(json.dumps(told._asdict(), indent=2, ensure_ascii=False))
    else:
        print(f"{told.who} -> {tool}: {told.verdict}, by {told.rule}")
        for line in told.asked:
            print(f"  {line}")
    if told.verdict == "denied":
        raise typer.Exit(1)


@tools.command("list")
def list_all(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List every tool whose description was accepted, when and by whom."""
    from tocsin.app import playbooks

    kept = asyncio.run(playbooks.pinned(config))
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in kept], indent=2, ensure_ascii=False))
        return
    for one in kept:
        print(f"{one.name:40} {one.text.partition(chr(10))[0][:12]}  {one.by}")
    if not kept:
        print("No tool has been seen yet.")


@tools.command()
def login(
    server: Annotated[str, typer.Argument(help="Of `tools.servers`, one with `oauth.login`.")],
    config: ConfigOption = None,
) -> None:
    """Log in to a tool server that gives its tools to people: open the address, say yes there, and come back."""
    from tocsin.app import playbooks

    found = asyncio.run(
        playbooks.login(config, server, lambda address: print(f"Open in a browser:\n{address}", flush=True))
    )
    print(f"{server}: logged in, {found} tools.")


@tools.command()
def accept(
    tool: Annotated[str, typer.Argument(help="server/tool whose description has changed.")], config: ConfigOption = None
) -> None:
    """Forget the accepted description of a tool: the next one that is seen is taken as it is, and pinned."""
    from tocsin.app import playbooks

    asyncio.run(playbooks.forget(config, tool))
    print(f"{tool}: the next description is accepted.")
