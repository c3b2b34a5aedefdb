"""Verbs of permission: what is asked for, yes and no, what came of it, and the stop switch. They decide nothing.

On the local store they speak as the local operator, at a service as whoever the token stands for. A yes names the hash of what
was shown here, so that it counts for nothing else.
"""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from tocsin.cli.reaching import Reach, reaching
from tocsin.errors import DataError, NotFound

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tocsin.web.actions import Actions, ActionShown, Stops

Incident = Annotated[str, typer.Argument(help="The incident's id, INC-...")]
Action = Annotated[str, typer.Argument(help="The action's id, ACT-...; `tocsin actions` lists them.")]
Reason = Annotated[str, typer.Option(help="Why; it goes on the record.")]


@reaching
def actions(reach: Reach, incident: Incident) -> None:
    """List the steps asked for on an incident: what would run, what it needs, how it stands."""
    found = _listed(reach, incident)
    if reach.as_json:
        print(found.model_dump_json(indent=2))
        return
    for one in found.actions:
        _show(one)
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
    wanted = _made(NewAction, runbook_id=runbook, step_index=step, parameters=pairs)
    if reach.url:
        sent = wanted.model_dump(mode="json")
        found = Requested.model_validate_json(reach.asked("POST", _path(incident), sent))
    else:
        from tocsin.app import actions as local

        found = asyncio.run(local.request(reach.config, incident, wanted))
    if reach.as_json:
        print(found.model_dump_json(indent=2))
    elif found.action is None:
        print(f"Observed only; it would {found.would_have_done}")
    else:
        _show(found.action)


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

    _print(reach, _answered(reach, incident, action, "reject", _made(No, reason=reason)))


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

    _print(reach, _answered(reach, incident, action, "confirm", _made(Word, happened=happened, said=said)))


@reaching
def waive_evidence(reach: Reach, incident: Incident, reason: Reason) -> None:
    """Record that evidence of a security incident need not be kept (commander)."""
    from tocsin.web.actions import Waiver

    waiver = _made(Waiver, reason=reason)
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
    found = _turned(reach, None if word == "status" else _made(Turn, on=word == "on", reason=reason))
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
    "waive-evidence": waive_evidence,
    "stop": stop,
}


def _say_yes(reach: Reach, incident: str, action: str, *, yes: bool, reason: str) -> None:
    from tocsin.web.actions import Yes

    found = next((one for one in _listed(reach, incident).actions if one.action.id == action), None)
    if found is None:
        raise NotFound(f"{incident} has no action {action[:80]}.", "List them with `tocsin actions`.")
    if not reach.as_json:
        _show(found)
    if not yes and sys.stdin.isatty() and not typer.confirm("Approve exactly this?"):
        raise typer.Exit(1)
    _print(
        reach,
        _answered(
            reach, incident, action, "approve", _made(Yes, approval_hash=found.approval_hash, break_glass=reason)
        ),
    )


def _listed(reach: Reach, incident: str) -> "Actions":
    from tocsin.web.actions import Actions

    if reach.url:
        return Actions.model_validate_json(reach.asked("GET", _path(incident)))
    from tocsin.app import actions as local

    return asyncio.run(local.listed(reach.config, incident))


def _answered(reach: Reach, incident: str, action: str, verb: str, said: Any) -> "ActionShown":  # noqa: ANN401 - one of three
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


def _made(kind: "type[BaseModel]", **fields: object) -> Any:  # noqa: ANN401 - an instance of `kind`
    """The typed ask. Raises DataError with the first mistake."""
    from pydantic import ValidationError

    try:
        return kind.model_validate(fields)
    except ValidationError as mistake:
        first = mistake.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DataError(f"{where}: {first['msg']}.", "See the verb's --help.") from mistake


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise DataError(f"{text[:80]!r} is no NAME=VALUE.", "Write --set NAME=VALUE.")
    return name.strip(), value


def _path(incident: str) -> str:
    return f"/api/incidents/{quote(incident, safe='')}/actions"


def _print(reach: Reach, one: "ActionShown") -> None:
    if reach.as_json:
        print(one.model_dump_json(indent=2))
    else:
        _show(one)


def _show(one: "ActionShown") -> None:
    """The card: built by code from what would run. No word on it comes from a model or an alert without being made harmless."""
    from tocsin.model.plain import minute, one_line

    action, step = one.action, one.action.step
    lines = {
        "step": f"{step.text} ({step.risk}, {step.purpose})",
        "would run": step.shown,
        "on": f"{', '.join(step.targets) or step.service or 'nothing named'} in {step.environment}",
        "dry run": action.rehearsal.said if action.rehearsal else "none",
        "policy": f"{action.verdict.decision}, mode {action.verdict.mode}: {action.verdict.reason}",
        "asked by": f"{action.requested_by}; open until {minute(action.expires_at)}",
        "approved by": ", ".join(
            f"{yes.approver}{' BREAK GLASS' if yes.break_glass else ''}" for yes in action.approvals
        ),
        "said": action.said,
    }
    missing = f", {one.missing} more approval{'s' if one.missing > 1 else ''} needed" if one.missing else ""
    print(f"{action.id}  {action.state}{missing if action.state == 'requested' else ''}")
    for name, text in lines.items():
        if text:
            print(f"  {name + ':':<13}{one_line(text, 2000)}")
    print(f"  {'hash:':<13}{one.approval_hash}")
