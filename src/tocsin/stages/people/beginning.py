"""Acts at the beginning: declare by hand, acknowledge, decide the severity, fill the seats, say what comes next."""

from tocsin.errors import DataError, Denied, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.guard.authorize import authorize
from tocsin.model.acts import Acknowledged, Flagged, NextActionSet, Seat, SeatTaken, SeverityChanged
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.event import Declared, Drill
from tocsin.model.ground import Severity
from tocsin.model.identity import SERVICE, Right
from tocsin.model.incident import Incident
from tocsin.model.plain import clock
from tocsin.ports import KeptAlert
from tocsin.stages.people.asks import Assign, ChangeSeverity, Declare, SetNextAction

BY_HAND = "declared by hand"
GAMEDAY = "a gameday"
TWO_HATS = "commander-communicates"
"""Code of the flag for a SEV1 whose commander also leads communications."""
_APART = frozenset({Seat.COMMANDER, Seat.COMMUNICATIONS_LEAD})


def declare(attempt: Attempt, ask: Declare, drill: Drill | None = None) -> Incident:
    """A new incident with the person's words as its first alert, so that triage reads them as it reads any other."""
    authorize(attempt.principal, Right.DECLARE)
    if ask.started_at and ask.started_at > attempt.now:
        raise DataError("the incident would begin in the future.", "Give the time of the first symptom, in UTC.")
    incident_id = attempt.names.new("INC")
    alert = _words(attempt, ask, incident_id)
    attempt.ledger.alerts.put(KeptAlert(alert, "opened", BY_HAND, incident_id))
    body = Declared(
        title=ask.title,
        service=ask.service,
        environment=ask.environment,
        alert_id=alert.id,
        reason=GAMEDAY if drill else BY_HAND,
        started_at=ask.started_at or attempt.now,
        drill=drill,
    )
    said = (SeverityChanged(severity=ask.severity, reason=BY_HAND),) if ask.severity else ()
    return attempt.record(incident_id, body, *said)


def _words(attempt: Attempt, ask: Declare, incident_id: str) -> Alert:
    return Alert(
        id=attempt.names.new("ALR"),
        source="person",
        fingerprint=incident_id,
        status=AlertStatus.FIRING,
        title=attempt.clean(ask.title),
        description=attempt.clean(ask.description),
        service=ask.service,
        environment=ask.environment,
        starts_at=ask.started_at,
        received_at=attempt.now,
    )


def acknowledge(attempt: Attempt, incident_id: str) -> Incident:
    """A person has it. Once: the first one counts. A program cannot have it, and the escalation goes on."""
    incident = attempt.working(incident_id, Right.RESPOND)
    if attempt.principal.id == SERVICE.id:
        raise Denied("the service's own credential acknowledges nothing.", "Use the token of the person who has it.")
    if incident.acknowledged_at:
        what = f"{incident.acknowledged_by} acknowledged it at {clock(incident.acknowledged_at)}."
        raise NotNow(what, "Nothing to do.", code="TCS-ACT-DONE")
    if any(not page.over and not page.observed for page in incident.pages):
        attempt.send(incident_id, "acknowledge", by=attempt.principal.id)  # the pager stops calling others, too
    return attempt.record(incident_id, Acknowledged())


def change_severity(attempt: Attempt, incident_id: str, ask: ChangeSeverity) -> Incident:
    """Whoever responds may raise it; to lower it takes the command."""
    incident = attempt.working(incident_id, Right.RESPOND)
    if incident.severity == ask.severity:
        raise NotNow(f"it is {ask.severity} already.", "Nothing to do.", code="TCS-ACT-DONE")
    if incident.severity and ask.severity > incident.severity:
        authorize(attempt.principal, Right.COMMAND, incident)
    changed = SeverityChanged(severity=ask.severity, reason=ask.reason)
    if ask.severity is Severity.SEV1 and _two_hats(incident.seats):
        text = f"{incident.seats[Seat.COMMANDER]} commands and leads communications: a SEV1 needs two people for that."
        return attempt.record(incident_id, changed, Flagged(code=TWO_HATS, text=text))
    return attempt.record(incident_id, changed)


def assign(attempt: Attempt, incident_id: str, ask: Assign) -> Incident:
    """Gives a seat to one person; whoever held it hands it over. On a SEV1 the commander does not lead communications."""
    incident = attempt.working(incident_id, Right.COMMAND)
    person, before = attempt.person(ask.person), incident.seats.get(ask.seat, "")
    if person == before:
        raise NotNow(f"{person} holds that seat already.", "Nothing to do.", code="TCS-ACT-DONE")
    if incident.severity is Severity.SEV1 and _two_hats({**incident.seats, ask.seat: person}):
        what = f"on a SEV1 {person} cannot both command and lead communications."
        raise NotNow(what, "Give one of the two seats to somebody else.", code="TCS-ACT-TWO-HATS")
    return attempt.record(incident_id, SeatTaken(seat=ask.seat, person=person, handed_over_by=before))


def set_next_action(attempt: Attempt, incident_id: str, ask: SetNextAction) -> Incident:
    """The one thing that is done next, and the one person who does it. It replaces the one before."""
    attempt.working(incident_id, Right.RESPOND)
    return attempt.record(incident_id, NextActionSet(text=ask.text, owner=attempt.person(ask.owner)))


def _two_hats(seats: dict[Seat, str]) -> bool:
    held = {seats.get(seat, "") for seat in _APART}
    return len(held) == 1 and "" not in held
