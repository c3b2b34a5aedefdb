"""The cast of an installation: models and remote agents where documents name them, the built-in analysts everywhere else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tocsin.guard.redact import Redact
from tocsin.model.ground import IncidentType
from tocsin.model.plan import REMOTE, Agent
from tocsin.roles.agents.investigator import OutsideInvestigator
from tocsin.roles.agents.minds import ModelPlayer
from tocsin.roles.agents.purse import Purse
from tocsin.roles.agents.reading import ModelLine, Reading
from tocsin.roles.agents.remote import Line, RemotePlayer
from tocsin.roles.agents.roster import Roster
from tocsin.roles.agents.router import ModelRouter
from tocsin.roles.agents.specialist import ANSWER, CHARACTERS, PATIENCE, OutsideDiagnostician
from tocsin.roles.agents.writer import ModelWriter
from tocsin.roles.analysts.cast import BuiltInCast
from tocsin.roles.analysts.routing import Routing
from tocsin.roles.contract import Account, Diagnostician, Investigator, Player, Seat, SecondOpinion, Writer


@dataclass(frozen=True, slots=True)
class HouseCast:
    """contract.Cast."""

    built_in: BuiltInCast
    purse: Purse
    redact: Redact
    runbooks: Callable[[], frozenset[str]]
    roster: Roster | None = None
    """None where no agent elsewhere is asked."""
    patience: float = 30.0
    """Seconds that an investigator elsewhere has at most."""

    routing: Routing | None = None
    """What follows from a type and a severity; None where nobody gives a second opinion."""

    def investigators(
        self, roles: tuple[str, ...] = (), seats: Mapping[str, Seat] | None = None
    ) -> tuple[Investigator, ...]:
        """The built-in ones, which read through windows; behind an agent elsewhere where the plan gives the role to one."""
        return tuple(self.seated(one, (seats or {}).get(one.role)) for one in self.built_in.investigators(roles))

    def seated(self, built_in: Investigator, seat: Seat | None) -> Investigator:
        """The built-in one, or whoever sits there, with it behind them."""
        if seat is not None and seat.agent.player == "model":
            reading = Reading(seat.agent, seat.account, self.purse, self.redact)
            return OutsideInvestigator(reading, built_in, seat, self.patience)
        if seat is not None and seat.agent.player.startswith(REMOTE):
            return OutsideInvestigator(self._line(seat.agent, seat.account), built_in, seat, self.patience)
        return built_in

    def opinion(self, agent: Agent, account: Account) -> SecondOpinion | None:
        """A model; agents elsewhere are too far away for five seconds."""
        if agent.player != "model" or self.routing is None:
            return None
        return ModelRouter(agent, self.purse, account, self.redact, self.routing)

    def writer(self, seat: Seat) -> Writer | None:
        """A model."""
        if seat.agent.player != "model":
            return None
        return ModelWriter(seat.agent, self.purse, seat.account, self.redact)

    def specialist(
        self, kind: IncidentType, agent: Agent | None = None, account: Account | None = None
    ) -> Diagnostician:
        """By a model or an agent elsewhere where the document names one."""
        account, built_in = account or Account(), self.built_in.specialists[kind]
        if agent is not None and agent.player == "model":
            line = ModelLine(agent, account, self.purse, self.redact, PATIENCE, CHARACTERS, ANSWER)
            return OutsideDiagnostician(line, built_in)
        if agent is not None and agent.player.startswith(REMOTE):
            return OutsideDiagnostician(self._line(agent, account), built_in)
        return self.built_in.specialist(kind)

    def player(self, agent: Agent, account: Account | None = None) -> Player:
        """Raises PlayerFailed where nobody plays it."""
        account, beside = account or Account(), self.built_in.player(agent)
        if agent.player == "model":
            return ModelPlayer(agent, self.purse, account, self.redact, beside, self.runbooks)
        if agent.player.startswith(REMOTE):
            return RemotePlayer(self._line(agent, account), beside, self.runbooks)
        return beside

    def _line(self, agent: Agent, account: Account) -> Line:
        return Line(agent, account, self.roster, self.redact, self.purse.known)
