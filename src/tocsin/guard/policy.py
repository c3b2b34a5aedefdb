"""The policy: what may be done, with whose yes. One table that people edit, and one pure question: `decide`.

Section `policy` of the configuration. Asked by `stages.remediate` when a step is requested, and again when it begins. Runs
nothing, knows nobody, grants nothing: approvals are `guard.approval`, rights are `guard.authorize`. It fails closed: a step
that no row fits is never run.
"""

from collections.abc import Iterator
from enum import StrEnum
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, field_validator

from tocsin.guard.deeds import Deed, deeds
from tocsin.model.action import Decision, Mode, RenderedStep, Risk, Verdict
from tocsin.model.acts import PolicyFixed
from tocsin.model.chain import canonical
from tocsin.model.ground import IncidentType, Severity, Value
from tocsin.model.incident import Incident

_STRICTER = (Decision.AUTO, Decision.ONE, Decision.TWO, Decision.NEVER)
CALLS = frozenset({"page", "acknowledge", "note", "channel", "unpage"})
"""Letters of paging: they call people, tell a channel, or say that nobody need be called any more."""
_QUIETER = (Mode.OBSERVE, Mode.PROPOSE, Mode.ACT)


class Environment(StrEnum):
    """What the table knows. Anything else, and nothing at all, counts as production."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"

    @classmethod
    def of(cls, name: str) -> "Environment":
        """The environment of that name; production for a name nobody knows."""
        return next((one for one in cls if one == name.strip().lower()), cls.PRODUCTION)


class Purpose(StrEnum):
    """As runbooks say it."""

    CHECK = "check"
    MITIGATE = "mitigate"
    FIX = "fix"


def _listed(value: object) -> object:
    """One word may be written without brackets."""
    return (value,) if isinstance(value, str) else value


class When(Value):
    """When a row fits: every condition that is written must hold; one of several words is enough. Nothing written: always."""

    severity: Annotated[tuple[Severity, ...], BeforeValidator(_listed)] = ()
    environment: Annotated[tuple[Environment, ...], BeforeValidator(_listed)] = ()
    risk: Annotated[tuple[Risk, ...], BeforeValidator(_listed)] = ()
    type: Annotated[tuple[IncidentType, ...], BeforeValidator(_listed)] = ()
    purpose: Annotated[tuple[Purpose, ...], BeforeValidator(_listed)] = ()
    does: Annotated[tuple[Deed, ...], BeforeValidator(_listed)] = ()
    """What the step does, as code reads it from the call."""
    step: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Names of steps; `*` stands for anything."""
    runbook: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    service: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    auto: bool | None = None
    """Whether the runbook marks the step `auto: true`."""
    targets_over: int | None = Field(default=None, ge=0)
    """More targets than that."""


class Row(Value):
    """One line of the table. `rule` is what people read when it decides."""

    rule: str = Field(min_length=3)
    decision: Decision
    when: When = When()


class Limits(Value):
    """How much may be done at all, whoever said yes. An hour is the sixty minutes before the step begins."""

    in_flight_per_service: int = Field(default=1, ge=1)
    per_incident_per_hour: int = Field(default=5, ge=1)
    per_service_per_hour: int = Field(default=10, ge=1)
    targets_per_step: int = Field(default=1, ge=1)
    more_targets: Decision = Decision.TWO
    """What a step with more targets needs; `never` refuses it."""

    @field_validator("more_targets")
    @classmethod
    def _asks(cls, value: Decision) -> Decision:
        if value not in (Decision.TWO, Decision.NEVER):
            raise ValueError("say `two` or `never`")
        return value


class ApprovalSettings(Value):
    """How long a request and each yes to it live, in minutes, and how often an unanswered one is offered again."""

    minutes: float = Field(default=15, gt=0, le=60)
    break_glass_minutes: float = Field(default=5, gt=0, le=30)
    offers: int = Field(default=8, ge=1)


class Policy(Value):
    """Section `policy`."""

    mode: Mode = Mode.PROPOSE
    services: dict[str, Mode] = Field(default_factory=dict)
    """A service's own mode, instead of the one above."""
    rows: tuple[Row, ...] = ()
    limits: Limits = Limits()
    approval: ApprovalSettings = ApprovalSettings()

    def mode_of(self, *services: str) -> Mode:
        """The quietest mode among these services; an empty name counts for nothing."""
        own = {name.lower(): mode for name, mode in self.services.items()}
        modes = [own.get(name.lower(), self.mode) for name in services if name] or [self.mode]
        return min(modes, key=_QUIETER.index)

    def observing(self) -> "Policy":
        """The same table, under which nothing leaves the house."""
        return self.model_copy(update={"mode": Mode.OBSERVE, "services": {}})

    @property
    def digest(self) -> str:
        """SHA-256 over everything it says."""
        return sha256(canonical(self.plain()).encode()).hexdigest()

    def plain(self) -> dict[str, Any]:
        """As JSON, without the conditions that are not written."""
        return self.model_dump(mode="json", exclude_none=True)

    def fixed(self, origin: str) -> PolicyFixed:
        """The event that binds an incident to this policy."""
        return PolicyFixed(digest=self.digest, origin=origin, policy=self.plain())


class InForce(NamedTuple):
    """A policy and the file it came from."""

    policy: Policy
    origin: str


class _Fitting(NamedTuple):
    number: int
    row: Row


def in_force(incident: Incident, current: InForce) -> InForce:
    """The policy this incident is judged by: the one it was opened under, else the current one. A drill is only observed."""
    kept = incident.policy
    law = InForce(Policy.model_validate(kept.policy), kept.origin) if kept else current
    return law._replace(policy=law.policy.observing()) if incident.drill else law


def mode_now(incident: Incident, current: InForce, *services: str, calling: bool = False) -> Mode:
    """The mode in force for an incident at this moment; nobody reads it anywhere else.

    The quietest of its own policy's mode and today's, for its service and those named: a later turn to observe reaches every
    open incident at once, a later turn to act none. `calling` asks for calls to people, which a drill may have made in earnest.
    """
    drilled = calling and incident.drill is not None and incident.drill.pages
    law = in_force(incident.model_copy(update={"drill": None}) if drilled else incident, current)
    names = (incident.service, *services)
    return min(law.policy.mode_of(*names), current.policy.mode_of(*names), key=_QUIETER.index)


def may_leave(incident: Incident, current: InForce, kind: str) -> bool:
    """Whether a letter of that kind may leave the house for an incident now: in mode observe nothing does."""
    return mode_now(incident, current, calling=kind in CALLS) is not Mode.OBSERVE


def judge(step: RenderedStep, incident: Incident, current: InForce) -> Verdict:
    """What is said of a step on that incident now: by its own policy, in the mode that is in force for it at this moment.

    So a later edit of the table changes nothing for an incident that is open, and turning the house to observe holds at once.
    """
    law = in_force(incident, current)
    return decide(step, incident, law.policy, law.origin, mode=mode_now(incident, current, step.service))


def decide(
    step: RenderedStep, incident: Incident, policy: Policy, origin: str = "", *, mode: Mode | None = None
) -> Verdict:
    """What this policy says of a rendered step on that incident, in that mode, or without one in the policy's own. Pure.

    The first row that fits decides; then the limit of targets, the floors and the mode can only make it stricter.
    """
    mode = mode or policy.mode_of(incident.service, step.service)
    found = _first(step, incident, policy.rows)
    if found is None:
        return Verdict(decision=Decision.NEVER, mode=mode, reason="no row of the policy fits this step", origin=origin)
    decision, reason = found.row.decision, found.row.rule
    for at_least, why in _tightened(step, incident, policy, mode):
        if _STRICTER.index(at_least) > _STRICTER.index(decision):
            decision, reason = at_least, f"{reason}; {why}"
    where = f"{origin}: policy.rows[{found.number}], {policy.digest[:12]}".removeprefix(": ")
    return Verdict(decision=decision, mode=mode, reason=reason, origin=where)


def stricter(one: Decision, other: Decision) -> Decision:
    """The one that asks for more."""
    return max(one, other, key=_STRICTER.index)


def _tightened(step: RenderedStep, incident: Incident, policy: Policy, mode: Mode) -> Iterator[tuple[Decision, str]]:
    """What no row can loosen: targets, what people marked, the worst severity, and the mode above all."""
    most = policy.limits.targets_per_step
    if step.risk is not Risk.READ and len(step.targets) > most:
        yield policy.limits.more_targets, f"it touches {len(step.targets)} targets, more than {most}"
    if not step.auto:
        yield Decision.ONE, "the runbook does not mark it `auto: true`"
    if step.risk.rank > Risk.REVERSIBLE.rank:
        yield Decision.ONE, f"a {step.risk} step never runs by itself"
    if incident.severity in (None, Severity.SEV1):
        yield Decision.ONE, "at SEV1 nothing runs by itself"
    if mode is Mode.PROPOSE:
        yield Decision.ONE, "mode propose runs nothing without a person"


def _first(step: RenderedStep, incident: Incident, rows: tuple[Row, ...]) -> _Fitting | None:
    return next((_Fitting(number, row) for number, row in enumerate(rows) if _fits(row.when, step, incident)), None)


def _fits(when: When, step: RenderedStep, incident: Incident) -> bool:
    """An incident whose severity nobody has decided is judged as SEV1."""
    return (
        _among(incident.severity or Severity.SEV1, when.severity)
        and _among(Environment.of(step.environment), when.environment)
        and _among(step.risk, when.risk)
        and _among(incident.type, when.type)
        and _among(step.purpose, when.purpose)
        and (not when.does or bool(deeds(step, incident.type) & set(when.does)))
        and _like(step.name, when.step)
        and _like(step.runbook_id, when.runbook)
        and _like((step.service or incident.service).lower(), when.service)
        and when.auto in (None, step.auto)
        and (when.targets_over is None or len(step.targets) > when.targets_over)
    )


def _among(value: object, wanted: tuple[object, ...]) -> bool:
    return not wanted or value in wanted


def _like(name: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
