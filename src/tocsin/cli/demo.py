"""The demo: a recorded incident replayed from webhook to report, told chapter by chapter. Called by `tocsin demo`.

Everything shown is computed while you watch, by the same path that the service takes; only the pauses are for you.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from tocsin import app
from tocsin.app.once import Response
from tocsin.cli import terminal
from tocsin.cli.terminal import console
from tocsin.errors import DataError

DEFAULT = Path("examples/snapshots/payments-pool-exhaustion")
Chapter = tuple[str, Callable[[Response], RenderableType | None]]

CHAPTERS: tuple[Chapter, ...] = (
    ("An alert knocks, and becomes an incident.", lambda told: terminal.headline(told.incident)),
    (
        "The router decides type and severity from impact facts, each with its quoted words.",
        lambda told: terminal.triage(told.incident),
    ),
    (
        "Investigators read metrics, logs, topology and changes in parallel. They cannot write.",
        lambda told: terminal.findings(told.incident),
    ),
    (
        "A specialist without any tool weighs what speaks for and against each cause.",
        lambda told: terminal.diagnosis(told.incident),
    ),
    ("A runbook that people wrote is proposed. Nothing is executed.", lambda told: terminal.fix(told.incident)),
    (
        "Each audience gets a draft from the same facts. A person reviews before anything is sent.",
        lambda told: terminal.messages(told.incident),
    ),
    ("Everything that happened is an event in a hash chain.", lambda told: terminal.timeline(told.events)),
)


def play(snapshot: Path | None, *, pause: float) -> None:
    """Responds to the snapshot's alert and tells it; `pause` is in seconds between chapters."""
    folder = snapshot or DEFAULT
    alert = folder / "alert.json"
    if not alert.exists():
        raise DataError(
            f"{folder} holds no alert.json.", "Run it from the project's folder, or give a snapshot with --snapshot."
        )
    console.print(Text(f"tocsin demo: {folder.name}, as the local operator, with no model configured", style="bold"))
    started = time.monotonic()
    with console.status("responding ..."):
        told = asyncio.run(app.respond_once(alert.read_bytes(), source="auto", evidence=folder))
    seconds = time.monotonic() - started
    for number, (title, draw) in enumerate(CHAPTERS, 1):
        drawn = draw(told)
        if drawn is None:
            continue
        console.print(Text(f"\n{number}. {title}", style="bold cyan"))
        console.print(drawn)
        time.sleep(pause)
    _close(told, seconds)


def _close(told: Response, seconds: float) -> None:
    console.print(
        Text(
            f"\nFrom webhook to report in {seconds:.1f} s: {len(told.events)} events, {len(told.evidence)} pieces of evidence.",
            style="bold",
        )
    )
    console.print(Text("The same as JSON:      tocsin respond ALERT --evidence FOLDER --json", style="dim"))
    console.print(Text("As a service:          tocsin serve", style="dim"))
