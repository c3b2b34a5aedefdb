"""The card of an action, as the command line shows it before anybody says yes. Called by `actions`; decides nothing.

Built by code from what would run. No word on it comes from a model or an alert without being made harmless.
"""

from typing import TYPE_CHECKING

from tocsin.cli.reaching import Reach

if TYPE_CHECKING:
    from tocsin.model.standing import Action
    from tocsin.web.actions import ActionShown, Requested


def answer(reach: Reach, incident: str, one: "ActionShown") -> None:
    """The card, or the same as JSON."""
    if reach.as_json:
        print(one.model_dump_json(indent=2))
    else:
        show(one, incident)


def asked_for(reach: Reach, incident: str, found: "Requested") -> None:
    """What came of asking: the card, or in mode observe what would have been done."""
    if reach.as_json:
        print(found.model_dump_json(indent=2))
    elif found.action is None:
        print(f"Observed only; it would {found.would_have_done}")
    else:
        show(found.action, incident)


def show(one: "ActionShown", incident: str = "") -> None:
    """What would run, on what, what the dry run and the policy say, what is missing, and what to type on that incident."""
    from tocsin.model.plain import minute, one_line

    action, step = one.action, one.action.step
    lines = {
        "step": f"{step.text} ({step.risk}, {step.purpose})",
        "would run": step.shown,
        "on": f"{', '.join(step.targets) or step.service or 'nothing named'} in {step.environment}",
        "dry run": action.rehearsal.said if action.rehearsal else "none",
        "policy": f"{action.verdict.decision}, mode {action.verdict.mode}: {action.verdict.reason}",
        "rests on": f"the word of {', '.join(step.vouched_by)}, no catalogue" if step.vouched_by else "",
        "asked by": f"{action.requested_by}; open until {minute(action.expires_at)}",
        "approved by": ", ".join(
            f"{yes.approver}{' BREAK GLASS' if yes.break_glass else ''}" for yes in action.approvals
        ),
        "said": action.said,
    }
    first = action.rehearsal.preconditions if action.rehearsal else ()
    missing = f", {one.missing} more approval{'s' if one.missing > 1 else ''} needed" if one.missing else ""
    print(f"{action.id}  {action.state}{missing if action.state == 'requested' else ''}")
    for name, text in lines.items():
        if text:
            print(f"  {name + ':':<13}{one_line(text, 2000)}")
    for must, holds, seen in first:
        word = {True: "holds", False: "DOES NOT HOLD", None: "NOT SEEN"}[holds]
        print(f"  {'first:':<13}{one_line(must, 300)} {word}: {one_line(seen, 300)}")
    print(f"  {'hash:':<13}{one.approval_hash}")
    if incident and (words := _next(action, incident, one.missing)):
        print(f"  {'next:':<13}{words}")


def _next(action: "Action", incident: str, missing: int) -> str:
    """What whoever looks at it may type now."""
    from tocsin.model.standing import ActionState

    named = f"{incident} {action.id}"
    waits_for_word = action.step.executor == "manual" and action.state is ActionState.RUNNING
    if waits_for_word or action.state is ActionState.UNKNOWN:
        return f'tocsin confirm {named} --happened (or --did-not-happen) --said "..."'
    if action.state is ActionState.REQUESTED:
        return f"tocsin approve {named}" if missing else "nothing: it begins by itself, as soon as nothing holds it"
    if action.state is ActionState.DONE and action.step.risk.rank and not action.step.is_rollback:
        return f'it is being verified; tocsin verify {named} --helped (or --did-not-help) --said "..."'
    return ""
