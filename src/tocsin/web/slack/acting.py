"""A member of the workspace about to act: their identity from the configuration, and the one way their acts are carried out."""

from collections.abc import Callable
from dataclasses import dataclass

from tocsin.model.ground import Value
from tocsin.model.identity import Principal
from tocsin.model.incident import Incident
from tocsin.stages import communicate
from tocsin.stages.people import Attempt, Done
from tocsin.web.acts import Actor
from tocsin.web.rooms import Rooms
from tocsin.web.slack.door import SlackDoor


@dataclass(frozen=True, slots=True)
class Acting:
    """One member, one request."""

    rooms: Rooms
    principal: Principal

    @property
    def name(self) -> str:
        """How others read of them."""
        return self.principal.id

    async def does(self, work: Callable[[Attempt], Incident], incident_id: str = "") -> Done:
        """Carries out an act in one transaction and wakes the response."""
        return await Actor(self.rooms, self.principal, None, "").does(work, incident_id)

    async def does_at_the_desk(self, name: str, incident_id: str, which: str, ask: Value) -> Done:
        """Carries out an act of the communications desk by its name."""
        act = communicate.act_at(self.rooms.messages, name)
        return await self.does(lambda attempt: act.on(attempt, incident_id, which, ask), incident_id)

    def wake(self, incident_id: str) -> None:
        """Something happened to that incident."""
        self.rooms.wake.ring(incident_id)
        self.rooms.respond(incident_id)


def acting(rooms: Rooms, door: SlackDoor, user: str) -> Acting:
    """Raises Denied for a member whom the configuration does not name."""
    principal = door.member(user).principal
    return Acting(rooms.seen_by(principal), principal)
