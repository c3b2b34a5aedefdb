"""Cards that wait no longer: words that are out, an incident that somebody has, whichever way they were decided. Pure.

Asked by `response` at every look. Their buttons are taken away and the card says who did it; a card whose button was pressed
has none left and stays as it is.
"""

from collections.abc import Iterator

from tocsin.model.identity import name_of
from tocsin.model.incident import Incident
from tocsin.model.move import Tell
from tocsin.model.narrative import Published
from tocsin.model.plain import minute
from tocsin.ports import Purpose, buttons_off
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.draft import DECLARED


def settled(incident: Incident, desk: Desk) -> Iterator[Tell]:
    """One move for each message whose card waits for nobody any more."""
    if desk.observes(incident):
        return
    for out in incident.narrative.published:
        said = f"Published by {name_of(out.by)} at {minute(out.at)}."
        yield from _tell(incident, out, Purpose.REVIEW, "published", said)
        if incident.acknowledged_at and out.template == DECLARED:
            said = f"{name_of(incident.acknowledged_by)} has it, since {minute(incident.acknowledged_at)}."
            yield from _tell(incident, out, Purpose.UPDATE, "acknowledged", said)


def _tell(incident: Incident, out: Published, purpose: Purpose, why: str, said: str) -> Iterator[Tell]:
    there = {
        one.channel: one.ref
        for one in incident.narrative.places
        if one.update_id == out.update_id and one.purpose == purpose and one.ref
    }
    if there:
        key = f"{why}:{out.update_id}"
        letters = tuple(
            buttons_off(incident, key, channel, ref, incident.title, said) for channel, ref in there.items()
        )
        yield Tell(key=key, events=(), letters=letters)
