"""Our own documents (`apiVersion: tocsin/v1`): Agent, Team, Trigger, Policy. Read here, checked in `check`. Pure."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from tocsin.model.ground import Severity, Value
from tocsin.model.plan import (
    BUILT_IN,
    REMOTE,
    Agent,
    Concurrency,
    Enforcement,
    Gate,
    Limits,
    Match,
    Rule,
    Step,
    ToolServer,
    Trigger,
    Trust,
    Work,
)
from tocsin.playbooks.documents import Documents, Name, Team
from tocsin.playbooks.node import Node
from tocsin.playbooks.schedule import wrong_with

API = "tocsin/v1"
ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
V = TypeVar("V", bound=Value)


def add(document: Node, into: Documents) -> None:
    """Reads one document. Raises DataError with file, line and path."""
    document.only("apiVersion kind metadata spec")
    meta, spec = document.need("metadata"), document.need("spec")
    meta.only("name namespace labels annotations")
    key = Name(meta.text("namespace", "default"), meta.need("name").as_text())
    match document.need("kind").as_text():
        case "Agent":
            into.agents[key] = agent(spec, key.name)
        case "Team":
            into.teams[key] = _team(spec, key)
        case "Trigger":
            into.triggers[key] = _trigger(spec, key.name)
        case "Policy":
            into.rules[key] = _rule(spec, key.name)
        case kind:
            document.need("kind").wrong(f"there is no kind {kind[:60]!r}.", "Known are: Agent, Team, Trigger, Policy.")


def agent(spec: Node, name: str) -> Agent:
    """One agent, in a document of its own or within a team."""
    spec.only("role player model prompt tools limits")
    player = spec.text("player", "model" if spec.get("model") else BUILT_IN)
    if player not in (BUILT_IN, "model") and not player.startswith(REMOTE):
        spec.need("player").wrong(f"{player[:60]!r} plays nothing.", "Write built-in, model, or remote:NAME.")
    if player == "model" and not spec.get("model"):
        spec.wrong("`model` is missing.", "Name the model that plays it.")
    tools = spec.get("tools")
    if tools:
        tools.only("servers allow deny")
    return Agent(
        name=name,
        role=spec.text("role", name),
        player=player,
        model=spec.text("model"),
        prompt=spec.text("prompt"),
        servers=tuple(_server(one) for one in tools.list("servers")) if tools else (),
        allow=tools.texts("allow") if tools else (),
        deny=tools.texts("deny") if tools else (),
        limits=_limits(spec.get("limits")),
        origin=spec.origin,
    )


def _server(node: Node) -> ToolServer:
    node.only("name url command secret trust")
    if bool(node.get("url")) == bool(node.get("command")):
        node.wrong("a tool server has either `url` or `command`.")
    trust = node.one_of("trust", tuple(Trust), Trust.UNKNOWN)
    return ToolServer(
        name=node.need("name").as_text(),
        url=node.text("url"),
        command=node.texts("command"),
        secret=node.text("secret"),
        trust=Trust(trust),
    )


def _limits(node: Node | None) -> Limits:
    if node is None:
        return Limits()
    node.only("tokensPerCall tokensPerIncident timeoutSeconds toolCalls turns")
    found: dict[str, Any] = {
        "tokens_per_call": node.whole("tokensPerCall"),
        "tokens_per_incident": node.whole("tokensPerIncident"),
        "timeout_seconds": node.number("timeoutSeconds"),
        "tool_calls": node.whole("toolCalls"),
        "turns": node.whole("turns"),
    }
    return made(node, Limits, found)


def _team(spec: Node, key: Name) -> Team:
    spec.only("inputs agents steps output timeoutSeconds")
    within = spec.get("agents")
    own = {name: agent(one, name) for name, one in within.fields.items()} if within else {}
    steps = tuple(_step(one) for one in spec.list("steps"))
    elsewhere = [one.agent for one in steps if one.agent and one.agent not in own]
    return Team(
        name=key.name,
        namespace=key.namespace,
        inputs=spec.texts("inputs"),
        required=spec.texts("inputs"),
        agents=own,
        refers={name: name for name in elsewhere},
        steps=steps,
        output=spec.text("output"),
        timeout_seconds=spec.number("timeoutSeconds"),
        origin=spec.origin,
    )


def _step(node: Node) -> Step:
    node.only(
        "name do agent roles dependsOn inputs when forEach gate timeoutSeconds retries output mustContain mustNotContain"
    )
    work = Work(node.one_of("do", tuple(Work), Work.AGENT))
    gate = node.get("gate")
    if gate:
        gate.only("question role")
    if work is Work.AGENT and not node.get("agent"):
        node.wrong("`agent` is missing.", "Name the agent that does it, or say with `do` what the house does.")
    if work is Work.GATE and not gate:
        node.wrong("`gate` is missing.", "Write the question that a person answers.")
    schema = node.get("output")
    found: dict[str, Any] = {
        "name": node.need("name").as_text(),
        "work": work,
        "agent": node.text("agent"),
        "roles": node.texts("roles"),
        "depends_on": node.texts("dependsOn"),
        "inputs": node.words("inputs"),
        "when": node.text("when"),
        "for_each": node.text("forEach"),
        "gate": Gate(question=gate.need("question").as_text(), role=gate.text("role", "commander")) if gate else None,
        "timeout_seconds": node.number("timeoutSeconds"),
        "retries": node.whole("retries") or 0,
        "output": schema.value if schema else None,
        "must_contain": node.text("mustContain"),
        "must_not_contain": node.texts("mustNotContain"),
        "origin": node.origin,
    }
    return made(node, Step, found)


def _trigger(spec: Node, name: str) -> Trigger:
    spec.only("on team match schedule missed inputs concurrency")
    kind = spec.one_of("on", ("incident", "webhook", "cron"), "incident")
    if kind == "cron" and not spec.get("schedule"):
        spec.wrong("`schedule` is missing.", "Write a cron line such as `0 8 * * 1-5`.")
    if kind == "cron":
        cron_line(spec.need("schedule"))
    return Trigger(
        name=name,
        team=spec.need("team").as_text(),
        kind=kind,
        match=_match(spec.get("match")),
        schedule=spec.text("schedule"),
        missed=spec.one_of("missed", ("", "once", "skip"), ""),
        inputs=spec.words("inputs"),
        concurrency=Concurrency(spec.one_of("concurrency", tuple(Concurrency), Concurrency.ALLOW)),
        origin=spec.origin,
    )


def cron_line(node: Node) -> None:
    """Raises DataError for what is no schedule."""
    if wrong := wrong_with(node.as_text(), ANY_DAY):
        node.wrong(
            f"{node.as_text()[:60]!r} is no schedule: {wrong}.",
            "Write a cron line such as `0 8 * * 1-5`; it is in UTC.",
        )


def _match(node: Node | None) -> Match:
    if node is None:
        return Match()
    node.only("types severities services labels")
    for one in node.list("severities"):
        if one.as_text() not in tuple(Severity):
            one.wrong(f"there is no severity {one.as_text()[:20]!r}.")
    return Match(
        types=node.texts("types"),
        severities=tuple(Severity(one) for one in node.texts("severities")),
        services=node.texts("services"),
        labels=node.words("labels"),
    )


def _rule(spec: Node, name: str) -> Rule:
    spec.only("enforcement strict tools models limits")
    tools, limits = spec.get("tools"), spec.get("limits")
    if tools:
        tools.only("allow deny")
    found: dict[str, Any] = {}
    if limits:
        limits.only("tokensPerCall tokensPerIncident tokensPerDay moneyPerMonth timeoutSeconds")
        found = {
            "tokens_per_call": limits.whole("tokensPerCall"),
            "tokens_per_incident": limits.whole("tokensPerIncident"),
            "tokens_per_day": limits.whole("tokensPerDay"),
            "money_per_month": limits.number("moneyPerMonth"),
            "timeout_seconds": limits.number("timeoutSeconds"),
        }
    found |= {
        "name": name,
        "enforcement": Enforcement(spec.one_of("enforcement", tuple(Enforcement), Enforcement.ENFORCE)),
        "strict": spec.flag("strict"),
        "allow": tools.texts("allow") if tools else (),
        "deny": tools.texts("deny") if tools else (),
        "models": spec.texts("models"),
        "origin": spec.origin,
    }
    return made(spec, Rule, found)


def made(node: Node, model: type[V], found: dict[str, Any]) -> V:
    """The value, or DataError with the field's own reason and the document's place."""
    try:
        return model(**found)
    except ValidationError as failure:
        first = failure.errors()[0]
        node.wrong(f"{'.'.join(str(one) for one in first['loc'])}: {first['msg']}.")
