"""Gamedays: an incident that is only an exercise, and whose turn it is to lead communications in it.

A drill goes the way of any incident, in mode observe: nothing leaves the house but, where it is asked for, the calls. It says
DRILL wherever its title is shown, no real alert joins it, and no figure counts it.
"""

from datetime import datetime

from tocsin.errors import DataError
from tocsin.guard.attempt import Attempt
from tocsin.model.acts import Seat, SeatTaken
from tocsin.model.event import Drill
from tocsin.model.ground import Time, Value
from tocsin.model.incident import Incident
from tocsin.ports import Ledger
from tocsin.stages.people.asks import Declare, Practise
from tocsin.stages.people.beginning import declare

LOOKED_AT = 2000
"""So many incidents are looked at for who led when; somebody who led before that has not led for long enough."""
LABEL = "DRILL: "


class Turn(Value):
    """One person of the roster, and when they last led communications, in a drill or in earnest."""

    person: str
    last_led_at: Time | None = None


class Turns(Value):
    """The roster, whoever is next first."""

    turns: tuple[Turn, ...]


def practise(attempt: Attempt, ask: Practise) -> Incident:
    """A drill, with somebody in the seat that is practised: who was named, else whose turn it is."""
    fields = ask.model_dump(exclude={"lead", "pages"})
    lead = ask.lead or _next(attempt)
    declared = Declare.model_validate({**fields, "title": f"{LABEL}{ask.title}"[:500]})
    incident = declare(attempt, declared, Drill(pages=ask.pages))
    return attempt.record(incident.id, SeatTaken(seat=Seat.COMMUNICATIONS_LEAD, person=lead))


def _next(attempt: Attempt) -> str:
    found = turns(attempt.ledger, attempt.rules.gameday).turns
    if not found:
        raise DataError("nobody takes turns yet.", "Name who leads with --lead, or list people in `people.gameday`.")
    return found[0].person


def turns(ledger: Ledger, roster: tuple[str, ...]) -> Turns:
    """Whose turn it is: who never led first, in the order of the roster, then who led longest ago."""
    led: dict[str, datetime] = {}
    for incident in reversed(ledger.incidents.recent(limit=LOOKED_AT)):  # oldest first, so that the last time stays
        person = incident.seats.get(Seat.COMMUNICATIONS_LEAD)
        if person and incident.declared_at:
            led[person] = incident.declared_at
    people = dict.fromkeys(one.strip().lower() for one in roster)
    fresh = [one for one in people if one not in led]
    ordered = [*fresh, *sorted((one for one in people if one in led), key=lambda one: led[one])]
    return Turns(turns=tuple(Turn(person=one, last_led_at=led.get(one)) for one in ordered))
