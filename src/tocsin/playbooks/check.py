"""Checks a set of documents and makes plans of its teams: no cycle, no unknown role, no input nobody produces. Pure.

Called by `shelf`. A plan that comes out can be walked; everything wrong is said with file and line, all of it at once.
"""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256

from tocsin.errors import DataError
from tocsin.guard.powers import ROLES, Effective, effective
from tocsin.model.ground import Value
from tocsin.model.plan import Agent, Budget, Plan, Power, Rule, Step, Work
from tocsin.playbooks import templates
from tocsin.playbooks.documents import Documents, Name, Team

ROOTS = ("input", "steps", "item", "context", "incident", "alert")
"""What templates of a step may begin with; triggers have `.trigger` besides."""


class Checked(Value):
    """A team that can be walked: its plan, and what policy clamped or remarks."""

    namespace: str
    plan: Plan
    required: tuple[str, ...] = ()
    defaults: dict[str, str]
    remarks: tuple[str, ...] = ()


def check(
    team: Team, documents: Documents, classes: Mapping[str, Power] | None = None, *, strict: bool = False
) -> tuple[Checked | None, tuple[str, ...]]:
    """The checked team, or None and everything that is wrong with it."""
    agents, missing = _agents(team, documents)
    rules = documents.rules_of(team.namespace)
    judged = [effective(one, rules, classes, strict=strict) for one in agents.values()]
    wrong = [
        *missing,
        *_steps(team, agents),
        *_cycle(team),
        *_names(team),
        *(f"{one.agent.origin}: {said}" for one in judged for said in one.refused),
    ]
    if wrong:
        return None, tuple(wrong)
    clamped = {
        name: one.agent.model_copy(update={"limits": one.limits}) for name, one in zip(agents, judged, strict=True)
    }
    budgets = documents.budgets_of(team.namespace, team.name)
    return _made(team, clamped, rules, budgets, judged), ()


def _made(
    team: Team, agents: dict[str, Agent], rules: tuple[Rule, ...], budgets: tuple[Budget, ...], judged: list[Effective]
) -> Checked:
    content = [
        team.model_dump(mode="json"),
        {name: one.model_dump(mode="json") for name, one in agents.items()},
        [one.model_dump(mode="json") for one in (*rules, *budgets)],
    ]
    plan = Plan(
        name=team.name,
        origin=team.origin,
        digest=sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(),
        inputs=team.inputs,
        agents=agents,
        steps=team.steps,
        output=team.output,
        timeout_seconds=team.timeout_seconds,
        rules=rules,
        budgets=budgets,
    )
    remarks = tuple(dict.fromkeys(said for one in judged for said in one.remarks))
    return Checked(namespace=team.namespace, plan=plan, required=team.required, defaults=team.defaults, remarks=remarks)


def _agents(team: Team, documents: Documents) -> tuple[dict[str, Agent], list[str]]:
    """The team's agents by the names its steps use, and those that are nowhere. A name that is a role's gives that role."""
    found, missing = dict(team.agents), []
    for name, document in team.refers.items():
        agent = documents.agents.get(Name(team.namespace, document)) or documents.agents.get(Name("*", document))
        if agent is None:
            missing.append(f"{team.origin}: there is no agent {document!r} in namespace {team.namespace!r}.")
        else:
            found[name] = agent.model_copy(update={"role": name}) if name in ROLES else agent
    return found, missing


def _steps(team: Team, agents: Mapping[str, Agent]) -> Iterator[str]:
    names = [one.name for one in team.steps]
    if not names:
        yield f"{team.origin}: team {team.name} has no steps."
    for step in team.steps:
        if names.count(step.name) > 1:
            yield f"{step.origin}: step {step.name} is there twice."
        for other in step.depends_on:
            if other not in names:
                yield f"{step.origin}: step {step.name} depends on {other}, which does not exist."
        if step.work is Work.AGENT and step.agent and step.agent not in agents and step.agent not in team.refers:
            yield f"{step.origin}: step {step.name} names agent {step.agent}, which does not exist."
        yield from _patterns(step)


def _patterns(step: Step) -> Iterator[str]:
    for pattern in filter(None, (step.must_contain, *step.must_not_contain)):
        try:
            re.compile(pattern)
        except re.error as failure:
            yield f"{step.origin}: {pattern[:60]!r} is no regular expression ({failure})."


def _cycle(team: Team) -> Iterator[str]:
    left = {one.name: one for one in team.steps}
    while ready := [name for name, one in left.items() if left.keys().isdisjoint(one.depends_on)]:
        left = {name: one for name, one in left.items() if name not in ready}
    if left:
        first = next(iter(left.values()))
        yield f"{first.origin}: {' -> '.join(left)} wait for each other."


def _before(team: Team, step: Step) -> frozenset[str]:
    """Every step that is over when this one begins."""
    steps = {one.name: one for one in team.steps}
    found: set[str] = set()
    todo = list(step.depends_on)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(steps[name].depends_on if name in steps else ())
    return frozenset(found)


def _names(team: Team) -> Iterator[str]:
    """Every name a template asks for must come from somewhere."""
    for step in team.steps:
        before = _before(team, step)
        texts = [*step.inputs.values(), step.for_each]
        yield from (f"{step.origin}: step {step.name}: {said}" for said in _asked(texts, step.when, team, before))
    whole = frozenset(one.name for one in team.steps)
    yield from (f"{team.origin}: output: {said}" for said in _asked([team.output], "", team, whole))


def _asked(texts: list[str], condition: str, team: Team, before: frozenset[str]) -> Iterator[str]:
    try:
        asked = [*(name for text in texts for name in templates.names(text)), *templates.condition_names(condition)]
    except DataError as failure:
        yield failure.what
        return
    for name in asked:
        shown = "." + ".".join(name)
        if name[0] not in ROOTS:
            yield f"nobody produces {shown}; names begin with {', '.join('.' + one for one in ROOTS)}."
        elif name[0] == "input" and team.inputs and len(name) > 1 and name[1] not in (*team.inputs, *team.defaults):
            yield f"nobody produces {shown}: the team declares the inputs {', '.join(team.inputs)}."
        elif name[0] == "steps" and (len(name) < 3 or name[2] != "output"):
            yield f"{shown} is not a step's output; write .steps.NAME.output."
        elif name[0] == "steps" and name[1] not in before:
            yield f"nobody produces {shown} by then: {name[1]} is not before it. Add it to dependsOn."
