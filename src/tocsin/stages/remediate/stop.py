"""The global stop switch: turned by a named person, read before every step, visible on every open incident.

Called by the API and the command line. While it is on no step begins anywhere; what is running runs to its end. Nobody's
approval and no broken glass gets past it.
"""

from tocsin.errors import DataError
from tocsin.guard.authorize import actor_of, authorize
from tocsin.model.action import Stop
from tocsin.model.acts import Flagged
from tocsin.model.identity import Principal, Right
from tocsin.model.plain import one_line
from tocsin.ports import Clock, Ledger, Store

STOPPED, LIFTED = "stopped", "stop_lifted"
_SHORTEST_REASON = 3
_MANY = 1000


async def turn(store: Store, clock: Clock, *, by: Principal, on: bool, reason: str) -> Stop:
    """Turns the switch and flags it on every open incident, in one transaction. Raises Denied, DataError without a reason."""
    authorize(by, Right.STOP)
    if len(reason.strip()) < _SHORTEST_REASON:
        raise DataError("The stop switch needs a reason in words.", "Say why.", code="TCS-ACTION-REASON")
    stop = Stop(on=on, by=by.id, reason=one_line(reason, 300), at=clock.now())
    await store.write(lambda ledger: _turn(ledger, stop, actor_of(by)))
    return stop


async def standing(store: Store) -> Stop:
    """As it stands."""
    return await store.read(lambda ledger: ledger.stops.now())


def _turn(ledger: Ledger, stop: Stop, actor: str) -> None:
    if stop.at is None or ledger.stops.now().on == stop.on:
        return
    ledger.stops.turn(stop)
    word = "ALL ACTIONS STOPPED" if stop.on else "Actions may run again"
    flag = Flagged(code=STOPPED if stop.on else LIFTED, text=f"{word}, by {stop.by}: {stop.reason}")
    for incident in ledger.incidents.recent(open_only=True, limit=_MANY):
        ledger.timeline.append(incident.id, flag, actor=actor, at=stop.at)
