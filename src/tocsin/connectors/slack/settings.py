"""Section `channels.slack`: how to reach a workspace, who is who in it, and where each audience reads. Read by `app`."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from tocsin.config import Secret
from tocsin.model.ground import Value
from tocsin.model.identity import NOBODYS, Role, person_id
from tocsin.model.update import Audience


def _somebody(text: str) -> str:
    name = person_id(text)
    if name in NOBODYS:
        raise ValueError(f"{name} is a name of tocsin's own")
    return name


SlackUser = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,20}$")]
"""A member's id as their profile shows it (`Copy member ID`); names can be changed, ids cannot."""
Place = Annotated[str, StringConstraints(pattern=r"^(#?[a-z0-9_-]{1,80}|[CG][A-Z0-9]{2,20})$")]
"""A channel by its name or its id."""


class SlackPerson(Value):
    """Who somebody in the workspace is to tocsin. Their roles are those named here, whatever tokens they hold elsewhere."""

    person: Annotated[str, AfterValidator(_somebody)]
    roles: frozenset[Role] = frozenset({Role.VIEWER})
    leader: bool = False
    """When they join a room or ask there, it counts as a leader asking."""
    every_room: bool = False
    """Brought into the room of every incident that is not restricted."""


class SlackConfig(Value):
    """One workspace. Without `signing_secret` messages go out, and nothing that comes from Slack is believed."""

    token: Secret
    signing_secret: Secret | None = None
    channel: Place = "#incidents"
    """The shared channel: where the organisation reads, and where an incident without a room is spoken of."""
    places: dict[Audience, Place] = Field(default_factory=dict)
    """Channels of their own for `executive`, `support`, `security`. An audience that has none is not told here."""
    people: dict[SlackUser, SlackPerson] = Field(default_factory=dict)
    notes_per_minute: int = Field(default=20, ge=1, le=50)
    """So many words of a room become notes on its timeline; the rest stays in Slack."""
    url: str = Field(default="https://slack.com/api/", pattern=r"^https?://")
    timeout_seconds: int = Field(default=10, ge=1, le=60)

    @property
    def audiences(self) -> frozenset[Audience]:
        """Whom it reaches: those in the incident's room, the shared channel, and whoever has a channel of their own."""
        return frozenset({Audience.CHANNEL, Audience.SECURITY, Audience.INTERNAL, *self.places})
