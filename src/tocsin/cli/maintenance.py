"""Verbs about maintenance windows: planned, approved word for word, moved on, called off. On the local store or at a service.

They decide nothing; what each act means is told in `stages.communicate.maintenance`.
"""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from tocsin.cli.reaching import Reach, made, reaching
from tocsin.errors import DataError, NotFound

if TYPE_CHECKING:
    from tocsin.stages.communicate.maintenance import MaintenanceShown, MaintenancesShown
    from tocsin.stages.communicate.maintenance.shown import Waiting

maintenance = typer.Typer(
    help="Work that customers are told of beforehand: planned, approved, opened and ended.", no_args_is_help=True
)
WHERE = "/api/maintenances"
Window = Annotated[str, typer.Argument(help="The window's id, MNT-...")]
Which = Annotated[str, typer.Option("--which", help="PLAN, or a note by its name: N1.")]
At = Annotated[str, typer.Option(help="As 2026-11-21T03:00:00Z.")]
MaybeAt = Annotated[str | None, typer.Option(help="As 2026-11-21T03:00:00Z.")]


@maintenance.command("schedule")
@reaching
def schedule(
    reach: Reach,
    title: Annotated[str, typer.Argument(help="One line, as customers read it.")],
    start: At,
    end: At,
    component: Annotated[list[str], typer.Option(help="What it touches, by its name on the status page; repeatable.")],
    text: Annotated[str, typer.Option(help="What customers will notice.")],
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Alerts of these components open nothing meanwhile; intruders always do.")
    ] = False,
) -> None:
    """Plan a window. Customers read nothing of it before it is approved."""
    times = {"starts_at": start, "ends_at": end}
    _told(reach, _act(reach, "schedule", title=title, components=component, text=text, quiet=quiet, **times))


@maintenance.command("list")
@reaching
def list_all(reach: Reach) -> None:
    """List all windows: waiting for approval, ahead, under way, over."""
    found = _all(reach)
    if reach.as_json:
        print(found.model_dump_json(indent=2))
        return
    for one in found.maintenances:
        print(_line(one))
    if not found.maintenances:
        print("No maintenance is planned.")


@maintenance.command("show")
@reaching
def show(reach: Reach, window: Window) -> None:
    """Show a window: its words, what waits for a person, and everything done about it."""
    _told(reach, _one(reach, window), whole=True)


@maintenance.command("reword")
@reaching
def reword(
    reach: Reach,
    window: Window,
    which: Which = "PLAN",
    title: Annotated[str | None, typer.Option(help="Another title.")] = None,
    text: Annotated[str | None, typer.Option(help="Other words.")] = None,
    start: MaybeAt = None,
    end: MaybeAt = None,
) -> None:
    """Change what nobody has approved yet."""
    _told(reach, _act(reach, "reword", window, which=which, title=title, text=text, starts_at=start, ends_at=end))


@maintenance.command("approve")
@reaching
def approve(
    reach: Reach,
    window: Window,
    which: Which = "PLAN",
    override: Annotated[list[str] | None, typer.Option(help="A wording rule to set aside, by its code.")] = None,
    reason: Annotated[str, typer.Option(help="Why the rules are set aside.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again after showing it.")] = False,
) -> None:
    """Approve the plan or a note after looking at exactly what customers will read."""
    found = _one(reach, window)
    words = next((one for one in found.waiting if one.which == which), None)
    if words is None:
        left = ", ".join(one.which for one in found.waiting) or "nothing"
        raise NotFound(f"{which} of {window} does not wait for approval.", f"Waiting: {left}.")
    if not yes:
        print(_exact(found, words))
        if not sys.stdin.isatty() or not typer.confirm("Do you approve exactly this?"):
            raise DataError("nothing was done.", "Say yes, or give --yes once you have looked at it.")
    fields = {"digest": words.digest, "overridden": tuple(override or ()), "reason": reason}
    _told(reach, _act(reach, "approve", window, which=which, **fields))


@maintenance.command("note")
@reaching
def note(reach: Reach, window: Window, text: Annotated[str, typer.Argument(help="What customers shall read.")]) -> None:
    """Write a note for customers; it waits for approval."""
    _told(reach, _act(reach, "note", window, text=text))


@maintenance.command("extend")
@reaching
def extend(
    reach: Reach,
    window: Window,
    end: At,
    text: Annotated[str, typer.Option(help="What customers shall read about it.")],
) -> None:
    """Propose a later end; it waits for approval."""
    _told(reach, _act(reach, "extend", window, ends_at=end, text=text))


@maintenance.command("start")
@reaching
def start(reach: Reach, window: Window) -> None:
    """Begin it now, earlier than the clock."""
    _told(reach, _act(reach, "move", window, to="in_progress"))


@maintenance.command("verify")
@reaching
def verify(reach: Reach, window: Window) -> None:
    """The work is done and is being checked."""
    _told(reach, _act(reach, "move", window, to="verifying"))


@maintenance.command("complete")
@reaching
def complete(reach: Reach, window: Window) -> None:
    """It is over, earlier than the clock."""
    _told(reach, _act(reach, "move", window, to="completed"))


@maintenance.command("cancel")
@reaching
def cancel(reach: Reach, window: Window, reason: Annotated[str, typer.Option(help="Why; it stays inside.")]) -> None:
    """Call it off, and tell whoever was told of it."""
    _told(reach, _act(reach, "cancel", window, reason=reason))


def _act(reach: Reach, name: str, window: str = "", **fields: object) -> "MaintenanceShown":
    from tocsin.stages.communicate.maintenance import ACTS, MaintenanceShown

    ask = made(ACTS[name].ask, **fields)
    if not reach.url:
        from tocsin.app import maintenance as local

        return asyncio.run(local.act(reach.config, name, window, ask))
    where = f"{WHERE}{'/' if window else ''}{quote(window, safe='')}{ACTS[name].path}"
    return MaintenanceShown.model_validate_json(
        reach.asked("POST", where, ask.model_dump(mode="json", exclude_none=True))
    )


def _all(reach: Reach) -> "MaintenancesShown":
    from tocsin.stages.communicate.maintenance import MaintenancesShown

    if reach.url:
        return MaintenancesShown.model_validate_json(reach.asked("GET", WHERE))
    from tocsin.app import maintenance as local

    return asyncio.run(local.listed(reach.config))


def _one(reach: Reach, window: str) -> "MaintenanceShown":
    found = next((one for one in _all(reach).maintenances if one.window.id == window), None)
    if found is None:
        raise NotFound(f"there is no maintenance window {window[:80]!r}.", "List them: `tocsin maintenance list`.")
    return found


def _told(reach: Reach, found: "MaintenanceShown", *, whole: bool = False) -> None:
    from tocsin.model.plain import minute, one_line, visible

    if reach.as_json:
        print(found.model_dump_json(indent=2))
        return
    print(_line(found))
    if whole:
        print(visible(found.window.text))
    for words in found.waiting:
        print(f"\n{_exact(found, words)}")
    for deed in found.window.deeds if whole else found.window.deeds[-1:]:
        print(f"{minute(deed.at)}  {deed.by}  {deed.what}" + (f": {one_line(deed.said)}" if deed.said else ""))


def _line(one: "MaintenanceShown") -> str:
    from tocsin.model.plain import minute, one_line

    window = one.window
    state = "called off" if window.cancelled_at else one.stage.replace("_", " ")
    state = "LAPSED, customers were told nothing" if one.lapsed else state
    marks = [state] + [f"{words.which} waits for approval" for words in one.waiting]
    marks += ["quiet"] if window.quiet else []
    marks += ["observed: customers read nothing of it"] if window.observed else []
    span = f"{minute(window.starts_at)} to {minute(window.ends_at)}"
    names = one_line(", ".join(window.components))
    return f"{window.id}  {span}  {one_line(window.title)}  [{names}]  {', '.join(marks)}"


def _exact(found: "MaintenanceShown", words: "Waiting") -> str:
    """The words as customers would read them, and what is wrong with them."""
    from tocsin.model.plain import minute, visible

    window = found.window
    span = f"{minute(window.starts_at)} to {minute(words.ends_at or window.ends_at)}"
    told = [f"{words.which} of {window.id}, {words.digest[:12]}:", visible(window.title), span, visible(words.text)]
    wrong = (f"Breaks {one.code}{f' ({one.span!r})' if one.span else ''}: {one.advice}" for one in words.violations)
    return "\n".join((*told, *wrong))
