"""The verb `gameday`: a drill is declared, or whose turn it is is shown. It decides nothing; see `stages.people.practice`."""

from typing import Annotated, Any

import typer

from tocsin.cli import review_reach
from tocsin.cli.people import told_of
from tocsin.cli.reaching import Reach, reaching


@reaching
def gameday(
    reach: Reach,
    title: Annotated[str | None, typer.Argument(help="What is played. Without it: whose turn it is.")] = None,
    description: Annotated[str, typer.Option(help="What would be seen; triage reads it.")] = "",
    service: Annotated[str, typer.Option(help="The service that is played to be broken.")] = "",
    severity: Annotated[str | None, typer.Option(help="SEV1 to SEV4; triage may raise it.")] = None,
    lead: Annotated[str | None, typer.Option(help="Who leads communications; by default whose turn it is.")] = None,
    page: Annotated[bool, typer.Option("--page", help="Call people for real.")] = False,
) -> None:
    """Declare a drill, or see whose turn it is. It is labelled everywhere, published nowhere, and counted in no figure."""
    if title is not None:
        level = severity.upper() if severity else None
        played: dict[str, Any] = {"description": description, "service": service, "severity": level}
        told_of(reach, reach.act("gameday", title=title, lead=lead, pages=page, **played))
        return
    found = review_reach.turns(reach)
    if reach.as_json:
        print(found.model_dump_json(indent=2))
        return
    from tocsin.cli import review_view

    review_view.show_turns(found)
