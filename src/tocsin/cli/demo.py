"""The demo: a recorded incident from webhook to all-clear, told chapter by chapter. Called by `tocsin demo`.

Everything shown is computed while you watch, by the same path that the service takes. The fix runs against a small program that
the demo starts itself, and only after you have said yes; waiting is leapt over.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import RenderableType
from rich.prompt import Confirm
from rich.text import Text

from tocsin import config
from tocsin.app.once import Response
from tocsin.app.story import demo_story
from tocsin.cli import terminal
from tocsin.cli.terminal import console
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line

DEFAULT = Path("examples/snapshots/payments-pool-exhaustion")
Chapter = tuple[str, Callable[[Incident], RenderableType | None]]

CHAPTERS: tuple[Chapter, ...] = (
    ("An alert knocks, and becomes an incident.", terminal.headline),
    ("The router decides type and severity from impact facts, each with its quoted words.", terminal.triage),
    ("Investigators read metrics, logs, topology and changes in parallel. They cannot write.", terminal.findings),
    ("A specialist without any tool weighs what speaks for and against each cause.", terminal.diagnosis),
    ("A runbook that people wrote is proposed.", terminal.fix),
    ("Each audience gets a draft from the same facts. A person reviews before anything is sent.", terminal.messages),
)

_TITLES = {
    "Publish?": "Customers read only what a person has approved, word for word.",
    "Approve?": "Nothing runs without permission.",
    "Give the all-clear?": "A person gives the all-clear.",
}
"""What a person is asked, by the last line of the question."""
CARRIED_OUT = "It is carried out once, against a program the demo started, and looked at."


class Telling:
    """Tells the story as it happens, and asks when a person must decide."""

    def __init__(self, pause: float, yes: bool) -> None:
        self._pause, self._yes = pause, yes
        self._told = False
        self._number = len(CHAPTERS)

    async def decide(self, question: str, incident: Incident) -> bool:
        """Shows what led here, then asks. Unattended (`--yes`) the answer is yes; without a terminal it is no."""
        self._opening(incident)
        self._number += 1
        console.print(Text(f"\n{self._number}. {_TITLES[question.splitlines()[-1]]}", style="bold cyan"))
        for line in question.splitlines():
            console.print(Text(f"  {one_line(line, 400)}"))
        if self._yes or not sys.stdin.isatty():
            said = (
                "yes (unattended, --yes)" if self._yes else "no (nobody is at the terminal; --yes runs it unattended)"
            )
            console.print(Text(f"  {said}", style="yellow"))
            return self._yes
        return await asyncio.to_thread(Confirm.ask, "  Your word", console=console)

    def hear(self, word: str, _incident: Incident) -> None:
        """What happened in between."""
        if word == "approved":
            self._number += 1
            console.print(Text(f"\n{self._number}. {CARRIED_OUT}", style="bold cyan"))
            console.print(Text("  Approved as the local operator: exactly these bytes, once."))
            console.print(Text("  Waiting is leapt over: the story's clock jumps, the readings are real.", style="dim"))

    def _opening(self, incident: Incident) -> None:
        if self._told:
            return
        self._told = True
        for number, (title, draw) in enumerate(CHAPTERS, 1):
            drawn = draw(incident)
            if drawn is not None:
                console.print(Text(f"\n{number}. {title}", style="bold cyan"))
                console.print(drawn)
                time.sleep(self._pause)


def play(snapshot: Path | None, *, pause: float, yes: bool) -> None:
    """The whole story; `pause` is in seconds between chapters. Raises DataError when it is not run from the project's folder."""
    folder = snapshot or DEFAULT
    console.print(Text(f"tocsin demo: {folder.name}, as the local operator, with no model configured", style="bold"))
    telling = Telling(pause, yes)
    told = asyncio.run(demo_story(folder, config.load(), decide=telling.decide, tell=telling.hear))
    for action in told.incident.actions:
        console.print(
            Text(f"  {action.state}: {one_line(action.step.text, 120)} ({one_line(action.said, 160)})", style="dim")
        )
    _close(told)


def _close(told: Response) -> None:
    console.print(Text("\nEverything that happened is an event in a hash chain.", style="bold cyan"))
    console.print(terminal.timeline(told.events))
    state = f"The incident is {told.incident.state}"
    console.print(Text(f"\n{state}: {len(told.events)} events, {len(told.evidence)} pieces of evidence.", style="bold"))
    called = sys.argv[0] if Path(sys.argv[0]).name == "tocsin" else "tocsin"
    console.print(Text(f"One alert of your own: {called} respond ALERT --evidence FOLDER", style="dim"))
    console.print(Text(f"As a service:          {called} serve", style="dim"))
