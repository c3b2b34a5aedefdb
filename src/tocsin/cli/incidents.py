"""Verbs about one incident: respond to an alert in this process, and the demo."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption, read_body

if TYPE_CHECKING:
    from tocsin.app import Response


def respond(
    file: Annotated[str, typer.Argument(help="A webhook body or plain text; - reads standard input.")],
    source: Annotated[str, typer.Option(help="The vendor; by default every source is asked.")] = "auto",
    evidence: Annotated[
        Path | None, typer.Option(help="A snapshot folder with metrics, logs, topology, changes.")
    ] = None,
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Markdown instead of the terminal view.")] = False,
    keep: Annotated[bool, typer.Option(help="Record the incident in the configured timeline.")] = False,
    config: ConfigOption = None,
) -> None:
    """Respond to one alert from webhook to report, in this process, as the local operator. Nothing is executed."""
    from tocsin import app

    response = asyncio.run(
        app.respond_once(read_body(file), source=source, evidence=evidence, keep=keep, config_path=config)
    )
    _print(response, as_json=as_json, as_markdown=as_markdown)


def demo(
    snapshot: Annotated[Path | None, typer.Option(help="Another snapshot folder with an alert.json.")] = None,
    fast: Annotated[bool, typer.Option(help="No pauses between the chapters.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Unattended: say yes to everything the demo asks.")] = False,
) -> None:
    """Watch a real alert become a diagnosed incident, approve its fix, see it verified, and give the all-clear."""
    from tocsin.cli import demo as story

    story.play(snapshot, pause=0.0 if fast or yes else 0.6, yes=yes)


def _print(response: "Response", *, as_json: bool, as_markdown: bool) -> None:
    if as_json:
        print(json.dumps(response.report, indent=2, ensure_ascii=False))
        return
    if as_markdown:
        from tocsin.web.markdown import markdown

        print(markdown(response.incident, response.events, response.evidence))
        return
    from tocsin.cli import terminal

    terminal.show_incident(response.incident, response.events, response.evidence)
