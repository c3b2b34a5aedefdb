"""Verbs about action items: listed over all incidents; opened, changed, done, dropped, exported on one. They decide nothing."""

from typing import Annotated

import typer

from tocsin.cli import review_reach
from tocsin.cli.people import Incident, told_of
from tocsin.cli.reaching import Reach, reaching

item = typer.Typer(help="Action items of an incident: opened, changed, done, dropped, exported.", no_args_is_help=True)

Owner = Annotated[str | None, typer.Option(help="Who owns it.")]
Due = Annotated[str | None, typer.Option(help="Until when, as 2026-11-30T17:00:00Z.")]
Item = Annotated[str, typer.Argument(help="AI1, AI2...; `tocsin items` lists them.")]


@reaching
def items(
    reach: Reach,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose date has passed.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Done and dropped ones too.")] = False,
) -> None:
    """List action items of all incidents, what is due first; post-mortems that wait are among them."""
    found = review_reach.items(reach, overdue=overdue, everything=everything)
    if reach.as_json:
        print(found.model_dump_json(indent=2))
        return
    from tocsin.cli import review_view

    review_view.show_items(found)


@reaching
def open_item(
    reach: Reach,
    incident: Incident,
    text: Annotated[str, typer.Argument(help="What is to be done, specifically.")],
    owner: Owner = None,
    due: Due = None,
) -> None:
    """Open one. Without an owner it is the service's; without a date it is due by severity."""
    told_of(reach, reach.act("open-item", incident, text=text, owner=owner, due_at=due))


@reaching
def change(reach: Reach, incident: Incident, item_id: Item, owner: Owner = None, due: Due = None) -> None:
    """Give it to another owner, or another date."""
    told_of(reach, reach.act("change-item", incident, item_id, owner=owner, due_at=due))


@reaching
def done(reach: Reach, incident: Incident, item_id: Item) -> None:
    """Say that it is done."""
    told_of(reach, reach.act("finish-item", incident, item_id))


@reaching
def drop(
    reach: Reach,
    incident: Incident,
    item_id: Item,
    reason: Annotated[str, typer.Option(help="Why it is not going to be done.")],
) -> None:
    """Say that it is not going to be done."""
    told_of(reach, reach.act("drop-item", incident, item_id, reason=reason))


@reaching
def export(
    reach: Reach,
    incident: Incident,
    item_id: Item,
    tracker: Annotated[str, typer.Argument(help="A configured tracker: github, jira.")],
) -> None:
    """Send it to a tracker."""
    told_of(reach, reach.act("export-item", incident, item_id, tracker=tracker))


for _name, _verb in {"open": open_item, "change": change, "done": done, "drop": drop, "export": export}.items():
    item.command(_name)(_verb)
