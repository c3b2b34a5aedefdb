"""The built-in cast: the analysts that need no model, one for each role. Called by whoever carries out a playbook's steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.errors import NotFound, PlayerFailed
from tocsin.guard.powers import power_of
from tocsin.model.diagnosis import Diagnosis
from tocsin.model.ground import IncidentType
from tocsin.model.plan import Agent, Power
from tocsin.ports import Clock
from tocsin.roles.analysts.alert import AlertReader
from tocsin.roles.analysts.change import ChangeAnalyst
from tocsin.roles.analysts.dependency import DependencyMapper
from tocsin.roles.analysts.kubernetes import KubernetesAnalyst
from tocsin.roles.analysts.log import LogAnalyst
from tocsin.roles.analysts.metric import MetricAnalyst
from tocsin.roles.analysts.players import DiagnosticianPlayer, InvestigatorPlayer, NotifierPlayer
from tocsin.roles.analysts.specialists import specialists
from tocsin.roles.analysts.storm import StormReader
from tocsin.roles.analysts.suspect import CauseRanker
from tocsin.roles.analysts.trace import TraceAnalyst
from tocsin.roles.contract import Account, Brief, Diagnostician, Investigator, Player, Report, Router, Seat, Specialist


def investigators() -> tuple[Investigator, ...]:
    """One of each role, in the order in which they report."""
    return (
        AlertReader(),
        StormReader(),
        MetricAnalyst(),
        LogAnalyst(),
        TraceAnalyst(),
        DependencyMapper(),
        ChangeAnalyst(),
        KubernetesAnalyst(),
        CauseRanker(),
    )


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A specialist that needs no time, as a diagnostician."""

    specialist: Specialist

    @property
    def role(self) -> str:
        """The specialist's."""
        return self.specialist.role

    async def diagnose(self, brief: Brief, reports: tuple[Report, ...]) -> Diagnosis:
        """The specialist's answer."""
        return self.specialist.diagnose(brief, reports)


@dataclass(frozen=True, slots=True)
class BuiltInCast:
    """contract.Cast without models and without remote agents."""

    router: Router
    clock: Clock
    specialists: Mapping[IncidentType, Specialist] = field(default_factory=specialists)

    def investigators(
        self,
        roles: tuple[str, ...] = (),
        seats: Mapping[str, Seat] | None = None,  # noqa: ARG002
    ) -> tuple[Investigator, ...]:
        """Those roles, in the order asked for. Raises NotFound."""
        known = {one.role: one for one in investigators()}
        missing = [one for one in roles if one not in known]
        if missing:
            raise NotFound(f"nobody plays {missing[0]!r}.", f"Built in are: {', '.join(known)}.")
        return tuple(known[one] for one in roles) if roles else tuple(known.values())

    def specialist(
        self,
        kind: IncidentType,
        agent: Agent | None = None,  # noqa: ARG002
        account: Account | None = None,  # noqa: ARG002
    ) -> Diagnostician:
        """The one for that type."""
        return AtOnce(self.specialists[kind])

    def opinion(self, agent: Agent, account: Account) -> None:
        """Nobody beside the built-in router."""

    def writer(self, seat: Seat) -> None:
        """Nobody beside the templates."""

    def player(self, agent: Agent, account: Account | None = None) -> Player:  # noqa: ARG002
        """By the agent's one power: who reads investigates, who decides diagnoses, who acts notifies.

        Raises PlayerFailed for one whose tools both read and act.
        """
        match power_of(agent):
            case Power.READ:
                return InvestigatorPlayer()
            case Power.DECIDE:
                return DiagnosticianPlayer(self.router, self.clock)
            case Power.ACT:
                return NotifierPlayer()
            case _:
                what = f"nobody built in plays {agent.name} as {agent.role}."
                raise PlayerFailed(what, "Name a model that plays it.", code="TCS-PLAYER-NOBODY")
