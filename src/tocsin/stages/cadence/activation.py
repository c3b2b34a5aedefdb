"""Activation: whether an incident needs a communications lead. The table decides, never somebody's judgement at night. Pure.

Who is asked is listed beforehand; whoever is on the incident already is not called. On a SEV1 the commander never wears this
hat, too, and where it has come to that it is flagged.
"""

import re
from datetime import datetime, timedelta

from tocsin.model.action import Mode
from tocsin.model.acts import Flagged, Paged, Seat, Unpaged
from tocsin.model.cadence import ActivationRow, Cadence
from tocsin.model.communication import CommunicationsActivated
from tocsin.model.event import Body
from tocsin.model.ground import Severity
from tocsin.model.identity import name_of
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Letter, Move, Tell, Wait
from tocsin.model.plain import one_line, spell
from tocsin.model.rota import OnCall
from tocsin.model.standing import ActionState
from tocsin.model.triage import FactKind
from tocsin.model.update import Audience
from tocsin.stages.cadence.letters import into_rooms, page, unpage

ACTOR = "role:communicator"
SECOND_HAT = "second_hat"
NOBODY_LISTED = "no_communications_lead"
KEY = "activate"
CALL = "communications"
_FELT = frozenset(
    {FactKind.USERS_AFFECTED, FactKind.REQUESTS_FAILING, FactKind.OUTAGE, FactKind.MAJOR_FEATURE, FactKind.DATA_LOSS}
)
"""Impact that customers notice."""
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(m|min|minutes?|h|hours?|d|days?)\b", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def due(incident: Incident, now: datetime, rules: Cadence, oncall: OnCall, mode: Mode = Mode.PROPOSE) -> Move | None:
    """The first row that fits, once for an incident; else when a row may begin to fit by time alone."""
    if not incident.is_open or incident.narrative.activated_at:
        return None
    waits: list[datetime] = []
    for row in rules.activation:
        at = fits_from(row, incident, rules, oncall)
        if at is not None and at <= now:
            return _activate(incident, row, now, rules, oncall, mode)
        waits += [at] if at else []
    return Wait(until=min(waits)) if waits else None


def fits_from(row: ActivationRow, incident: Incident, rules: Cadence, oncall: OnCall) -> datetime | None:
    """From when the row fits, as far as is known now; None when only news can make it fit."""
    plain = (
        not row.severity or incident.severity in row.severity,
        not row.customer_visible or customer_visible(incident),
        not row.leader or leader_asks(incident, rules, oncall),
        not row.asks or _asked_often(incident, row.asks, timedelta(minutes=row.within_minutes)),
    )
    if not all(plain) or incident.begun_at is None:
        return None
    past = incident.begun_at + timedelta(minutes=row.minutes)
    return min(past, _expected_past(incident, past)) if row.minutes else past


def customer_visible(incident: Incident) -> bool:
    """Do customers notice it? By the facts of triage, by their reports, or because they were told."""
    facts = incident.triage.facts if incident.triage else ()
    elsewhere = any(one.kind is FactKind.ENVIRONMENT and one.value != "production" for one in facts)
    felt = any(one.kind in _FELT and one.value and one.origin != "default" for one in facts)
    told = incident.narrative.last(Audience.EXTERNAL) is not None
    return told or bool(incident.reports) or (felt and not elsewhere)


def _expected_past(incident: Incident, past: datetime) -> datetime:
    """From when the end is expected later than `past`: what takes 20 minutes and has not begun 20 minutes before then."""
    end, takes = expected_end(incident), _fix_takes(incident)
    if end is not None:
        return incident.begun_at or past if end > past else past
    return past - takes if takes else past


def expected_end(incident: Incident) -> datetime | None:
    """When it is expected to be over: a named person's estimate, else what a fix that has begun takes. None: unknown."""
    if incident.mitigated_at:
        return None
    if incident.narrative.estimate:
        return incident.narrative.estimate.at
    takes = _fix_takes(incident)
    begun = [one.started_at for one in incident.actions if one.started_at and one.state is ActionState.RUNNING]
    return min(begun) + takes if takes and begun else None


def _fix_takes(incident: Incident) -> timedelta | None:
    """As its runbook says; None when it says nothing, or nothing has to be fixed any more."""
    fix = incident.fix
    return span(fix.estimated_time) if fix and fix.steps and not incident.mitigated_at else None


def span(text: str) -> timedelta | None:
    """`15m`, `1h`, `10 minutes`, `1h 30m`; of a range such as `5-10 minutes` its end. None when it says no time."""
    parts = _SPAN.findall(text)
    return sum((float(count) * _UNITS[unit[0].lower()] for count, unit in parts), timedelta()) if parts else None


def leader_asks(incident: Incident, rules: Cadence, oncall: OnCall) -> bool:
    """A leader has asked for news, works on it, or writes in its channel."""
    leaders = {person for role in rules.leaders for person in oncall.directory.get(role, ())}
    told = incident.narrative
    there = incident.people | {name_of(note.author) for note in told.notes}
    return any(one.by_leader for one in told.asked) or bool(leaders & there)


def _asked_often(incident: Incident, times: int, within: timedelta) -> bool:
    """Was the commander asked so often within that time?"""
    asked = sorted(one.at for one in incident.narrative.asked if one.to_commander)
    return any(last - first <= within for first, last in zip(asked, asked[times - 1 :], strict=False))


def _activate(
    incident: Incident, row: ActivationRow, now: datetime, rules: Cadence, oncall: OnCall, mode: Mode
) -> Move:
    said = CommunicationsActivated(rule=row.rule, reason=_reason(incident, now))
    held = incident.seats.get(Seat.COMMUNICATIONS_LEAD, "")
    events, letters = ((), ()) if held else _call(incident, rules, oncall, mode)
    return Tell(key=KEY, events=tuple(Happening(actor=ACTOR, body=one) for one in (said, *events)), letters=letters)


def _reason(incident: Incident, now: datetime) -> str:
    lasted = spell(now - (incident.begun_at or now))
    end, takes = expected_end(incident), _fix_takes(incident)
    more = end - now if end else takes or timedelta()
    ahead = f", expected to last {spell(more)} more" if more > timedelta() else ""
    return one_line(f"{incident.severity}, {lasted} old{ahead}")


def _call(
    incident: Incident, rules: Cadence, oncall: OnCall, mode: Mode
) -> tuple[tuple[Body, ...], tuple[Letter, ...]]:
    """The call to those listed who are not on it already, and a word in the rooms that the seat is free."""
    target, listed = f"role:{rules.role}", oncall.directory.get(rules.role, ())
    text = one_line(f"{incident.severity} {incident.id} needs a communications lead: {incident.title}", 200)
    people = tuple(one for one in listed if one not in incident.people)
    observed = mode is Mode.OBSERVE
    paged = Paged(target=target, reason=text, level=0, key=f"{incident.id}:{KEY}", observed=observed, people=listed)
    nobody = (
        f"Nobody is listed as {rules.role}; list people under oncall.directory, and take the seat by hand until then."
    )
    events: tuple[Body, ...] = (paged,) if people else () if listed else (Flagged(code=NOBODY_LISTED, text=nobody),)
    if observed:
        return events, ()
    calls = (page(incident, KEY, CALL, target, people, text),) if people else ()
    return events, (*calls, *into_rooms(incident, rules, KEY, "A communications lead is needed", text))


def answered(incident: Incident) -> Move | None:
    """Somebody has taken the seat, or nobody is needed any more: the call for it ends."""
    called = [one for one in incident.pages if one.key == f"{incident.id}:{KEY}" and not one.observed]
    if not called or (incident.is_open and Seat.COMMUNICATIONS_LEAD not in incident.seats):
        return None
    over = Happening(actor=ACTOR, body=Unpaged(target=called[0].target, key=called[0].key))
    key = f"unpage:{KEY}"
    return Tell(key=key, events=() if called[0].over else (over,), letters=(unpage(incident, key, CALL),))


def second_hat(incident: Incident) -> Move | None:
    """On a SEV1 one person cannot command and communicate."""
    person = incident.seats.get(Seat.COMMUNICATIONS_LEAD, "")
    if not incident.is_open or incident.severity is not Severity.SEV1 or not person:
        return None
    if incident.seats.get(Seat.COMMANDER) != person:
        return None
    text = f"{person} is commander and communications lead of a SEV1. Give one of the two to somebody else."
    return Tell(
        key=f"{SECOND_HAT}:{person}", events=(Happening(actor=ACTOR, body=Flagged(code=SECOND_HAT, text=text)),)
    )
