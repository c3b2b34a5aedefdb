"""The cast of an installation: models and remote agents where documents name them, the built-in analysts everywhere else."""

from collections.abc import Callable
from dataclasses import dataclass

from tocsin.errors import PlayerFailed
from tocsin.guard.redact import Redact
from tocsin.model.ground import IncidentType
from tocsin.model.plan import BUILT_IN, Agent
from tocsin.roles.agents.minds import ModelDiagnostician, ModelPlayer
from tocsin.roles.agents.purse import Purse
from tocsin.roles.analysts.cast import BuiltInCast
from tocsin.roles.contract import Account, Diagnostician, Investigator, Player


@dataclass(frozen=True, slots=True)
class HouseCast:
    """contract.Cast."""

    built_in: BuiltInCast
    purse: Purse
    redact: Redact
    runbooks: Callable[[], frozenset[str]]
    remote: Callable[[Agent], Player] | None = None

    def investigators(self, roles: tuple[str, ...] = ()) -> tuple[Investigator, ...]:
        """The built-in ones: they read through windows."""
        return self.built_in.investigators(roles)

    def specialist(
        self, kind: IncidentType, agent: Agent | None = None, account: Account | None = None
    ) -> Diagnostician:
        """By a model where the document names one."""
        if agent is None or agent.player != "model":
            return self.built_in.specialist(kind)
        return ModelDiagnostician(self.built_in.specialists[kind], agent, self.purse, account or Account(), self.redact)

    def player(self, agent: Agent, account: Account | None = None) -> Player:
        """Raises PlayerFailed where nobody plays it."""
        if agent.player == BUILT_IN:
            return self.built_in.player(agent)
        if agent.player == "model":
            beside = self.built_in.player(agent)
            return ModelPlayer(agent, self.purse, account or Account(), self.redact, beside, self.runbooks)
        if self.remote is None:
            raise PlayerFailed(
                f"{agent.player} is not registered.", "See `tocsin agents list`.", code="TCS-PLAYER-NOBODY"
            )
        return self.remote(agent)
