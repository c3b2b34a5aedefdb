"""The clock of communication: when each audience must hear, who is reminded, whether a lead is needed, which rooms open.

`due` is asked by the response's loop and is pure. It asks for drafts and lets internal ones go; it writes no word of a message,
publishes nothing that a person must review, and never moves a promise.
"""

from collections.abc import Iterator
from datetime import datetime

from tocsin.model.action import Mode
from tocsin.model.cadence import Cadence
from tocsin.model.incident import Incident
from tocsin.model.move import Move
from tocsin.model.rota import OnCall
from tocsin.model.update import Audience
from tocsin.stages.cadence import activation, clock, observed, reminders, rooms

__all__ = ["due"]


def due(
    incident: Incident, now: datetime, rules: Cadence, oncall: OnCall, mode: Mode = Mode.PROPOSE
) -> Iterator[Move | None]:
    """What is due of each of its clocks, the most urgent first: one that cannot be carried out holds up no other."""
    if incident.severity is None or incident.triage is None:
        return
    yield activation.due(incident, now, rules, oncall, mode)
    yield activation.answered(incident)
    yield activation.second_hat(incident)
    yield from rooms.due(incident, rules.rooms, mode)
    if mode is Mode.OBSERVE:
        yield from (observed.due(incident, audience, now, rules) for audience in Audience)
        return
    for audience in Audience:
        yield reminders.lost(incident, audience, now, rules)
        yield clock.due(incident, audience, now, rules)
        yield reminders.due(incident, audience, now, rules, oncall)
        yield reminders.calm(incident, audience)
