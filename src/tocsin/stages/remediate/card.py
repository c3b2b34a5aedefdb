"""The card of a step that waits for an approver: what would run, on what, how dangerous, what its dry run showed, who asks.

Written by code from the rendered step, never by a model and never from words of the world. Called by `permit` when a step is
asked for; it leaves through the outbox to every channel where people approve. `decided` is asked at every look of the loop.
"""

import json
import re
from collections.abc import Iterator

from tocsin.model.action import Risk
from tocsin.model.incident import Incident
from tocsin.model.move import Letter, Tell
from tocsin.model.plain import minute
from tocsin.model.standing import Action, ActionState
from tocsin.model.update import Audience
from tocsin.ports import Message, Purpose, buttons_off, message_payload, step_buttons

_BREAK = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_NEEDED = {1: "One approver must say yes.", 2: "Two different approvers must say yes."}
_SEEN = {True: "It holds", False: "It does NOT hold", None: "Nobody has looked"}
_UNDONE = {
    Risk.READ: "changes nothing",
    Risk.REVERSIBLE: "can be taken back",
    Risk.DISRUPTIVE: "disturbs what it touches",
    Risk.DESTRUCTIVE: "cannot be taken back",
}


def cards(incident: Incident, action: Action, channels: tuple[str, ...]) -> tuple[Letter, ...]:
    """One letter for each channel; none for a step that needs nobody's yes."""
    if not action.verdict.approvals_needed:
        return ()
    return tuple(_letter(incident, action, channel) for channel in channels)


def _letter(incident: Incident, action: Action, channel: str) -> Letter:
    step = action.step
    message = Message(
        key="",
        incident_id=incident.id,
        purpose=Purpose.APPROVAL,
        audience=Audience.CHANNEL,
        title=f"{'Roll back: ' if step.is_rollback else ''}{step.text}",
        text="\n".join(_flat(one) for one in _lines(action)),
        severity=str(incident.severity or ""),
        status=f"{action.id}, step {step.step_index} of {step.runbook_id} v{step.runbook_version}",
        update_id=action.id,
        private=incident.is_restricted,
        buttons=step_buttons(incident.id, action),
        exact=exactly(action),
    )
    return Letter(
        key=f"{incident.id}:approve:{action.id}:{channel}", kind="message", payload=message_payload(channel, message)
    )


def decided(incident: Incident) -> Iterator[Tell]:
    """For each step that has been decided, by whatever way: the cards that asked for it lose their buttons. Once for each."""
    asked = [one for one in incident.narrative.places if one.purpose == Purpose.APPROVAL]
    for action in incident.actions:
        channels = sorted({one.channel for one in asked if one.update_id == action.id})
        if channels and action.state is not ActionState.REQUESTED:
            key, title, said = f"decided:{action.id}", action.step.text, _flat(_became(action))
            letters = tuple(buttons_off(incident, key, channel, action.id, title, said) for channel in channels)
            yield Tell(key=key, events=(), letters=letters)


def _became(action: Action) -> str:
    if action.state is ActionState.REJECTED:
        return f"It does not run: {action.said}."
    people = ", ".join(dict.fromkeys(one.approver for one in action.approvals))
    return f"Approved by {people}, and started." if people else "It was started."


def exactly(action: Action) -> str:
    """The line a person reads, then the call itself with every character that could deceive spelled out."""
    call = action.step.call | ({"binds": action.step.binds} if action.step.binds else {})
    return f"{_flat(action.step.shown)}\n\n{json.dumps(call, ensure_ascii=True, sort_keys=True)}"


def _flat(text: str) -> str:
    """One line stays one line: words of a dry run, say, must not read as if they were lines of ours."""
    return _BREAK.sub(" ⏎ ", text)


def _lines(action: Action) -> tuple[str, ...]:
    step, rehearsal = action.step, action.rehearsal
    count = len(step.targets)
    on = f"{', '.join(step.targets)} ({count} target{'' if count == 1 else 's'})" if count else "nothing it names"
    vouched = ", ".join(step.vouched_by)
    return (
        f"On: {on}, in {step.environment}",
        f"Risk: {step.risk}, it {_UNDONE[step.risk]}" + ("; it destroys evidence" if step.destroys_evidence else ""),
        *(
            f"First: {must} {_SEEN[holds]}: {seen}"
            for must, holds, seen in (rehearsal.preconditions if rehearsal else ())
        ),
        f"Dry run: {rehearsal.said if rehearsal else 'none'}",
        *([f"A value in it is in no catalogue; it rests on the word of {vouched}"] if vouched else []),
        f"Asked for by {action.requested_by}; {action.verdict.reason}",
        f"{_NEEDED[action.verdict.approvals_needed]} Open until {minute(action.expires_at)}.",
    )
