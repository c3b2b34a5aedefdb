"""Who may see an incident. A restricted one exists only for those who are inside; for all others there is no such incident.

`may_see` is the one answer, for lists, streams, acts, documents and figures alike. Pure; asked by `seen` and `attempt`.
"""

from pydantic import Field

from tocsin.guard.authorize import MACHINE
from tocsin.model.communication import RestrictionSet
from tocsin.model.ground import IncidentType, Value
from tocsin.model.identity import Principal
from tocsin.model.incident import Incident


class SecurityRules(Value):
    """Section `people.security`: who sees security incidents, and how long the authorities may wait."""

    restricted: bool = True
    """Security incidents are for those who are named only, from triage on."""
    team: tuple[str, ...] = ()
    """Who sees every restricted incident."""
    notify_hours: float = Field(default=72, gt=0, le=8760)
    """So long after data was accessed, whoever the law names must have been told."""
    remind_hours: tuple[float, ...] = (24, 6, 1)
    """So long before that, people are reminded."""


def may_see(principal: Principal | None, incident: Incident) -> bool:
    """True when it is not restricted, or they are inside. No role opens it; whoever holds the machine holds the store anyway."""
    if not incident.is_restricted:
        return True
    if principal is None:
        return False
    return principal.via in ("local", MACHINE) or principal.id.lower() in insiders(incident)


def insiders(incident: Incident) -> frozenset[str]:
    """Whoever is on it, was called to it, or was named."""
    decided = incident.narrative.restriction
    named = decided.people if decided else ()
    called = (person for page in incident.pages for person in page.people if not page.observed)
    return frozenset(name.lower() for name in (*incident.people, *called, *named))


def seen(principal: Principal | None, incident: Incident | None) -> Incident | None:
    """The incident as that principal finds it: None when there is none for them."""
    return incident if incident is not None and may_see(principal, incident) else None


def first_restriction(type: IncidentType | None, there: tuple[str, ...], rules: SecurityRules) -> RestrictionSet | None:
    """What triage decides about who may see it; None where nothing is to be decided. `there` are the people on it already."""
    if type is not IncidentType.SECURITY:
        return None
    people = tuple(sorted({name.lower() for name in (*rules.team, *there)}))
    why = "security incidents are restricted" if rules.restricted else "security incidents are open here"
    return RestrictionSet(restricted=rules.restricted, people=people if rules.restricted else (), reason=why)
