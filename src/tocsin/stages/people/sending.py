"""An act about what leaves the house: have it tried again."""

from dataclasses import replace

from tocsin.errors import NotNow
from tocsin.guard.attempt import Attempt
from tocsin.model.acts import DeliveryRetried
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.stages.people.asks import RetryDelivery

_MOST = 1000


def retry_delivery(attempt: Attempt, incident_id: str, ask: RetryDelivery) -> Incident:
    """What failed or was given up is tried again now, and then with as much patience as at first."""
    incident = attempt.known(incident_id, Right.RESPOND)
    outbox = attempt.ledger.outbox
    left = [one for one in outbox.undelivered(_MOST, incident.id) if one.attempts and ask.key in ("", one.key)]
    if not left:
        what = f"nothing of {incident.id} has failed to arrive{' under that key' if ask.key else ''}."
        raise NotNow(what, "List what has with `tocsin outbox list`.", code="TCS-ACT-DONE")
    for parcel in left:
        outbox.update(replace(parcel, status="waiting", attempts=0, next_at=None))
    return attempt.record(incident.id, DeliveryRetried(keys=tuple(one.key for one in reversed(left))))
