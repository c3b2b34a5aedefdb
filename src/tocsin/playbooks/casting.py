"""Casting: a plan with other players in its roles. Pure; called by the replay."""

import json
from collections.abc import Mapping

from tocsin.errors import DataError
from tocsin.model.plan import BUILT_IN, REMOTE, Agent, Plan, Work
from tocsin.playbooks.ours import API

ANALYST = ("analyst", BUILT_IN)
"""How the player that needs no model is called."""
_WORKS = {Work.DIAGNOSE: "diagnostician", Work.INVESTIGATE: "investigator", Work.DRAFT: "communicator"}
"""What the house's own steps are called when a role is meant and not an agent."""


def swapped(plan: Plan, players: Mapping[str, str]) -> Plan:
    """The plan with those players: `analyst`, a model's name, or `remote:NAME`, by role. Raises DataError for an unknown role."""
    for role, player in players.items():
        plan = _with(plan, role, player)
    return plan


def as_document(role: str, player: str) -> str:
    """An agent document that gives a role outside any plan to that player."""
    agent = _played(Agent(name=role, role=role), player)
    spec = {"role": role, "player": agent.player, **({"model": agent.model} if agent.model else {})}
    return json.dumps({"apiVersion": API, "kind": "Agent", "metadata": {"name": role}, "spec": spec})


def _with(plan: Plan, role: str, player: str) -> Plan:
    named = {name for name, one in plan.agents.items() if role in (name, one.role)}
    work = next((work for work, called in _WORKS.items() if called == role), None)
    steps = tuple(
        one.model_copy(update={"agent": one.agent or role}) if one.work is work and not one.roles else one
        for one in plan.steps
    )
    named |= {one.agent for one in steps if one.work is work and one.agent}
    if not named:
        known = ", ".join(sorted({*plan.agents, *(one.role for one in plan.agents.values())}))
        raise DataError(f"playbook {plan.name} has no role {role[:60]!r}.", f"It has: {known}.", code="TCS-REPLAY-ROLE")
    agents = {name: _played(plan.agents.get(name) or Agent(name=name, role=name), player) for name in named}
    return plan.model_copy(update={"agents": {**plan.agents, **agents}, "steps": steps})


def _played(agent: Agent, player: str) -> Agent:
    if player in ANALYST:
        return agent.model_copy(update={"player": BUILT_IN, "model": ""})
    if player.startswith(REMOTE):
        return agent.model_copy(update={"player": player, "model": ""})
    return agent.model_copy(update={"player": "model", "model": player.removeprefix("model:")})
