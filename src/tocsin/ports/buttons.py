"""The buttons under a message that waits for a person: one small set for each kind of thing. Made by whoever writes the message."""

from tocsin.model.action import approval_digest
from tocsin.model.diagnosis import Diagnosis
from tocsin.model.incident import Incident
from tocsin.model.press import Press, Pressed
from tocsin.model.standing import Action
from tocsin.model.update import Update
from tocsin.ports.effects import Button


def acknowledge_buttons(incident_id: str) -> tuple[Button, ...]:
    """For an incident that nobody has yet."""
    return (_button("Acknowledge", Pressed(press=Press.ACKNOWLEDGE, incident_id=incident_id)),)


def step_buttons(incident_id: str, action: Action) -> tuple[Button, ...]:
    """For a step that waits for an approver: a yes to exactly this rendering and rehearsal, or a no."""
    shown = {"incident_id": incident_id, "about": action.id, "digest": approval_digest(action.step, action.rehearsal)}
    return (
        _button("Approve", Pressed(press=Press.APPROVE_STEP, **shown), danger=True),
        _button("Reject", Pressed(press=Press.REJECT_STEP, **shown)),
    )


def review_buttons(incident_id: str, update: Update) -> tuple[Button, ...]:
    """For a message that waits for its reviewer: a yes to exactly these words, other words, or out with it."""
    shown = {"incident_id": incident_id, "about": update.id, "digest": update.digest}
    return (
        _button("Approve", Pressed(press=Press.APPROVE_UPDATE, **shown)),
        _button("Edit", Pressed(press=Press.EDIT_UPDATE, **shown)),
        _button("Publish", Pressed(press=Press.PUBLISH_UPDATE, **shown), danger=True),
    )


def judgement_buttons(incident: Incident) -> tuple[Button, ...]:
    """For an incident that is over: was the cause right, did the runbook help. One click each; the last one counts."""
    made, fix = incident.diagnosis, incident.fix
    causes = (
        [_judge(incident, made, verdict) for verdict in ("right", "partly", "wrong")]
        if made and made.root_cause
        else []
    )
    runbooks = (
        [_helped(incident.id, fix.runbook_id, word) for word in ("helped", "not")] if fix and fix.runbook_id else []
    )
    return (*causes, *runbooks)


def _judge(incident: Incident, made: Diagnosis, verdict: str) -> Button:
    shown = {"incident_id": incident.id, "about": verdict, "digest": made.digest}
    return _button(f"Cause {verdict}", Pressed(press=Press.JUDGE_CAUSE, **shown))


def _helped(incident_id: str, runbook_id: str, word: str) -> Button:
    label = "Runbook helped" if word == "helped" else "It did not help"
    return _button(label, Pressed(press=Press.JUDGE_RUNBOOK, incident_id=incident_id, about=f"{runbook_id}:{word}"))


def _button(label: str, pressed: Pressed, *, danger: bool = False) -> Button:
    return Button(label=label, action=pressed.press, value=pressed.value, danger=danger)
