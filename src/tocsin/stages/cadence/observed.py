"""The clock in mode observe: it stands still, and says once for each audience what it would have done at its time. Pure."""

from datetime import datetime

from tocsin.model.acts import WouldHaveDone
from tocsin.model.cadence import Cadence
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Move, Tell, Wait
from tocsin.model.plain import minute
from tocsin.model.update import Audience
from tocsin.stages.cadence.clock import stamp
from tocsin.stages.cadence.deadline import deadline

ACTOR = "role:communicator"


def due(incident: Incident, audience: Audience, now: datetime, rules: Cadence) -> Move | None:
    """Nothing leaves the house and nobody is reminded, so nothing is missed either."""
    begun = incident.begun_at
    if not incident.is_open or begun is None or not rules.serves(incident, audience):
        return None
    at = deadline(incident, audience, rules) or begun + rules.interval(incident, audience)
    if now < at:
        return Wait(until=at)
    alone = rules.alone(incident, audience)
    what = (
        f"publish the {audience} update" if alone else f"ask for the review of the {audience} update, and remind of it,"
    )
    done = WouldHaveDone(what=f"{what} due {minute(at)}")
    return Tell(key=f"observed:{audience}:{stamp(at)}", events=(Happening(actor=ACTOR, body=done),))
