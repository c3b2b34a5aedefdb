"""Verbs about dead letters: bodies that nobody could read, listed and read again. On the local store or at a service."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from tocsin.cli.reaching import Reach, reaching

if TYPE_CHECKING:
    from tocsin.web.shapes import DeadLetter

deadletters = typer.Typer(help="Bodies that were refused: kept, listed, replayed.", no_args_is_help=True)
WHERE = "/api/deadletters"
MOST = 500
"""So many are listed at a time."""


@deadletters.command("list")
@reaching
def list_dead(reach: Reach) -> None:
    """Show the kept bodies that nobody could read, and why."""
    letters = _listed(reach)
    if reach.as_json:
        print(json.dumps([one.model_dump(mode="json") for one in letters], indent=2, ensure_ascii=False))
        return
    from tocsin.cli import terminal

    terminal.show_dead_letters(letters)


@deadletters.command("replay")
@reaching
def replay_dead(reach: Reach, delivery: Annotated[str, typer.Argument(help="The delivery's id, or `all`.")]) -> None:
    """Read kept bodies again, after a mapping or a parser was corrected."""
    results = _replayed(reach, delivery)
    if reach.as_json:
        print(json.dumps(results, indent=2))
    else:
        for result in results:
            print(f"{result['delivery']}: {result['said']}")
    if any(not result["replayed"] for result in results):
        raise typer.Exit(1)


def _listed(reach: Reach) -> "list[DeadLetter]":
    from tocsin.web.shapes import DeadLetter, DeadLetters

    if reach.url:
        return DeadLetters.model_validate_json(reach.asked("GET", f"{WHERE}?limit={MOST}")).deadletters
    from tocsin import app

    return [DeadLetter.of(kept) for kept in asyncio.run(app.dead_letters(reach.config))]


def _replayed(reach: Reach, delivery: str) -> list[dict[str, Any]]:
    """For each, oldest first, whether it went through and what became of it."""
    if not reach.url:
        from tocsin import app

        return asyncio.run(app.replay(reach.config, delivery))
    wanted = [one.id for one in reversed(_listed(reach))] if delivery == "all" else [delivery]
    return [_sent(reach, one, alone=delivery != "all") for one in wanted]


def _sent(reach: Reach, delivery: str, *, alone: bool) -> dict[str, Any]:
    from tocsin.errors import TocsinError
    from tocsin.web.shapes import Delivered

    try:
        found = Delivered.model_validate_json(reach.asked("POST", f"{WHERE}/{quote(delivery, safe='')}/replay"))
    except TocsinError as refused:
        if alone:
            raise
        return {"delivery": delivery, "replayed": False, "said": str(refused)}
    decided = ", ".join(f"{one.disposition} {one.incident}".strip() for one in found.alerts)
    return {"delivery": delivery, "replayed": True, "said": decided or "understood, nothing to alert on"}
