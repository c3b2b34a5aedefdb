"""The buttons under a message that waits for a person, and how they go. Made by whoever writes the message."""

from tocsin.model.action import approval_digest
from tocsin.model.incident import Incident
from tocsin.model.move import Letter
from tocsin.model.press import Press, Pressed
from tocsin.model.standing import Action
from tocsin.model.update import Audience, Update
from tocsin.ports.effects import Button, Message, Purpose
from tocsin.ports.outbox import message_payload


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


def buttons_off(incident: Incident, key: str, channel: str, card: str, title: str, text: str) -> Letter:
    """What takes the buttons off that card, which has been decided, and says in their place how. Sent once for each key."""
    message = Message(
        key="",
        incident_id=incident.id,
        purpose=Purpose.DECIDED,
        audience=Audience.CHANNEL,
        title=title,
        text=text,
        corrects=card,
        private=incident.is_restricted,
    )
    return Letter(key=f"{incident.id}:{key}:{channel}", kind="message", payload=message_payload(channel, message))


def judgement_buttons(incident: Incident) -> tuple[Button, ...]:
    """For an incident that is over: was the cause right, did the runbook help. One click each; the last one counts."""
    made, fix, judged = incident.diagnosis, incident.fix, list[Button]()
    if made and made.root_cause:
        for label, press in _VERDICTS.items():
            judged.append(_button(label, Pressed(press=press, incident_id=incident.id, digest=made.digest)))
    if fix and fix.runbook_id:
        for label, press in _HELPED.items():
            judged.append(_button(label, Pressed(press=press, incident_id=incident.id, about=fix.runbook_id)))
    return tuple(judged)


_VERDICTS = {"Cause right": Press.CAUSE_RIGHT, "Partly": Press.CAUSE_PARTLY, "Wrong": Press.CAUSE_WRONG}
_HELPED = {"Runbook helped": Press.RUNBOOK_HELPED, "It did not": Press.RUNBOOK_DID_NOT}


def _button(label: str, pressed: Pressed, *, danger: bool = False) -> Button:
    return Button(label=label, action=pressed.press, value=pressed.value, danger=danger)
