"""Acts around what not everybody may know: who sees an incident, that data was accessed, that the authorities were told."""

from datetime import timedelta

from tocsin.errors import DataError, Denied, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.model.communication import AuthorityNotified, DataAccessRecorded, RestrictionSet
from tocsin.model.identity import NOBODYS, SERVICE, Right
from tocsin.model.incident import Incident
from tocsin.model.plain import minute
from tocsin.stages.people.asks import NotifyAuthority, RecordDataAccess, Restrict, Unrestrict


def restrict(attempt: Attempt, incident_id: str, ask: Restrict) -> Incident:
    """Only those who are on it or named see it from now on; or others are named. Whoever decides that stays inside."""
    incident = attempt.known(incident_id, Right.COMMAND)
    before = incident.narrative.restriction
    named = set(before.people if before else ()) | set(ask.allow) | ({attempt.principal.id} - NOBODYS)
    people = tuple(sorted(named - set(ask.forbid)))
    if attempt.principal.id in ask.forbid:
        raise DataError("whoever restricts an incident stays inside.", "Let somebody else put you outside.")
    if incident.is_restricted and before is not None and people == before.people:
        raise NotNow("it is restricted to these people already.", "Nothing to do.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, RestrictionSet(restricted=True, people=people, reason=ask.reason))


def unrestrict(attempt: Attempt, incident_id: str, ask: Unrestrict) -> Incident:
    """Everybody who may read incidents reads it again, all of its past too."""
    incident = attempt.known(incident_id, Right.COMMAND)
    if not incident.is_restricted:
        raise NotNow("it is open to everybody.", "Nothing to do.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, RestrictionSet(restricted=False, reason=ask.reason))


def record_data_access(attempt: Attempt, incident_id: str, ask: RecordDataAccess) -> Incident:
    """A person confirms that data was accessed. From then on the clock of the law runs, over the end of the incident too."""
    incident = attempt.known(incident_id, Right.RESPOND)
    _a_person(attempt)
    known = incident.narrative.data_access
    if known is not None:
        what = f"it is on record: {known.what}, accessed {minute(known.accessed_at)}."
        raise NotNow(what, "Write down what else you know as a note.", code="TCS-ACT-DONE")
    accessed = ask.accessed_at or attempt.now
    if accessed > attempt.now:
        raise DataError("data cannot have been accessed in the future.", "Give the time in UTC.")
    notify_by = accessed + timedelta(hours=attempt.rules.security.notify_hours)
    return attempt.record(incident_id, DataAccessRecorded(what=ask.what, accessed_at=accessed, notify_by=notify_by))


def notify_authority(attempt: Attempt, incident_id: str, ask: NotifyAuthority) -> Incident:
    """Whoever the law names was told, by a person's word; the clock stops."""
    incident = attempt.known(incident_id, Right.RESPOND)
    _a_person(attempt)
    if incident.narrative.data_access is None:
        raise NotNow("no accessed data is on record.", "Record that first.", code="TCS-ACT-ORDER")
    if incident.narrative.authority_notified_at:
        raise NotNow("that is on record already.", "Write down further notices as notes.", code="TCS-ACT-DONE")
    return attempt.record(incident_id, AuthorityNotified(whom=ask.whom, said=ask.said))


def _a_person(attempt: Attempt) -> None:
    if attempt.principal.id == SERVICE.id:
        raise Denied("the service's own credential confirms nothing of this kind.", "Use a person's token.")
