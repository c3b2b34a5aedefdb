"""Verbs of permission: what is asked for, yes and no, what came of it, and the stop switch. They decide nothing.

On the local store they speak as the local operator, at a service as whoever the token stands for. A yes names the hash of what
was shown here, so that it counts for nothing else.
"""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from tocsin.cli import cards
from tocsin.cli.reaching import Reach, made, reaching
from tocsin.errors import DataError, NotFound

if TYPE_CHECKING:
    from tocsin.web.actions import Actions, ActionShown, Stops

Incident = Annotated[str, typer.Argument(help="The incident's id, INC-...")]
Action = Annotated[str, typer.Argument(help="The action's id, ACT-...; `tocsin actions` lists them.")]
Reason = Annotated[str, typer.Option(help="Why; it goes on the record.")]
SLOW_SECONDS = 45.0
"""A dry run asks the target, which may take its time."""


@reaching
def actions(reach: Reach, incident: Incident) -> None:
    """List the steps asked for on an incident: what would run, what it needs, how it stands."""
    found = _listed(reach, incident)
    if reach.as_json:
        print(found.model_dump_json(indent=2))
        return
    for one in found.actions:
        cards.show(one, incident)
    if not found.actions:
        print("Nothing has been asked for.")


@reaching
def request(
    reach: Reach,
    incident: Incident,
    runbook: Annotated[str, typer.Argument(help="The runbook's id.")],
    step: Annotated[int, typer.Argument(help="The step's number, from 0.")],
    value: Annotated[list[str] | None, typer.Option("--set", help="A value that you choose, NAME=VALUE.")] = None,
) -> None:
    """Ask for a step: it is rendered, rehearsed, judged, and put before people."""
    from tocsin.web.actions import NewAction, Requested

    pairs = dict(_pair(one) for one in value or [])
    wanted = made(NewAction, runbook_id=runbook, step_index=step, parameters=pairs)
    if reach.url:
        sent = wanted.model_dump(mode="json")
        found = Requested.model_validate_json(reach.asked("POST", _path(incident), sent, seconds=SLOW_SECONDS))
    else:
        from tocsin.app import actions as local

        found = asyncio.run(local.request(reach.config, incident, wanted))
    cards.asked_for(reach, incident, found)


@reaching
def rollback(reach: Reach, incident: Incident, action: Action) -> None:
    """Ask for the rollback that the runbook declares for a step that ran. It needs a permission of its own."""
    from tocsin.web.actions import Requested

    if reach.url:
        path = f"{_path(incident)}/{quote(action, safe='')}/rollback"
        found = Requested.model_validate_json(reach.asked("POST", path, seconds=SLOW_SECONDS))
    else:
        from tocsin.app import actions as local

        found = asyncio.run(local.roll_back(reach.config, incident, action))
    cards.asked_for(reach, incident, found)


@reaching
def approve(
    reach: Reach,
    incident: Incident,
    action: Action,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again after showing it.")] = False,
) -> None:
    """Approve a step after looking at exactly what would run."""
    _say_yes(reach, incident, action, yes=yes, reason="")


@reaching
def break_glass(
    reach: Reach,
    incident: Incident,
    action: Action,
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again after showing it.")] = False,
) -> None:
    """Approve alone what needs two people. It is flagged everywhere, and short-lived."""
    _say_yes(reach, incident, action, yes=yes, reason=reason)


@reaching
def reject(reach: Reach, incident: Incident, action: Action, reason: Reason) -> None:
    """Say no to a step."""
    from tocsin.web.actions import No

    cards.answer(reach, incident, _answered(reach, incident, action, "reject", made(No, reason=reason)))


@reaching
def confirm(
    reach: Reach,
    incident: Incident,
    action: Action,
    said: Annotated[str, typer.Option(help="What you saw.")],
    happened: Annotated[bool, typer.Option("--happened/--did-not-happen", help="Did the step take place?")],
) -> None:
    """Say what came of a step that nobody knows the outcome of, or that you did by hand."""
    from tocsin.web.actions import Word

    cards.answer(
        reach, incident, _answered(reach, incident, action, "confirm", made(Word, happened=happened, said=said))
    )


@reaching
def verify(
    reach: Reach,
    incident: Incident,
    action: Action,
    said: Annotated[str, typer.Option(help="What you saw.")],
    helped: Annotated[bool, typer.Option("--helped/--did-not-help", help="Did the step do any good?")],
) -> None:
    """Say whether a finished step helped: where no probe can tell, or to overrule one."""
    from tocsin.web.actions import Help

    cards.answer(reach, incident, _answered(reach, incident, action, "verify", made(Help, helped=helped, said=said)))


@reaching
def vouch(
    reach: Reach,
    incident: Incident,
    value: Annotated[str, typer.Argument(help="SLOT=VALUE, for a slot that the fix lacks; `tocsin show` lists them.")],
    reason: Reason,
) -> None:
    """Vouch for a value that no catalogue lists, on this incident only (commander). Somebody else approves its step."""
    from tocsin.web.actions import Lacking, Vouch

    slot, given = _pair(value)
    said = made(Vouch, slot=slot, value=given, reason=reason)
    if reach.url:
        path = f"/api/incidents/{quote(incident, safe='')}/values"
        found = Lacking.model_validate_json(reach.asked("POST", path, said.model_dump(mode="json")))
    else:
        from tocsin.app import actions as local

        found = asyncio.run(local.give(reach.config, incident, said))
    if reach.as_json:
        print(found.model_dump_json(indent=2))
    else:
        print(
            f"Recorded: {slot} = {found.vouched[-1].value}. Its steps are offered now, and somebody else approves them."
        )


@reaching
def waive_evidence(reach: Reach, incident: Incident, reason: Reason) -> None:
    """Record that evidence of a security incident need not be kept (commander)."""
    from tocsin.web.actions import Waiver

    waiver = made(Waiver, reason=reason)
    if reach.url:
        path = f"/api/incidents/{quote(incident, safe='')}/evidence-waiver"
        reach.asked("POST", path, waiver.model_dump(mode="json"))
    else:
        from tocsin.app import actions as local

        asyncio.run(local.waive(reach.config, incident, waiver))
    print("Recorded.")


@reaching
def stop(
    reach: Reach,
    word: Annotated[str, typer.Argument(help="on, off or status.")] = "status",
    reason: Annotated[str, typer.Option(help="Why; needed to turn it.")] = "",
) -> None:
    """Stop all actions everywhere, let them run again, or see how the switch stands."""
    from tocsin.web.actions import Turn

    if word not in ("on", "off", "status"):
        raise DataError(f"the switch knows no {word!r}.", "Say on, off or status.")
    found = _turned(reach, None if word == "status" else made(Turn, on=word == "on", reason=reason))
    if reach.as_json:
        print(found.model_dump_json(indent=2))
        return
    now = found.now
    who = f" by {now.by}, {now.at:%Y-%m-%d %H:%M} UTC: {now.reason}" if now.at else ""
    print(f"{'ALL ACTIONS ARE STOPPED' if now.on else 'Actions may run'}{who}")


VERBS = {
    "actions": actions,
    "request": request,
    "approve": approve,
    "break-glass": break_glass,
    "reject": reject,
    "confirm": confirm,
    "verify": verify,
    "rollback": rollback,
    "vouch": vouch,
    "waive-evidence": waive_evidence,
    "stop": stop,
}


def _say_yes(reach: Reach, incident: str, action: str, *, yes: bool, reason: str) -> None:
    from tocsin.web.actions import Yes

    found = next((one for one in _listed(reach, incident).actions if one.action.id == action), None)
    if found is None:
        raise NotFound(f"{incident} has no action {action[:80]}.", "List them with `tocsin actions`.")
    if not reach.as_json:
        cards.show(found)
    if not yes and (not sys.stdin.isatty() or not typer.confirm("Approve exactly this?", err=True)):
        raise DataError("nothing was done.", "Say yes, or give --yes once you have looked at it.")
    said = made(Yes, approval_hash=found.approval_hash, break_glass=reason)
    cards.answer(reach, incident, _answered(reach, incident, action, "approve", said))


def _listed(reach: Reach, incident: str) -> "Actions":
    from tocsin.web.actions import Actions

    if reach.url:
        return Actions.model_validate_json(reach.asked("GET", _path(incident)))
    from tocsin.app import actions as local

    return asyncio.run(local.listed(reach.config, incident))


def _answered(reach: Reach, incident: str, action: str, verb: str, said: Any) -> "ActionShown":  # noqa: ANN401 - one of four
    from tocsin.web.actions import ActionShown

    if reach.url:
        path = f"{_path(incident)}/{quote(action, safe='')}/{verb}"
        return ActionShown.model_validate_json(reach.asked("POST", path, said.model_dump(mode="json")))
    from tocsin.app import actions as local

    return asyncio.run(local.answer(reach.config, incident, action, said))


def _turned(reach: Reach, wanted: Any) -> "Stops":  # noqa: ANN401 - a Turn or None
    from tocsin.web.actions import Stops

    if not reach.url:
        from tocsin.app import actions as local

        return asyncio.run(local.stops(reach.config, wanted))
    if wanted is None:
        return Stops.model_validate_json(reach.asked("GET", "/api/stop"))
    return Stops.model_validate_json(reach.asked("POST", "/api/stop", wanted.model_dump(mode="json")))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise DataError(f"{text[:80]!r} is no NAME=VALUE.", "Write NAME=VALUE.")
    return name.strip(), value


def _path(incident: str) -> str:
    return f"/api/incidents/{quote(incident, safe='')}/actions"
