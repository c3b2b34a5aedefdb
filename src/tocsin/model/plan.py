"""Plans: who plays which role, in which order, with which tools and limits. Frozen values, read from playbook documents.

Made by `playbooks`, judged by `guard`, walked by `response`. A plan says what may be done and does nothing.
"""

from enum import StrEnum
from typing import Any

from pydantic import Field

from tocsin.model.ground import Severity, Value

BUILT_IN = "built-in"
"""The player that needs no model: the analyst of that role. It is also who answers when another player fails."""
REMOTE = "remote:"
"""How a document names an agent elsewhere: this, and its name."""


class Power(StrEnum):
    """What a role may hold. Never two of read, decide and act in one pair of hands."""

    READ = "read"
    DECIDE = "decide"
    ACT = "act"
    DRAFT = "draft"
    EXECUTE = "execute"


class Work(StrEnum):
    """What a step of a playbook does."""

    INVESTIGATE = "investigate"
    """One investigator, or all of them: findings."""
    DIAGNOSE = "diagnose"
    PROPOSE = "propose"
    """One runbook's steps, or honestly none."""
    DRAFT = "draft"
    """Messages for every audience."""
    AGENT = "agent"
    """A free agent: inputs in, an output out, tools by allow list."""
    GATE = "gate"
    """A person decides whether it goes on."""


class Trust(StrEnum):
    """How far a document trusts a tool server. Its descriptions and answers are data at every level."""

    READ_ONLY = "read_only"
    """None of its tools that act is called, whatever lists and policies say."""
    WRITES = "writes"
    """Its tools act where powers and policy let them."""
    UNKNOWN = "unknown"
    """Nothing was said: powers and policy decide alone."""


class ToolServer(Value):
    """An MCP server as an agent names it: `NAME/tool` is how lists speak of its tools."""

    name: str
    url: str = ""
    command: tuple[str, ...] = ()
    """Argument vector, for a server spoken to over standard input and output."""
    secret: str = ""
    """Name of the secret for `Authorization: Bearer`; where it is kept is configuration, never in a document."""
    trust: Trust = Trust.UNKNOWN


class Limits(Value):
    """Ceilings for one agent. None: what policy says."""

    tokens_per_call: int | None = Field(default=None, gt=0)
    tokens_per_incident: int | None = Field(default=None, gt=0)
    timeout_seconds: float | None = Field(default=None, gt=0)
    tool_calls: int | None = Field(default=None, ge=0)
    turns: int | None = Field(default=None, gt=0)


class Agent(Value):
    """One agent: which role it plays, who plays it, and with what. `player` is one line to edit.

    `player`: `built-in`, `model` (then `model` names it), or `remote:NAME` (a registered agent).
    """

    name: str
    role: str
    player: str = BUILT_IN
    model: str = ""
    prompt: str = ""
    """The instruction. "": the role's own prompt file."""
    servers: tuple[ToolServer, ...] = ()
    allow: tuple[str, ...] = ()
    """Tools it may call, with wildcards (`grafana/*`). Nothing that is not listed."""
    deny: tuple[str, ...] = ()
    limits: Limits = Limits()
    origin: str = ""
    """`file:line` of its document."""


class Gate(Value):
    """A human gate: the question, and who may answer it."""

    question: str
    role: str = "commander"


class Step(Value):
    """One step of a team's graph. `inputs` are templates: `{{ .input.x }}`, `{{ .steps.NAME.output.field }}`."""

    name: str
    work: Work = Work.AGENT
    agent: str = ""
    """An agent of the plan; "" where the work needs none."""
    roles: tuple[str, ...] = ()
    """For `investigate`: which investigators set out, side by side; empty: all there are."""
    depends_on: tuple[str, ...] = ()
    inputs: dict[str, str] = Field(default_factory=dict)
    when: str = ""
    """A condition over the same names; a step whose condition does not hold is skipped, and the timeline says why."""
    for_each: str = ""
    """A list to fan out over; `.item` is the one at hand."""
    gate: Gate | None = None
    timeout_seconds: float | None = Field(default=None, gt=0)
    retries: int = Field(default=0, ge=0, le=10)
    output: dict[str, Any] | None = None
    """JSON Schema of what it must answer."""
    must_contain: str = ""
    """A regular expression that the output must match somewhere."""
    must_not_contain: tuple[str, ...] = ()
    """Regular expressions that the output must match nowhere."""
    origin: str = ""


class Concurrency(StrEnum):
    """What happens when a trigger fires while its last run goes on."""

    ALLOW = "Allow"
    FORBID = "Forbid"
    REPLACE = "Replace"


class Match(Value):
    """Which incidents a plan is for. Empty: any."""

    types: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    services: tuple[str, ...] = ()
    labels: dict[str, str] = Field(default_factory=dict)


class Trigger(Value):
    """What starts a team: an incident that matches, a webhook of its own, or the clock."""

    name: str
    team: str
    kind: str = "incident"
    """`incident`, `webhook` or `cron`."""
    match: Match = Match()
    schedule: str = ""
    missed: str = ""
    """Of a schedule: `once` or `skip` for ticks while nobody was there; "": as the installation says."""
    inputs: dict[str, str] = Field(default_factory=dict)
    """Templates over `.trigger.body`."""
    concurrency: Concurrency = Concurrency.ALLOW
    origin: str = ""


class Enforcement(StrEnum):
    """What a policy does about a breach: write it down, say it aloud, or refuse."""

    AUDIT = "Audit"
    WARN = "Warn"
    ENFORCE = "Enforce"


class Rule(Value):
    """One policy document. Several apply together: denials are united, allowances intersected, the lowest limit wins."""

    name: str
    enforcement: Enforcement = Enforcement.ENFORCE
    strict: bool = False
    """An agent above a ceiling is refused instead of clamped."""
    allow: tuple[str, ...] = ()
    """Empty: whatever agents list."""
    deny: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    """Names of models that may be used, with wildcards; empty: any that is configured."""
    tokens_per_call: int | None = Field(default=None, gt=0)
    tokens_per_incident: int | None = Field(default=None, gt=0)
    tokens_per_day: int | None = Field(default=None, gt=0)
    money_per_month: float | None = Field(default=None, ge=0)
    timeout_seconds: float | None = Field(default=None, gt=0)
    origin: str = ""


class Budget(Value):
    """A ceiling on money over a rolling period, for a team, a namespace, or all of them."""

    name: str
    namespace: str = ""
    """"": every namespace."""
    team: str = ""
    """"": every team of it."""
    period: str = "monthly"
    """`daily`, `weekly` or `monthly`: the last 1, 7 or 30 days."""
    limit: float = Field(ge=0)
    warn_at: int = Field(default=80, ge=0, le=100)
    """Per cent of the limit from which on it warns; 0: never."""
    hard_stop: bool = False
    """Over it no model is asked and no run is begun that would ask one; without it, it is said and goes on."""
    origin: str = ""

    def counts(self, namespace: str, team: str) -> bool:
        """Is this team's spending within its scope?"""
        return self.namespace in ("", namespace) and self.team in ("", team)


class Plan(Value):
    """A team with everything it needs, as it was when the run began: what happens later to the files changes nothing."""

    name: str
    origin: str
    digest: str
    """SHA-256 over the parsed documents."""
    inputs: tuple[str, ...] = ()
    """Names a run must be given."""
    agents: dict[str, Agent] = Field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    output: str = ""
    """Template of the run's output; "": the last step's."""
    timeout_seconds: float | None = Field(default=None, gt=0)
    rules: tuple[Rule, ...] = ()
    budgets: tuple[Budget, ...] = ()

    @property
    def asks_models(self) -> bool:
        """Does a step of it have a model's answer?"""
        return any(one.player == "model" for one in self.agents.values())

    def ready(self, over: frozenset[str]) -> tuple[Step, ...]:
        """The steps whose dependencies are over and which are not over themselves, in the order of the document."""
        return tuple(one for one in self.steps if one.name not in over and over.issuperset(one.depends_on))
