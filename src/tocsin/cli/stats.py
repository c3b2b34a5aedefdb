"""The verb `stats`: the figures of the incidents on the timeline, what was saved, and what mode observe would have done."""

import json
from typing import Annotated

import typer

from tocsin.cli import review_reach
from tocsin.cli.reaching import Reach, reaching


@reaching
def stats(
    reach: Reach,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Incidents declared in so many days.")] = 30,
) -> None:
    """Show how many incidents, how fast they were handled, which promises were kept, and what was saved."""
    found = review_reach.figures(reach, days)
    if reach.as_json:
        told = found.model_dump(mode="json") | {"updates_on_time": found.updates.share}
        print(json.dumps(told, indent=2, ensure_ascii=False))
        return
    from tocsin.cli import review_view

    review_view.show_figures(found)
