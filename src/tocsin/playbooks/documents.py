"""What a set of documents holds once it is read: agents, teams, triggers, rules, runs, each by namespace and name. Pure."""

from typing import NamedTuple

from pydantic import Field

from tocsin.model.ground import Value
from tocsin.model.plan import Agent, Budget, Rule, Step, Trigger


class Name(NamedTuple):
    """A name within its namespace."""

    namespace: str
    name: str


class Team(Value):
    """A graph of steps as its document has it. Its agents may be documents of their own, or stand within it."""

    name: str
    namespace: str = "default"
    inputs: tuple[str, ...] = ()
    """Declared inputs; empty: whatever a run brings."""
    required: tuple[str, ...] = ()
    defaults: dict[str, str] = Field(default_factory=dict)
    agents: dict[str, Agent] = Field(default_factory=dict)
    refers: dict[str, str] = Field(default_factory=dict)
    """Agents of this team that are documents of their own: the name here, and the document's."""
    steps: tuple[Step, ...] = ()
    output: str = ""
    timeout_seconds: float | None = None
    tokens: int | None = None
    origin: str = ""


class RunRequest(Value):
    """A document that asks for a run: `kind: SwarmRun`."""

    name: str
    namespace: str = "default"
    team: str = ""
    agent: str = ""
    inputs: dict[str, str] = Field(default_factory=dict)
    origin: str = ""


class Documents:
    """Everything that was read. Later documents of one name replace earlier ones."""

    def __init__(self) -> None:
        self.agents: dict[Name, Agent] = {}
        self.teams: dict[Name, Team] = {}
        self.triggers: dict[Name, Trigger] = {}
        self.rules: dict[Name, Rule] = {}
        self.runs: dict[Name, RunRequest] = {}
        self.budgets: dict[Name, Budget] = {}

    def rules_of(self, namespace: str) -> tuple[Rule, ...]:
        """The rules of a namespace, and those of every namespace (`*`)."""
        return tuple(rule for key, rule in sorted(self.rules.items()) if key.namespace in (namespace, "*"))

    def budgets_of(self, namespace: str, team: str) -> tuple[Budget, ...]:
        """The budgets that count what that team spends."""
        return tuple(one for _, one in sorted(self.budgets.items()) if one.counts(namespace, team))
