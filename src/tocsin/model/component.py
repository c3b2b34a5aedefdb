"""Components: what customers are told works or does not, by public name. Pure.

Read when a message for customers is written, and by the status page. Only names of the catalogue that people wrote for the
public become components.
"""

from enum import StrEnum

from tocsin.model.catalogue import Catalogue
from tocsin.model.ground import Severity
from tocsin.model.incident import Incident
from tocsin.model.state import OPEN


class ComponentStatus(StrEnum):
    """How a component is, in the words of status page clients; the worst comes last."""

    OPERATIONAL = "operational"
    MAINTENANCE = "under_maintenance"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"

    @property
    def rank(self) -> int:
        """0 is well; higher is worse."""
        return list(ComponentStatus).index(self)


class Impact(StrEnum):
    """How bad an incident is for customers, in the words of status page clients; the worst comes last."""

    NONE = "none"
    MAINTENANCE = "maintenance"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 is nothing; higher is worse."""
        return list(Impact).index(self)


_STATUS = {
    Severity.SEV1: ComponentStatus.MAJOR,
    Severity.SEV2: ComponentStatus.PARTIAL,
    Severity.SEV3: ComponentStatus.DEGRADED,
}
_IMPACT = {Severity.SEV1: Impact.CRITICAL, Severity.SEV2: Impact.MAJOR, Severity.SEV3: Impact.MINOR}


def public_names(catalogue: Catalogue) -> tuple[str, ...]:
    """Every component, in the order of the catalogue; several services may be one component."""
    return tuple(dict.fromkeys(one.public_name for one in catalogue.services if one.public_name))


def affected(incident: Incident, catalogue: Catalogue) -> dict[str, ComponentStatus]:
    """The components that the services of an incident belong to, and how they are; operational once it is over."""
    known = (catalogue.find(name) for name in incident.services)
    names = {one.public_name for one in known if one is not None and one.public_name}
    status = _STATUS.get(incident.severity) if incident.severity and incident.state in OPEN else None
    return {name: status or ComponentStatus.OPERATIONAL for name in public_names(catalogue) if name in names}


def impact_of(severity: Severity | None) -> Impact:
    """What a severity means for customers."""
    return _IMPACT.get(severity, Impact.NONE) if severity else Impact.MINOR
