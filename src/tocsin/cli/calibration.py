"""The verb `calibration`: how often this house's diagnoses were right, by how sure they were, drawn, with its error."""

import json
from typing import Annotated

import typer

from tocsin.cli import review_reach
from tocsin.cli.reaching import Reach, reaching


@reaching
def calibration(
    reach: Reach,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Incidents declared in so many days.")] = 365,
) -> None:
    """Show how far the confidence of diagnoses can be believed, by what people said of them."""
    found = review_reach.reliability(reach, days)
    if reach.as_json:
        print(json.dumps(found.model_dump(mode="json"), indent=2))
        return
    from tocsin.cli.reliability import drawn

    print("\n".join(drawn(found.bins)))
    for role, one in found.analysts.items():
        print(
            f"{role}: {one.verdicts} verdicts, right {one.credit:.0%} where the release was {one.by_release:.0%} sure; "
            f"its 80% is {one.at_80:.0%} here"
        )
