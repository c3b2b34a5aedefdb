"""The communications desk: what messages are written and sent with. Built by `app`; holds no state of any incident."""

from dataclasses import dataclass, field
from urllib.parse import quote

from tocsin.guard.policy import InForce, Policy, may_leave
from tocsin.model.cadence import Cadence
from tocsin.model.catalogue import Catalogue
from tocsin.model.incident import Incident
from tocsin.model.update import FOR_CUSTOMERS, Audience
from tocsin.stages.communicate.settings import MessageSettings
from tocsin.stages.communicate.templating import Templates

_IN_THE_ROOM = frozenset({Audience.CHANNEL, Audience.SECURITY})


def _nothing_decided() -> InForce:
    return InForce(Policy(), "")


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a message needs besides its incident. Made with `Desk.of`, which reads the templates."""

    settings: MessageSettings = field(default_factory=MessageSettings)
    cadence: Cadence = field(default_factory=Cadence)
    catalogue: Catalogue = field(default_factory=Catalogue)
    law: InForce = field(default_factory=_nothing_decided)
    leaders: frozenset[str] = frozenset()
    """People whose asking for news counts as a leader's."""
    templates: Templates = field(default_factory=Templates)

    def channels(self, audience: Audience) -> tuple[str, ...]:
        """Where that audience is served."""
        return self.settings.audiences.get(audience, ())

    def observes(self, incident: Incident) -> bool:
        """Nothing leaves the house for this incident."""
        return not may_leave(incident, self.law, "message")

    def needs_person(self, incident: Incident, audience: Audience) -> bool:
        """Whether somebody must send it: always to customers; of a restricted incident, all that leaves its room."""
        leaves = incident.is_restricted and audience not in _IN_THE_ROOM
        return audience in FOR_CUSTOMERS or audience not in self.cadence.by_itself or leaves

    def link(self, incident: Incident) -> str:
        """Where people find the incident, or ""."""
        path = f"/api/incidents/{quote(incident.id, safe='')}/document?format=markdown"
        return f"{self.settings.url}{path}" if self.settings.url else ""
