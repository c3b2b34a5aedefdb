"""Verbs after the all-clear: the post-mortem, and what people say of the diagnosis. They decide nothing.

What each act means, who may do it and when, is told in `stages.review`.
"""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from tocsin.cli import review_reach
from tocsin.cli.people import Incident, told_of
from tocsin.cli.reaching import Reach, reaching
from tocsin.errors import DataError

post_mortem = typer.Typer(help="The post-mortem: shown, edited, generated anew, approved, moved.", no_args_is_help=True)

Version = Annotated[int | None, typer.Option(min=1, help="By default the one that stands.")]


@reaching
def show(
    reach: Reach,
    incident: Incident,
    version: Version = None,
    pdf: Annotated[Path | None, typer.Option(help="Write it to this file as PDF.")] = None,
    ics: Annotated[Path | None, typer.Option(help="Write its date to this file as a calendar entry.")] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="The bare Markdown.")] = False,
) -> None:
    """Show it as it stands: the text, how far its review has come, what the blame check says."""
    if ics is not None:
        ics.write_bytes(review_reach.date(reach, incident))
        print(f"{ics} is written.", file=sys.stderr)
        return
    if pdf is not None:
        pdf.write_bytes(review_reach.pdf(reach, incident, version))
        print(f"{pdf} is written.", file=sys.stderr)
        return
    shown = review_reach.post_mortem(reach, incident, version)
    if reach.as_json:
        print(shown.model_dump_json(indent=2))
    elif as_markdown:
        print(shown.text, end="")
    else:
        from tocsin.cli import review_view

        review_view.show_post_mortem(shown)


@reaching
def edit(
    reach: Reach,
    incident: Incident,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The whole document in Markdown.")],
    base: Annotated[int, typer.Option(min=0, help="The newest version that you had seen.")],
) -> None:
    """Put other words in its place. They stand, whatever is generated later."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as mistake:
        raise DataError(f"{file} is not UTF-8 text.", "Save it as UTF-8.") from mistake
    told_of(reach, reach.act("edit-post-mortem", incident, text=text, base=base))


@reaching
def regenerate(reach: Reach, incident: Incident) -> None:
    """Write it anew from everything on the record. Where a person wrote the one that stands, it is an offer."""
    told_of(reach, reach.act("regenerate-post-mortem", incident))


@reaching
def approve(
    reach: Reach,
    incident: Incident,
    version: Version = None,
    reason: Annotated[str, typer.Option(help="Needed where the blame check found something.")] = "",
) -> None:
    """Stand behind it: the incident is reviewed, and its lesson is shown on the next one like it."""
    told_of(reach, reach.act("approve-post-mortem", incident, version=version, reason=reason))


@reaching
def schedule(
    reach: Reach,
    incident: Incident,
    at: Annotated[str, typer.Argument(help="When, as 2026-11-23T09:00:00Z.")],
    owner: Annotated[str | None, typer.Option(help="Who leads it.")] = None,
) -> None:
    """Move the meeting, or give it to somebody else."""
    told_of(reach, reach.act("schedule-post-mortem", incident, at=at, owner=owner))


@reaching
def judge(
    reach: Reach,
    incident: Incident,
    cause: Annotated[
        Literal["right", "partly", "wrong"] | None, typer.Option(help="The diagnosis: right, partly or wrong.")
    ] = None,
    runbook: Annotated[str, typer.Option(help="A runbook that was proposed or used...")] = "",
    helped: Annotated[bool | None, typer.Option("--helped/--not-helped", help="...and whether it helped.")] = None,
    said: Annotated[str, typer.Option(help="A word on the cause.")] = "",
) -> None:
    """Say whether the cause was right, and whether a runbook helped. It is shown in `stats` and feeds calibration."""
    if cause is None and not runbook:
        raise DataError("there is nothing to judge.", "Give --cause, or --runbook with --helped or --not-helped.")
    if bool(runbook) != (helped is not None):
        raise DataError("a runbook and whether it helped go together.", "Give --runbook ID --helped.")
    if cause is not None:
        told_of(reach, reach.act("judge-cause", incident, verdict=cause, said=said))
    if runbook:
        told_of(reach, reach.act("judge-runbook", incident, runbook, helped=helped))


for _name, _verb in {
    "show": show,
    "edit": edit,
    "regenerate": regenerate,
    "approve": approve,
    "schedule": schedule,
}.items():
    post_mortem.command(_name)(_verb)
