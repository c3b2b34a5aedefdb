"""An incident followed in the terminal: each thing that happens, and the models at work meanwhile. Called by `show --watch`."""

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.cli.reaching import Reach
    from tocsin.web.document import LiveDocument

LOOK_SECONDS = 1.0


def follow(reach: "Reach", doc: "LiveDocument") -> None:
    """The document, then whatever is added to it, until it is over."""
    from rich.console import Console
    from rich.text import Text

    from tocsin.cli import live
    from tocsin.model.plain import clock, one_line

    console = Console()
    live.show(doc)
    told = len(doc.timeline)
    while doc.closed_at is None and doc.resolved_at is None:
        time.sleep(LOOK_SECONDS)
        doc = reach.document(doc.incident)
        for one in doc.timeline[told:]:
            console.print(Text(f"{clock(one.at)}  {one_line(one.actor)}  {one_line(one.said)}"))
        told = len(doc.timeline)
        for at_work in reach.working(doc.incident):
            console.print(Text(f"  {at_work.step}: {at_work.told}", style="dim"))
