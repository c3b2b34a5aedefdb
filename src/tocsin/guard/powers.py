"""Powers: which tools a role may hold, what policy makes of an agent's wishes, and why. Pure; fails closed.

Asked when plans are loaded and again at every call. Floors in code: who reads cannot write, who writes cannot read, who
decides holds no tool. Above them, policy: denials are united, allowances intersected, the lowest limit wins.
"""

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Literal

from tocsin.model.ground import Value
from tocsin.model.plan import Agent, Enforcement, Limits, Power, Rule, Trust

ROLES: dict[str, Power] = {
    "router": Power.DECIDE,
    "commander": Power.DECIDE,
    "alert-reader": Power.READ,
    "metric-analyst": Power.READ,
    "log-analyst": Power.READ,
    "trace-analyst": Power.READ,
    "dependency-mapper": Power.READ,
    "change-analyst": Power.READ,
    "kubernetes-analyst": Power.READ,
    "cause-ranker": Power.READ,
    "database-specialist": Power.DECIDE,
    "network-specialist": Power.DECIDE,
    "application-specialist": Power.DECIDE,
    "security-specialist": Power.DECIDE,
    "infrastructure-specialist": Power.DECIDE,
    "specialist": Power.DECIDE,
    "investigator": Power.READ,
    "diagnostician": Power.DECIDE,
    "remediator": Power.DECIDE,
    "communicator": Power.DRAFT,
    "notifier": Power.ACT,
    "scribe": Power.ACT,
    "runbook-executor": Power.EXECUTE,
}
"""The roles there are, and the one power of each. A free agent's power is told from the tools it lists."""
_READS = frozenset(
    {"get", "list", "query", "search", "read", "describe", "find", "fetch", "show", "count", "check", "explain"}
    | {"lookup", "view", "tail", "top", "health", "status", "diff", "summarize", "analyze", "inspect"}
)
"""Verbs a reading tool's name begins with."""
_SAID: dict[Enforcement, Literal["audited", "warned", "denied"]] = {
    Enforcement.AUDIT: "audited",
    Enforcement.WARN: "warned",
    Enforcement.ENFORCE: "denied",
}
READING = "floor: who reads cannot write"
WRITING = "floor: who writes cannot read"
DECIDING = "floor: who decides holds no tool"
TRUSTED_TO_READ = "floor: that server is trusted to read only"
UNLISTED = "floor: nothing that the agent does not list"
_STRICTNESS = (Enforcement.AUDIT, Enforcement.WARN, Enforcement.ENFORCE)


class Ruling(Value):
    """What is said of one call: whether it goes ahead, and the rule that decided, with its origin."""

    verdict: Literal["allowed", "audited", "warned", "denied"]
    rule: str

    @property
    def goes_ahead(self) -> bool:
        """True unless denied."""
        return self.verdict != "denied"


class Effective(Value):
    """What an agent may do once policy has spoken."""

    agent: Agent
    power: Power
    limits: Limits
    enforcement: Enforcement
    rules: tuple[Rule, ...] = ()
    remarks: tuple[str, ...] = ()
    """What was clamped or is in breach, in words."""
    refused: tuple[str, ...] = ()
    """Why this agent may not be used at all; empty when it may."""


def tool_power(path: str, classes: Mapping[str, Power] | None = None) -> Power:
    """Does that tool read or act? By configuration first, then by the verb in its name; what is not known acts.

    A server's own annotation is not asked: it is the server's word about itself.
    """
    for pattern, power in (classes or {}).items():
        if fnmatchcase(path, pattern):
            return power
    words = re.split(r"[_\-.]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", path.rpartition("/")[2]).lower())
    return Power.READ if words[0] in _READS else Power.ACT


def power_of(agent: Agent, classes: Mapping[str, Power] | None = None) -> Power | None:
    """The agent's one power: its role's, else what its listed tools amount to. None: it lists both reading and acting."""
    known = ROLES.get(agent.role)
    listed = {tool_power(one, classes) for one in agent.allow if "*" not in one.rpartition("/")[2]}
    if known is not None:
        return known
    if not agent.servers and not agent.allow:
        return Power.DECIDE
    if len(listed) > 1:
        return None
    return next(iter(listed), Power.READ)


def effective(
    agent: Agent, rules: Iterable[Rule], classes: Mapping[str, Power] | None = None, *, strict: bool = False
) -> Effective:
    """The agent under these rules, clamped; `refused` says why it cannot be used."""
    rules = tuple(rules)
    power = power_of(agent, classes)
    limits, clamped = _clamped(agent, rules)
    mode = max((one.enforcement for one in rules), key=_STRICTNESS.index, default=Enforcement.ENFORCE)
    breaches = [*_models(agent, rules), *_tools(agent, rules)]
    fatal = [*_floors(agent, power, classes)]
    if strict or any(one.strict for one in rules):
        fatal += [f"{asked}, more than the {ceiling}" for asked, ceiling in clamped]
    if mode is Enforcement.ENFORCE:
        fatal += breaches
    return Effective(
        agent=agent,
        power=power or Power.READ,
        limits=limits,
        enforcement=mode,
        rules=rules,
        remarks=(*(f"{asked}, clamped to the {ceiling}" for asked, ceiling in clamped), *breaches),
        refused=tuple(fatal),
    )


def judge(under: Effective, path: str, classes: Mapping[str, Power] | None = None) -> Ruling:
    """May the agent call that tool now? The floors first, then its own lists, then every rule."""
    floor = _floor(under, path, classes)
    if floor:
        return Ruling(verdict="denied", rule=floor)
    agent = under.agent
    if any(fnmatchcase(path, one) for one in agent.deny):
        return Ruling(verdict="denied", rule=f"agent {agent.name} denies it ({agent.origin})")
    if not any(fnmatchcase(path, one) for one in agent.allow):
        return Ruling(verdict="denied", rule=UNLISTED)
    breach = next((said for rule in under.rules if (said := _breach(rule, path))), "")
    if not breach:
        own = next(one for one in agent.allow if fnmatchcase(path, one))
        return Ruling(verdict="allowed", rule=f"agent {agent.name} lists {own} ({agent.origin})")
    return Ruling(verdict=_SAID[under.enforcement], rule=breach)


def _floor(under: Effective, path: str, classes: Mapping[str, Power] | None) -> str:
    if _beyond_trust(under.agent, path, classes):
        return TRUSTED_TO_READ
    match under.power, tool_power(path, classes):
        case (Power.READ, Power.READ) | (Power.ACT, Power.ACT):
            return ""
        case Power.READ, _:
            return READING
        case Power.ACT, _:
            return WRITING
        case _:
            return DECIDING


def _beyond_trust(agent: Agent, path: str, classes: Mapping[str, Power] | None) -> bool:
    """A tool that acts, of a server that its document trusts to read only."""
    only_read = {one.name for one in agent.servers if one.trust is Trust.READ_ONLY}
    return path.partition("/")[0] in only_read and tool_power(path, classes) is not Power.READ


def _breach(rule: Rule, path: str) -> str:
    denied = next((one for one in rule.deny if fnmatchcase(path, one)), "")
    if denied:
        return f"policy {rule.name} denies {denied} ({rule.origin})"
    if rule.allow and not any(fnmatchcase(path, one) for one in rule.allow):
        return f"policy {rule.name} does not list it ({rule.origin})"
    return ""


def _floors(agent: Agent, power: Power | None, classes: Mapping[str, Power] | None) -> list[str]:
    """Why the agent cannot be whatever policy says: two powers in one pair of hands."""
    if power is None:
        return [f"{agent.name} lists tools that read and tools that act: make it two agents"]
    known = ROLES.get(agent.role)
    wrong = [one for one in agent.allow if "*" not in one and _floor_of(power, one, classes)]
    said = [f"{agent.name} is a {agent.role} and cannot hold {one}" for one in wrong]
    said += [
        f"{agent.name} lists {one}, whose server is trusted to read only"
        for one in agent.allow
        if "*" not in one and _beyond_trust(agent, one, classes)
    ]
    if known is Power.DECIDE and (agent.allow or agent.servers):
        said.append(f"{agent.name} is a {agent.role}: who decides holds no tool")
    return said


def _floor_of(power: Power, path: str, classes: Mapping[str, Power] | None) -> bool:
    return tool_power(path, classes) is not power


def _models(agent: Agent, rules: tuple[Rule, ...]) -> list[str]:
    return [
        f"{agent.name} asks for model {agent.model}, which policy {rule.name} does not list ({rule.origin})"
        for rule in rules
        if agent.model and rule.models and not any(fnmatchcase(agent.model, one) for one in rule.models)
    ]


def _tools(agent: Agent, rules: tuple[Rule, ...]) -> list[str]:
    return [
        f"{agent.name} lists {one}: {said}" for one in agent.allow for rule in rules if (said := _breach(rule, one))
    ]


def _clamped(agent: Agent, rules: tuple[Rule, ...]) -> tuple[Limits, list[tuple[str, str]]]:
    """The lowest of every ceiling; what an agent asked above one, and that ceiling."""
    limits, said = agent.limits, list[tuple[str, str]]()
    for name, ceiling in (
        ("tokens_per_call", "tokens_per_call"),
        ("tokens_per_incident", "tokens_per_incident"),
        ("timeout_seconds", "timeout_seconds"),
    ):
        for rule in rules:
            most, asked = getattr(rule, ceiling), getattr(limits, name)
            if most is None or (asked is not None and asked <= most):
                continue
            if asked is not None:
                what = name.replace("_", " ")
                highest = f"{most:g} of policy {rule.name} ({rule.origin})"
                said.append((f"{agent.name} asks for {asked:g} {what}", highest))
            limits = limits.model_copy(update={name: most})
    return limits, said
