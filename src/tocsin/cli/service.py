"""Verbs about the service: check the configuration, run it."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption


class Part(StrEnum):
    """What a process of the service is, when it is not all of it."""

    WEB = "web"
    WORKER = "worker"
    STATUS = "status"


def check(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    print_defaults: Annotated[bool, typer.Option(help="Print the shipped defaults and stop.")] = False,
) -> None:
    """Validate the configuration; each mistake comes with its path."""
    from tocsin import app

    if print_defaults:
        print(app.default_config())
        return
    sections = app.check(config)
    if as_json:
        print(json.dumps({"ok": True, "origin": sections.origin, "sections": sections.names}))
        return
    print(f"{sections.origin}: {len(sections.names)} sections are in order ({', '.join(sections.names)}).")


def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind; other than loopback needs a token.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to bind.")] = None,
    only: Annotated[
        Part | None, typer.Option(help="Be one part: the face, a worker that walks incidents, or the status page.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Run the service: hooks, API, event streams, metrics, health, and the worker that walks incidents."""
    from tocsin import app

    app.serve(config, host=host, port=port, only=only.value if only else None)
