"""Gathering: a storm that came in out of order began as several incidents; the alert that links them makes them one.

Called by `judge` when an alert joins an incident by a common cause. What fires goes on firing in the incident that stays, the
oldest; nothing is quieted, and both timelines say so. Never touched: what a person has taken up, acted on or restricted, what
is older than the rule's time, another environment, a drill.
"""

from collections.abc import Iterable
from datetime import timedelta

from tocsin.analysis.storm import explains
from tocsin.model.acts import Merged
from tocsin.model.alert import Alert
from tocsin.model.event import AlertJoined, AlertResolved, Body, Noted
from tocsin.model.incident import Incident
from tocsin.ports import KeptAlert
from tocsin.stages.intake.desk import ACTOR, Desk, Entry
from tocsin.stages.intake.relate import Relation, canonical, graph_of, same_environment

_MANY = 2000
_TITLE = 300


def parts(desk: Desk, alert: Alert, found: Relation) -> tuple[Incident, tuple[Incident, ...]]:
    """The incident that stays, and those that are part of it by the same cause."""
    if not found.cause:
        return found.incident, ()
    graph = graph_of(desk.catalogue.calls)

    def suffers(one: Incident) -> bool:
        return explains(found.cause, [canonical(name, desk.catalogue) for name in one.services], graph)

    others = [
        one
        for one in desk.open_incidents()
        if one.id != found.incident.id
        and same_environment(alert, one)
        and _untouched(one)
        and _young(desk, one, found)
        and suffers(one)
    ]
    if not others or not _untouched(found.incident):
        return found.incident, tuple(others)
    first, *rest = sorted([found.incident, *others], key=lambda one: (one.declared_at or desk.now, one.id))
    return first, tuple(rest)


def merged(desk: Desk, whole: Incident, part: Incident, reason: str) -> tuple[tuple[Entry, ...], tuple[KeptAlert, ...]]:
    """The events by which one becomes part of the other, and its alerts as they are kept from then on."""
    why = f"{part.id} is part of this incident: {reason}"
    kept = list(reversed(desk.ledger.alerts.recent(incident_id=part.id, limit=_MANY)))
    moved = tuple(
        KeptAlert(one.alert, "joined" if one.disposition == "opened" else one.disposition, why, whole.id)
        for one in kept
    )
    joined = [one.alert for one in kept if one.alert.id in part.alert_ids]
    over = [one for one in joined if one.id in part.resolved_alert_ids]
    bodies: tuple[Body, ...] = (
        Noted(text=why),
        *(AlertJoined(alert_id=one.id, title=one.title[:_TITLE], service=one.service, reason=why) for one in joined),
        *(AlertResolved(alert_id=one.id, title=one.title[:_TITLE], open_alerts=1) for one in over),
    )
    entries = (
        *(Entry(whole.id, body, ACTOR) for body in bodies),
        Entry(part.id, Merged(into=whole.id, reason=reason), ACTOR),
    )
    return entries, moved


def all_merged(
    desk: Desk, whole: Incident, some: Iterable[Incident], reason: str
) -> tuple[tuple[Entry, ...], tuple[KeptAlert, ...]]:
    """The same for several."""
    done = [merged(desk, whole, part, reason) for part in some]
    return tuple(one for entries, _ in done for one in entries), tuple(one for _, moved in done for one in moved)


def _untouched(one: Incident) -> bool:
    """No person has done anything on it, and nothing runs on it."""
    return one.last_person_at is None and not one.actions and not one.is_restricted and one.drill is None


def _young(desk: Desk, one: Incident, found: Relation) -> bool:
    return one.declared_at is not None and desk.now - one.declared_at <= timedelta(minutes=found.within_minutes)
