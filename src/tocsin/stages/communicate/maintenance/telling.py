"""The clock of maintenance windows, and the letter that tells subscribers of each turn: the road that incidents take.

`turn` is called by the service's rounds, `tell` by the acts of people too, each inside one write transaction. A window whose
whole time passed while the service was away is told once, as it stands.
"""

from collections.abc import Sequence
from datetime import datetime

from tocsin.model.component import ComponentStatus
from tocsin.model.maintenance import AT_WORK, CLOCK, Deed, Maintenance, MaintenanceStage, Turn
from tocsin.model.move import Letter
from tocsin.model.plain import minute
from tocsin.model.update import Audience
from tocsin.ports import Ledger, Message, Parcel, Purpose, message_payload
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.maintenance.reminding import remind
from tocsin.stages.communicate.settings import PAGE


def turn(ledger: Ledger, desk: Desk, now: datetime) -> None:
    """Begins and ends what is due, and tells of it; of what nobody has approved it reminds."""
    for window in ledger.maintenances.all():
        if window.cancelled_at is not None or window.completed_at is not None:
            continue
        if window.approved_at is None:
            remind(ledger, desk, window, now)
        else:
            _turn_one(ledger, desk, window, now)


def tell(ledger: Ledger, desk: Desk, window: Maintenance, now: datetime) -> None:
    """Tells the subscribers of its components what customers read last. Once for each turn, and not in mode observe."""
    if not window.is_public or PAGE not in desk.channels(Audience.EXTERNAL):
        return
    last = window.turns(now)[-1]
    letter = Letter(
        key=f"{window.id}:{last.id}:{PAGE}", kind="message", payload=message_payload(PAGE, _message(window, last))
    )
    ledger.outbox.put(Parcel.of(letter, "", now))


def services_of(window: Maintenance, desk: Desk) -> Sequence[str]:
    """The services behind its components."""
    return [one.name for one in desk.catalogue.services if one.public_name in window.components]


def _turn_one(ledger: Ledger, desk: Desk, window: Maintenance, now: datetime) -> None:
    due: dict[str, datetime] = {}
    if window.started_at is None and now >= window.starts_at:
        due["started_at"] = window.starts_at
    if now >= window.ends_at:
        due["completed_at"] = window.ends_at
    if not due:
        return
    deeds = tuple(Deed(at=now, by=CLOCK, what=name.removesuffix("_at")) for name in due)
    after = window.model_copy(update={**due, "deeds": (*window.deeds, *deeds)})
    ledger.maintenances.put(after)
    tell(ledger, desk, after, now)


def _message(window: Maintenance, last: Turn) -> Message:
    status = ComponentStatus.MAINTENANCE if last.stage in AT_WORK else ComponentStatus.OPERATIONAL
    return Message(
        key="",
        incident_id="",
        purpose=Purpose.MAINTENANCE,
        audience=str(Audience.EXTERNAL),
        title=window.title,
        text=_text(window, last),
        status="Called off" if last.called_off else last.stage.replace("_", " ").capitalize(),
        update_id=window.id,
        components={name: str(status) for name in window.components},
    )


def _text(window: Maintenance, last: Turn) -> str:
    """With its times, where they are still to come."""
    ahead = last.stage is not MaintenanceStage.COMPLETED
    return f"{minute(window.starts_at)} to {minute(window.ends_at)}\n\n{last.text}" if ahead else last.text
