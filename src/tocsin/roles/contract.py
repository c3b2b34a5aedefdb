"""What each role is given and must return. Stages call roles only through these; analysts, models and remote agents play them.

Powers: investigators read through `Windows`; specialists hold no tool at all; nobody here writes to the world.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from tocsin.errors import SourceError
from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue
from tocsin.model.change import Change
from tocsin.model.diagnosis import Diagnosis
from tocsin.model.evidence import Evidence, Finding
from tocsin.model.ground import IncidentType
from tocsin.model.incident import Incident
from tocsin.model.move import Happening, Letter
from tocsin.model.plan import Agent, Budget, Plan, Rule
from tocsin.model.signals import ClusterAnswer, LogLine, Series, Span, Topology
from tocsin.model.triage import Triage
from tocsin.model.working import Working
from tocsin.ports import Ask, MindAnswer, Question, ToolAnswer, ToolCard

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Brief:
    """The shared context of an incident: what alerted, how it was triaged, where and when to look."""

    incident_id: str
    alerts: tuple[Alert, ...]
    alert_evidence: tuple[Evidence, ...]
    """Each alert's text as stored evidence, in the order of `alerts`, so that findings can quote it."""
    triage: Triage
    service: str
    catalogue: Catalogue
    start: datetime
    end: datetime
    """The investigation window; `end` is the time of asking."""
    onset: datetime
    """When the first alert says it began."""


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """A recorded answer: the evidence it became, and its content parsed. Quotes must be spans of `text`."""

    evidence_id: str
    text: str
    data: T
    link: str = ""


class Windows(Protocol):
    """The read doors, wrapped with redaction and recording. None means: no such source is configured.

    Raises errors.SourceError when a source is there but does not answer.
    """

    async def metrics(self, ask: Ask) -> Seen[tuple[Series, ...]] | None: ...

    async def logs(self, ask: Ask) -> Seen[tuple[LogLine, ...]] | None: ...

    async def traces(self, ask: Ask) -> Seen[tuple[Span, ...]] | None: ...

    async def topology(self, ask: Ask) -> Seen[Topology] | None: ...

    async def changes(self, ask: Ask) -> Seen[tuple[Change, ...]] | None: ...

    async def cluster(self, ask: Ask) -> Seen[tuple[ClusterAnswer, ...]] | None: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What one investigator returns. `failure` says in words what it could not look at ("" when nothing is missing)."""

    role: str
    findings: tuple[Finding, ...] = ()
    failure: str = ""


class Router(Protocol):
    """Decides type and severity. Holds no tool."""

    def triage(self, alerts: tuple[Alert, ...], evidence: tuple[Evidence, ...], now: datetime) -> Triage:
        """`evidence[i]` holds the text of `alerts[i]`."""
        ...


class Investigator(Protocol):
    """Reads the world through windows and reports findings with quotes. Never writes, never decides."""

    @property
    def role(self) -> str: ...

    async def investigate(self, brief: Brief, windows: Windows) -> Report: ...


class Specialist(Protocol):
    """Reasons over findings only, in no time. Holds no tool."""

    @property
    def role(self) -> str: ...

    def diagnose(self, brief: Brief, reports: tuple[Report, ...]) -> Diagnosis: ...


class Diagnostician(Protocol):
    """Whoever plays the specialist: the built-in one at once, a model or a remote agent in its time. Holds no tool."""

    @property
    def role(self) -> str: ...

    async def diagnose(self, brief: Brief, reports: tuple[Report, ...]) -> Diagnosis: ...


@dataclass(frozen=True, slots=True)
class Investigation:
    """All reports of one incident, checked: every finding cites evidence that is here."""

    reports: tuple[Report, ...]
    evidence: tuple[Evidence, ...] = field(default=())
    dropped: int = 0
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """One step of a run as its player gets it. Inputs are rendered; whatever came from the world in them is data."""

    incident_id: str
    run_id: str
    step: str
    agent: Agent
    inputs: Mapping[str, Any]
    context: Mapping[str, Any]
    """The shared incident context, folded from typed findings: affected services, error codes, recent changes."""
    output: Mapping[str, Any] | None = None
    """JSON Schema of the answer; None: text."""
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Spend:
    """What an answer cost."""

    model: str
    tokens_in: int
    tokens_out: int
    cost: float = 0.0
    seconds: float = 0.0
    question_sha256: str = ""
    question: str = ""
    answer: str = ""
    """Question and answer whole, as JSON: kept as evidence, so that the run can be replayed."""
    failure: str = ""
    """Why there is no answer; what was read is paid for all the same."""


class Books(Protocol):
    """Where questions to models are written down, each at once: what was asked, what was answered, what it cost."""

    async def answered(self, account: "Account", question: Question) -> MindAnswer | None:
        """What this very question was answered before the step was cut; None when it was not."""
        ...

    async def charge(self, account: "Account", spend: Spend) -> None:
        """On the timeline, and question and answer on the evidence shelf."""
        ...

    async def works(self, account: "Account", now: Working) -> None:
        """Shows a model at work; replaces what was shown of it before."""
        ...

    async def rests(self, account: "Account") -> None:
        """It is shown no more."""
        ...


class NoBooks:
    """For players that ask nobody."""

    async def answered(self, account: "Account", question: Question) -> MindAnswer | None:  # noqa: ARG002
        """None."""
        return None

    async def charge(self, account: "Account", spend: Spend) -> None:
        """Nothing is kept."""

    async def works(self, account: "Account", now: Working) -> None:
        """Nobody looks."""

    async def rests(self, account: "Account") -> None:
        """Nobody looked."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one player's questions are charged to, and the rules and budgets they are held to."""

    incident_id: str = ""
    run_id: str = ""
    step: str = ""
    """The step and, where it fans out or is tried again, which part of it."""
    role: str = ""
    rules: tuple[Rule, ...] = ()
    budgets: tuple[Budget, ...] = ()
    books: Books = field(default_factory=NoBooks)


@dataclass(frozen=True, slots=True)
class Played:
    """What a player made of its assignment."""

    output: Any


class Tools(Protocol):
    """The tools in one agent's hands. Each call passes guard's gate (powers, budget), and is redacted and recorded as evidence."""

    def cards(self) -> tuple[ToolCard, ...]:
        """The tools it may see: allowed, and with descriptions that people have accepted."""
        ...

    async def call(self, path: str, arguments: Mapping[str, Any]) -> ToolAnswer:
        """Raises errors.Denied when policy says no, errors.SourceError when the server does not answer."""
        ...


class Player(Protocol):
    """Plays a role on one assignment: the built-in analyst, a model, a remote agent. Holds no tool but those it is handed."""

    @property
    def name(self) -> str: ...

    async def play(self, assignment: Assignment, tools: Tools) -> Played:
        """Within `assignment.seconds`. Raises errors.SourceError or errors.PlayerFailed; then the built-in analyst answers."""
        ...


@dataclass(frozen=True, slots=True)
class Seat:
    """A role that a plan gives to somebody else than the house."""

    agent: Agent
    account: Account
    """What its questions are charged to."""
    replaced: Callable[[str], Awaitable[None]]
    """Hears why the built-in analyst answers instead."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """The shared incident context as it stands."""


class Cast(Protocol):
    """Who plays the roles of a plan. What an agent document says wins; without one the built-in analysts play."""

    def investigators(
        self, roles: tuple[str, ...] = (), seats: Mapping[str, Seat] | None = None
    ) -> tuple[Investigator, ...]:
        """Those roles, all there are when none is named. Raises errors.NotFound for one that nobody plays.

        `seats`, by role, are those that documents give away. Who sits there never raises: the built-in report stands.
        """
        ...

    def specialist(
        self, kind: IncidentType, agent: Agent | None = None, account: Account | None = None
    ) -> Diagnostician: ...

    def opinion(self, agent: Agent, account: Account) -> "SecondOpinion | None":
        """Whoever that agent is; None where it is nobody else than the house."""
        ...

    def writer(self, seat: Seat) -> "Writer | None":
        """Whoever words messages in that seat; None where it is nobody else than the house."""
        ...

    def player(self, agent: Agent, account: Account | None = None) -> Player:
        """Whoever plays a free agent. Raises errors.PlayerFailed when nobody can."""
        ...


class SecondOpinion(Protocol):
    """A router beside the built-in one: it may say another type, and a higher severity. Holds no tool."""

    async def opinion(self, decided: Triage, evidence: tuple[Evidence, ...]) -> Triage:
        """The decision with what it adds. Raises PlayerFailed, SourceError."""
        ...


class Writer(Protocol):
    """Words drafts anew. Holds no tool, and publishes nothing."""

    async def words(self, drafts: Mapping[str, str], wrong: Callable[[str, str], str]) -> Mapping[str, str]:
        """Each draft in its words; `wrong(name, text)` says what is wrong with a text. Raises PlayerFailed, SourceError."""
        ...


class Record(Protocol):
    """Puts events of one incident on its timeline, once for each key."""

    async def __call__(
        self, key: str, *happened: Happening, letters: Iterable[Letter] = (), evidence: Iterable[Evidence] = ()
    ) -> Incident:
        """Appends them in one transaction unless `key` is ticked already; the incident as it then stands.

        `letters` go into the outbox and `evidence` on the shelf in the same transaction.
        Raises errors.TakenOver when this walk is no longer in charge.
        """
        ...


class Toolkit(Protocol):
    """Hands an agent its tools, each wrapped by guard: powers, budget, pinned description, redaction, recording."""

    async def open(self, assignment: Assignment, plan: Plan, record: Record, part: str = "") -> Tools:
        """The tools of one assignment; none where its agent lists none."""
        ...


class NoTools:
    """The toolkit of a house that is connected to no tool server, and the tools in it."""

    async def open(self, assignment: Assignment, plan: Plan, record: Record, part: str = "") -> "NoTools":  # noqa: ARG002
        """Empty hands."""
        return self

    def cards(self) -> tuple[ToolCard, ...]:
        """None."""
        return ()

    async def call(self, path: str, arguments: Mapping[str, Any]) -> ToolAnswer:  # noqa: ARG002
        """Raises SourceError."""
        raise SourceError(
            f"{path} is not connected.", "Name its server under `playbooks.servers`.", code="TCS-SOURCE-TOOL"
        )
