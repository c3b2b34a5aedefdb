"""kubeswarm's manifests (`kubeswarm.io/v1alpha1`), read unchanged into the same documents as ours. Pure.

Both spellings that are about load: `auth: {type: bearer, secretRef}` and `auth.bearer.secretKeyRef`, `inputs` and `input` of
a trigger's target. A field that tocsin does not support is refused by name: what is ignored in silence is believed to work.
"""

import json
from typing import Any

from tocsin.model.plan import (
    Agent,
    Budget,
    Concurrency,
    Enforcement,
    Limits,
    Rule,
    Step,
    ToolServer,
    Trigger,
    Trust,
    Work,
)
from tocsin.playbooks.documents import Documents, Name, RunRequest, Team
from tocsin.playbooks.node import Node
from tocsin.playbooks.ours import cron_line, made

API = "kubeswarm.io/v1alpha1"
_META = "name namespace labels annotations"
_RUNTIME = "runtime infrastructure settings envFrom plugins agents capabilities observability loop reasoning memory contextPolicy"
_TRUST = {"internal": Trust.WRITES, "external": Trust.UNKNOWN, "sandbox": Trust.READ_ONLY, "": Trust.UNKNOWN}


def add(document: Node, into: Documents) -> None:
    """Reads one manifest. Raises DataError with file, line and path."""
    document.only("apiVersion kind metadata spec", "status")
    meta, spec = document.need("metadata"), document.need("spec")
    meta.only(_META)
    key = Name(meta.text("namespace", "default"), meta.need("name").as_text())
    match document.need("kind").as_text():
        case "SwarmAgent":
            into.agents[key] = _agent(spec, key.name)
        case "SwarmTeam":
            into.teams[key] = _team(spec, key)
        case "SwarmRun":
            into.runs[key] = _run(spec, key)
        case "SwarmEvent":
            for trigger in _events(spec, key):
                into.triggers[Name(key.namespace, trigger.name)] = trigger
        case "SwarmPolicy":
            into.rules[key] = _policy(spec, key.name)
        case "SwarmBudget":
            into.budgets[key] = _budget(spec, key)
        case kind:
            known = "SwarmAgent, SwarmTeam, SwarmRun, SwarmEvent, SwarmPolicy, SwarmBudget"
            document.need("kind").wrong(f"tocsin does not support kind {kind[:60]!r}.", f"Supported are: {known}.")


def _agent(spec: Node, name: str) -> Agent:
    spec.only("model prompt tools guardrails", _RUNTIME)
    guardrails = spec.get("guardrails")
    if guardrails:
        guardrails.only("tools limits", "budgetRef")
    return _made_agent(
        spec, name, guardrails.get("tools") if guardrails else None, guardrails.get("limits") if guardrails else None
    )


def _made_agent(spec: Node, name: str, lists: Node | None, limits: Node | None) -> Agent:
    if lists:
        lists.only("allow deny", "trust")
    servers = _servers(spec.get("tools"))
    allow = lists.texts("allow") if lists else ()
    found: dict[str, Any] = {
        "name": name,
        "role": name,
        "player": "model",
        "model": spec.text("model"),
        "prompt": _prompt(spec.get("prompt")),
        "servers": servers,
        "allow": allow or tuple(f"{one.name}/*" for one in servers),
        "deny": lists.texts("deny") if lists else (),
        "limits": _limits(limits),
        "origin": spec.origin,
    }
    return made(spec, Agent, found)


def _prompt(node: Node | None) -> str:
    if node is None:
        return ""
    node.only("inline", "from")
    return node.text("inline")


def _servers(tools: Node | None) -> tuple[ToolServer, ...]:
    if tools is None:
        return ()
    tools.only("mcp", "webhooks")
    return tuple(_server(one) for one in tools.list("mcp"))


def _server(node: Node) -> ToolServer:
    node.only("name url trust auth", "capabilityRef headers instructions")
    trust = node.one_of("trust", tuple(_TRUST), "")
    return ToolServer(
        name=node.need("name").as_text(),
        url=node.need("url").as_text(),
        secret=_secret(node.get("auth")),
        trust=_TRUST[trust],
    )


def _secret(auth: Node | None) -> str:
    """The name of the secret, whichever spelling: `name` or `name/key`."""
    if auth is None:
        return ""
    auth.only("type secretRef bearer", "mtls")
    if auth.get("type"):
        auth.one_of("type", ("bearer",), "bearer")
        return auth.need("secretRef").need("name").as_text()
    ref = auth.need("bearer").need("secretKeyRef")
    ref.only("name key optional")
    return "/".join(filter(None, (ref.need("name").as_text(), ref.text("key"))))


def _limits(node: Node | None) -> Limits:
    if node is None:
        return Limits()
    node.only(
        "tokensPerCall timeoutSeconds retries",
        "concurrentTasks dailyTokens maxThinkingTokensPerCall maxAnswerTokensPerCall",
    )
    return made(
        node, Limits, {"tokens_per_call": node.whole("tokensPerCall"), "timeout_seconds": node.number("timeoutSeconds")}
    )


def _team(spec: Node, key: Name) -> Team:
    spec.only(
        "roles pipeline inputs input output timeoutSeconds maxTokens",
        "entry routing limits artifactStore registryRef notifyRef defaultContextPolicy budgetRef successfulRunsHistoryLimit"
        " failedRunsHistoryLimit runRetainFor",
    )
    own: dict[str, Agent] = {}
    refers: dict[str, str] = {}
    for role in spec.list("roles"):
        role.only("name swarmAgent model prompt tools limits", "swarmTeam runtime canDelegate settings envFrom plugins")
        name = role.need("name").as_text()
        if role.get("swarmAgent"):
            refers[name] = role.text("swarmAgent")
        else:
            own[name] = _made_agent(role, name, None, role.get("limits"))
    declared = spec.list("inputs")
    return Team(
        name=key.name,
        namespace=key.namespace,
        inputs=tuple(_input(one) for one in declared),
        required=tuple(one.need("name").as_text() for one in declared if one.flag("required")),
        defaults={
            **{one.text("name"): one.text("default") for one in declared if one.get("default")},
            **spec.words("input"),
        },
        agents=own,
        refers=refers,
        steps=tuple(_step(one, {*own, *refers}) for one in spec.list("pipeline")),
        output=spec.text("output"),
        timeout_seconds=spec.number("timeoutSeconds"),
        tokens=spec.whole("maxTokens"),
        origin=spec.origin,
    )


def _input(node: Node) -> str:
    node.only("name type required default description")
    return node.need("name").as_text()


def _step(node: Node, roles: set[str]) -> Step:
    node.only(
        "role inputs dependsOn if outputSchema validate",
        "loop outputArtifacts inputArtifacts registryLookup contextPolicy loopPolicy",
    )
    role = node.need("role").as_text()
    if role not in roles:
        node.need("role").wrong(f"there is no role {role[:60]!r}.", f"`roles` has: {', '.join(sorted(roles))}.")
    checks = node.get("validate")
    if checks:
        checks.only("contains schema rejectPatterns onFailure maxRetries", "semantic semanticModel")
    found: dict[str, Any] = {
        "name": role,
        "work": Work.AGENT,
        "agent": role,
        "depends_on": node.texts("dependsOn"),
        "inputs": node.words("inputs"),
        "when": node.text("if"),
        "output": _schema(node, "outputSchema") or (_schema(checks, "schema") if checks else None),
        "must_contain": checks.text("contains") if checks else "",
        "must_not_contain": checks.texts("rejectPatterns") if checks else (),
        "retries": _retries(checks),
        "origin": node.origin,
    }
    return made(node, Step, found)


def _retries(checks: Node | None) -> int:
    if checks is None or checks.one_of("onFailure", ("fail", "retry"), "fail") == "fail":
        return 0
    most = checks.whole("maxRetries")
    return 2 if most is None else most


def _schema(node: Node, name: str) -> dict[str, Any] | None:
    """A JSON Schema, written as text."""
    found = node.get(name)
    if found is None:
        return None
    if isinstance(found.value, dict):
        return found.value
    try:
        schema = json.loads(found.as_text())
    except ValueError as failure:
        found.wrong(f"this is no JSON ({failure}).")
    if not isinstance(schema, dict):
        found.wrong("a schema is a JSON object.")
    return schema


def _run(spec: Node, key: Name) -> RunRequest:
    spec.only(
        "teamRef agent prompt input",
        "teamGeneration pipeline roles output routing timeoutSeconds maxTokens defaultContextPolicy",
    )
    if bool(spec.get("teamRef")) == bool(spec.get("agent")):
        spec.wrong("a run names either `teamRef` or `agent`.")
    inputs = spec.words("input") or ({"prompt": spec.need("prompt").as_text()} if spec.get("agent") else {})
    return RunRequest(
        name=key.name,
        namespace=key.namespace,
        team=spec.text("teamRef"),
        agent=spec.text("agent"),
        inputs=inputs,
        origin=spec.origin,
    )


def _events(spec: Node, key: Name) -> list[Trigger]:
    """One trigger for each target."""
    spec.only("source targets concurrencyPolicy suspended")
    source = spec.need("source")
    source.only("type cron", "teamOutput")
    kind = source.one_of("type", ("webhook", "cron"), "")
    if kind == "cron":
        cron_line(source.need("cron"))
    if spec.flag("suspended"):
        return []
    targets = spec.list("targets")
    policy = Concurrency(spec.one_of("concurrencyPolicy", tuple(Concurrency), Concurrency.ALLOW))
    triggers = []
    for index, target in enumerate(targets):
        target.only("team agent input inputs prompt")
        if bool(target.get("team")) == bool(target.get("agent")):
            target.wrong("a target names either `team` or `agent`.")
        inputs = target.words("inputs") or target.words("input")
        if target.get("prompt"):
            inputs = {**inputs, "prompt": target.text("prompt")}
        triggers.append(
            Trigger(
                name=key.name if len(targets) == 1 else f"{key.name}-{index}",
                team=target.text("team") or f"agent:{target.text('agent')}",
                kind=kind,
                schedule=source.text("cron"),
                inputs=inputs,
                concurrency=policy,
                origin=target.origin,
            )
        )
    return triggers


def _policy(spec: Node, name: str) -> Rule:
    spec.only("enforcementMode limits tools models", "output requirements")
    limits, tools, models = spec.get("limits"), spec.get("tools"), spec.get("models")
    if limits:
        limits.only(
            "maxDailyTokens maxTokensPerCall maxTimeoutSeconds",
            "minTimeoutSeconds maxConcurrentTasks maxThinkingTokensPerCall maxAnswerTokensPerCall",
        )
    if tools:
        tools.only("deny allow", "forceTrustLevel")
    if models:
        models.only("allowed allow", "denied deny")
    found: dict[str, Any] = {
        "name": name,
        "enforcement": Enforcement(spec.one_of("enforcementMode", tuple(Enforcement), Enforcement.AUDIT)),
        "deny": tools.texts("deny") if tools else (),
        "allow": tools.texts("allow") if tools else (),
        "models": (models.texts("allowed") or models.texts("allow")) if models else (),
        "tokens_per_call": limits.whole("maxTokensPerCall") if limits else None,
        "tokens_per_day": limits.whole("maxDailyTokens") if limits else None,
        "timeout_seconds": limits.number("maxTimeoutSeconds") if limits else None,
        "origin": spec.origin,
    }
    return made(spec, Rule, found)


def _budget(spec: Node, key: Name) -> Budget:
    spec.only("selector period limit currency warnAt hardStop", "notifyRef")
    selector = spec.need("selector")
    selector.only("namespace team", "matchLabels")
    spec.one_of("currency", ("USD",), "USD")
    try:
        limit = float(spec.need("limit").as_text())
    except ValueError:
        spec.need("limit").wrong("this must be an amount such as 500.00.")
    warn = spec.whole("warnAt")
    found: dict[str, Any] = {
        "name": key.name,
        "namespace": selector.text("namespace"),
        "team": selector.text("team"),
        "period": spec.one_of("period", ("daily", "weekly", "monthly"), "monthly"),
        "limit": limit,
        "warn_at": 80 if warn is None else warn,
        "hard_stop": spec.flag("hardStop"),
        "origin": spec.origin,
    }
    return made(spec, Budget, found)
