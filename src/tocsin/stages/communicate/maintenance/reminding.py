"""A plan that nobody has approved: whoever can is reminded before its start, and told once its start has passed.

Called by `turn` inside the write transaction of the service's rounds. It approves nothing and tells customers nothing.
"""

from datetime import datetime, timedelta

from tocsin.model.action import Mode
from tocsin.model.identity import name_of
from tocsin.model.maintenance import CLOCK, Deed, Maintenance
from tocsin.model.move import Letter
from tocsin.model.plain import minute, one_line
from tocsin.model.update import Audience
from tocsin.ports import Ledger, Message, Parcel, Purpose, message_payload
from tocsin.stages.communicate.desk import Desk

HOURS = (24, 1)
"""So long before its start."""


def remind(ledger: Ledger, desk: Desk, window: Maintenance, now: datetime) -> None:
    """Says it once for each of these moments, with the window and in the channels of the organisation."""
    what = _what(window, now)
    if not what or any(deed.what == what for deed in window.deeds):
        return
    ledger.maintenances.put(window.model_copy(update={"deeds": (*window.deeds, Deed(at=now, by=CLOCK, what=what))}))
    services = (one.name for one in desk.catalogue.services if one.public_name in window.components)
    if desk.law.policy.mode_of(*services) is Mode.OBSERVE:
        return
    for channel in desk.channels(Audience.INTERNAL):
        payload = message_payload(channel, _message(window, desk, now))
        ledger.outbox.put(
            Parcel.of(Letter(key=f"{window.id}:{what}:{channel}", kind="message", payload=payload), "", now)
        )


def _what(window: Maintenance, now: datetime) -> str:
    """The latest of these moments that has come since it was planned; "" for none, and once its time is over."""
    start = minute(window.starts_at)
    if now >= window.ends_at:
        return ""
    if window.lapsed(now):
        return f"lapsed at {start}: nobody had approved it"
    planned = window.deeds[0].at if window.deeds else now
    passed = [one for one in HOURS if planned < window.starts_at - timedelta(hours=one) <= now]
    return f"reminded {min(passed)} h before {start}" if passed else ""


def _message(window: Maintenance, desk: Desk, now: datetime) -> Message:
    named = f'{window.id} "{one_line(window.title, 200)}" ({one_line(", ".join(window.components), 200)})'
    planner = name_of(window.deeds[0].by) if window.deeds else "whoever planned it"
    if window.lapsed(now):
        quiet = ", and its alerts are not kept quiet" if window.quiet else ""
        told = f"{named} was to begin at {minute(window.starts_at)}. Customers were told nothing{quiet}."
        do = f"Approve it before {minute(window.ends_at)}, or call it off."
    else:
        told = f"{named} begins at {minute(window.starts_at)}. Customers are told nothing before somebody approves it."
        do = "Approve it, give it another time, or call it off."
    return Message(
        key="",
        incident_id="",
        purpose=Purpose.UPDATE,
        audience=str(Audience.INTERNAL),
        title="Maintenance that nobody has approved",
        text=f"{told}\n{do} `tocsin maintenance approve {window.id}`\nFor {planner} and {desk.cadence.role}.",
        update_id=window.id,
    )
