"""What the desk says by itself besides updates: who has taken over which seat, told to the incident's channel. Pure.

Asked by `response` at every look. When messages are due is the clock's to say, in `stages.cadence`.
"""

from collections.abc import Iterator

from tocsin.model.acts import Seat
from tocsin.model.incident import Incident
from tocsin.model.move import Move, Tell
from tocsin.model.plain import clock
from tocsin.model.standing import Transfer
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.post import announce
from tocsin.stages.communicate.shapes import Passing


def due(incident: Incident, desk: Desk) -> Iterator[Move]:
    """Every transfer of a seat, each said once with name and time; nothing where no channel would hear it."""
    if not incident.is_open:
        return
    for one in incident.transfers:
        key = f"transfer:{one.seq}"
        if letters := announce(incident, key, f"{_seat(one)}: {one.person}", _said(incident, one, desk), desk):
            yield Tell(key=key, events=(), letters=letters)


def _said(incident: Incident, one: Transfer, desk: Desk) -> str:
    hint = f"tocsin handoff {incident.id}" if one.seat is Seat.COMMUNICATIONS_LEAD and one.before else ""
    passing = Passing(seat=_seat(one), person=one.person, before=one.before, at=clock(one.at), handoff=hint)
    return desk.templates.write("transfer", passing.model_dump())


def _seat(one: Transfer) -> str:
    return one.seat.replace("_", " ").capitalize()
