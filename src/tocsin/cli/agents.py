"""Verbs about remote agents: let one in, list, ask for a sign of life, accept a changed card, let go. Here or at a service."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from tocsin.cli.reaching import Reach, made, reaching

if TYPE_CHECKING:
    from tocsin.stages.enlisting import Enlisted

agents = typer.Typer(help="Agents that live elsewhere and play roles here.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="As playbooks call it: `player: remote:NAME`.")]
ASKING_SECONDS = 30.0


@agents.command()
@reaching
def register(
    reach: Reach,
    name: Name,
    address: Annotated[str, typer.Argument(help="Where its card is read, or nats://HOST:PORT/NAME.")],
    transport: Annotated[
        str | None, typer.Option(help="a2a-jsonrpc, a2a-http, a2a-grpc or nats; by default what its card names first.")
    ] = None,
    secret: Annotated[str, typer.Option(help="Name of its bearer secret in `agents.secrets`.")] = "",
) -> None:
    """Let an agent in: its card is read and pinned. One of the same name is replaced."""
    from tocsin.stages.enlisting import Enlist

    asked = made(Enlist, name=name, url=address, transport=transport, secret=secret)
    _say(reach, _one(reach, "POST", "", asked.model_dump(mode="json", exclude_none=True), ("register", asked)))


@agents.command("list")
@reaching
def list_all(reach: Reach) -> None:
    """List who is registered: roles, transport, health, and when each was last seen."""
    _show(reach, "GET", "", "listed")


@agents.command()
@reaching
def check(reach: Reach) -> None:
    """Ask every agent for a sign of life now. Exit code 1 when one gives none."""
    found = _show(reach, "POST", "/check", "check")
    if any(one.health != "well" for one in found):
        raise typer.Exit(1)


@agents.command()
@reaching
def accept(reach: Reach, name: Name) -> None:
    """Accept what an agent says of itself now, after you have read it."""
    _say(reach, _one(reach, "POST", f"/{quote(name, safe='')}/accept", None, ("accept", name)))


@agents.command()
@reaching
def remove(reach: Reach, name: Name) -> None:
    """Let an agent go: it gets no task any more."""
    if reach.url:
        reach.asked("DELETE", f"/api/agents/{quote(name, safe='')}")
    else:
        from tocsin.app import agents as local

        asyncio.run(local.let_go(reach.config, name))
    print(json.dumps({"name": name, "removed": True}) if reach.as_json else f"{name} is let go.")


def _one(reach: Reach, verb: str, path: str, body: object, here: tuple[str, Any]) -> "Enlisted":
    """At the service, or by the function of that name on the local store."""
    from tocsin.app import agents as local
    from tocsin.stages.enlisting import Enlisted

    if reach.url:
        return Enlisted.model_validate_json(reach.asked(verb, f"/api/agents{path}", body, seconds=ASKING_SECONDS))
    name, asked = here
    found: Enlisted = asyncio.run(getattr(local, name)(reach.config, asked))
    return found


def _show(reach: Reach, verb: str, path: str, here: str) -> "list[Enlisted]":
    from tocsin.app import agents as local
    from tocsin.web.agents import Agents

    if reach.url:
        answer = reach.asked(verb, f"/api/agents{path}", seconds=ASKING_SECONDS)
        found = Agents.model_validate_json(answer).agents
    else:
        found = asyncio.run(getattr(local, here)(reach.config))
    if reach.as_json:
        print(json.dumps([one.model_dump(mode="json") for one in found], indent=2, ensure_ascii=False))
        return found
    for one in found:
        print(_line(one))
    if not found:
        print("No agent is registered.")
    return found


def _say(reach: Reach, one: "Enlisted") -> None:
    if reach.as_json:
        print(one.model_dump_json(indent=2))
        return
    print(_line(one))
    print(f"card {one.digest[:12]} is accepted; a changed one must be accepted again.")


def _line(one: "Enlisted") -> str:
    from tocsin.model.plain import minute, one_line

    seen = minute(one.sign.seen_at) if one.sign and one.sign.seen_at else "never"
    roles = one_line(", ".join(one.roles), 60)
    return f"{one.name:20} {roles:24} {one.transport:12} {one_line(one.health, 80)}, last seen {seen}"
