"""Playbooks at this machine: documents checked, drawn, applied to the local store, and run in one go. Called by the CLI."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from tocsin import config as configuration
from tocsin.app.build import House, open_house
from tocsin.app.settings import Settings
from tocsin.connectors.mcp import McpServers
from tocsin.connectors.system import SystemClock
from tocsin.errors import DataError, NotFound
from tocsin.guard.attempt import Attempt
from tocsin.guard.powers import effective, judge, tool_power
from tocsin.model.event import Event
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.model.incident import Incident
from tocsin.model.plan import Agent
from tocsin.model.run import Run
from tocsin.playbooks.check import Checked
from tocsin.playbooks.shelf import Playbooks, PlaybookSettings, Shelf, texts_in
from tocsin.ports import KeptDocument, Ledger
from tocsin.response import respond
from tocsin.roles.agents.tools import PINNED
from tocsin.stages import playing
from tocsin.stages.playing import Applied
from tocsin.store.sql import open_store
from tocsin.walk import OneGo
from tocsin.web.playbooks import Runs, runs_of
from tocsin.web.spending import Budgets, Spendings, spent, standings

ConfigPath = str | Path | None


@dataclass(frozen=True, slots=True)
class Walked:
    """A run in one go: the incident it was walked on, and its timeline."""

    incident: Incident
    run: Run
    events: list[Event]


def shelf(config_path: ConfigPath, paths: Sequence[Path] = (), *, strict: bool | None = None) -> Shelf:
    """The configured playbooks with those of `paths`, sound or not: `Shelf.wrong` says what is wrong."""
    settings = configuration.load(config_path).section("playbooks", PlaybookSettings)
    if strict is not None:
        settings = settings.model_copy(update={"strict": strict})
    return Playbooks(settings).of(pair for path in paths for pair in texts_in(path))


async def with_applied(config_path: ConfigPath, paths: Sequence[Path] = ()) -> Shelf:
    """The same with what was applied to the local store."""
    settings = Settings.read(configuration.load(config_path))
    async with open_store(settings.store) as store:
        kept = await store.read(lambda ledger: ledger.documents.all(playing.KIND))
    applied = [(one.name, one.text) for one in kept]
    return Playbooks(settings.playbooks).of([*applied, *(pair for path in paths for pair in texts_in(path))])


async def apply(config_path: ConfigPath, texts: Sequence[tuple[str, str]]) -> Applied:
    """Takes documents over on the local store, as the local operator; a service on it walks their runs."""
    settings = Settings.read(configuration.load(config_path))
    async with open_house(settings) as house:
        return await house.desk.store.write(
            lambda ledger: playing.apply(_attempt(house, ledger), house.desk.playbooks, texts)
        )


async def runs(config_path: ConfigPath) -> Runs:
    """The newest runs in the local store, each with its incident, and the models at work on them."""
    settings = Settings.read(configuration.load(config_path))
    async with open_store(settings.store) as store:
        return await runs_of(store, SystemClock())


async def budgets(config_path: ConfigPath) -> Budgets:
    """How the budgets of documents stand, by the local store."""
    settings = Settings.read(configuration.load(config_path))
    async with open_house(settings) as house:
        return await standings(house.desk.store, house.desk.clock, house.desk.playbooks)


async def spending(config_path: ConfigPath, incident: str) -> Spendings:
    """What models have cost, by the local store."""
    settings = Settings.read(configuration.load(config_path))
    async with open_store(settings.store) as store:
        return await spent(store, SystemClock(), incident)


async def run_once(
    config_path: ConfigPath,
    name: str,
    given: Mapping[str, str],
    paths: Sequence[Path] = (),
    *,
    mapped: Mapping[str, str] | None = None,
    keep: bool = False,
) -> Walked:
    """Walks a playbook in this process, as far as it goes without a person. Raises what starting it raises.

    `name` is a team's, or that of a run document among `paths`, whose inputs `given` then add to. `mapped` adds to `tools.map`.
    """
    settings = Settings.read(configuration.load(config_path))
    known = settings.tools.model_copy(update={"map": {**settings.tools.map, **(mapped or {})}})
    settings = replace(settings, tools=known)
    if not keep:
        settings = replace(settings, store=settings.store.model_copy(update={"url": "memory:"}))
    async with open_house(settings) as house:
        chosen = house.desk.playbooks.of(pair for path in paths for pair in texts_in(path)).sound()
        checked, inputs = _asked(chosen, name, given)
        begun = await house.desk.store.write(
            lambda ledger: playing.start(_attempt(house, ledger), checked, name, inputs, f"run {name}")
        )
        await respond(begun.id, OneGo(), house.desk)
        incident = await house.desk.incident(begun.id)
        events = await house.desk.store.read(lambda ledger: ledger.timeline.events(begun.id))
        return Walked(incident, incident.runs[0], events)


def _asked(chosen: Shelf, name: str, given: Mapping[str, str]) -> tuple[Checked, dict[str, str]]:
    request = next((one for one in chosen.documents.runs.values() if one.name == name), None)
    if request is None:
        return chosen.team(name), dict(given)
    if request.agent:
        return chosen.alone(request), {**request.inputs, **given}
    return chosen.team(request.team, request.namespace), {**request.inputs, **given}


def _attempt(house: House, ledger: Ledger) -> Attempt:
    desk = house.desk
    return Attempt(
        ledger, LOCAL_OPERATOR, desk.clock.now(), desk.names, house.settings.people, lambda text: desk.redact(text).text
    )


def find(found: list[tuple[str, Run]], name: str) -> tuple[str, Run]:
    """A run by its name or as `INCIDENT:R1`. Raises NotFound."""
    for incident, run in found:
        if name in (run.name, f"{incident}:{run.id}"):
            return incident, run
    raise NotFound(f"there is no run {name[:80]!r}.", "List them with `tocsin get runs`.")


UNOPPOSED = "no floor and no policy being against it; an agent of this role must list it"


class Explained(NamedTuple):
    """What policy says of one call, and every rule that was asked."""

    who: str
    power: str
    verdict: str
    rule: str
    asked: tuple[str, ...]


async def explain(
    config_path: ConfigPath, role: str, agent: str, tool: str, paths: Sequence[Path] = (), namespace: str = "default"
) -> Explained:
    """May that role or agent call that tool? Raises DataError when neither is named, NotFound for an unknown agent.

    A role without a document is asked as an agent that lists everything: what is left is what floors and policy say.
    """
    if bool(role) == bool(agent):
        raise DataError("name a role or an agent.", "Use --role or --agent, one of them.")
    chosen = await with_applied(config_path, paths)
    namespace, asked = _agent_of(chosen, agent) if agent else (namespace, Agent(name=role, role=role, allow=("*",)))
    rules = chosen.documents.rules_of(namespace)
    under = effective(asked, rules, chosen.settings.tools, strict=chosen.settings.strict)
    ruling = judge(under, tool, chosen.settings.tools)
    lines = (
        f"{asked.name} plays the role {asked.role}: its one power is to {under.power}",
        f"{tool} is a tool to {tool_power(tool, chosen.settings.tools)}",
        *(
            f"policy {one.name} ({one.enforcement}, {one.origin}): allow {list(one.allow) or 'all'}, deny {list(one.deny)}"
            for one in rules
        ),
        *under.remarks,
        *(f"refused when loaded: {one}" for one in under.refused if agent),
    )
    rule = UNOPPOSED if role and ruling.verdict == "allowed" else ruling.rule
    return Explained(asked.name, str(under.power), ruling.verdict, rule, lines)


def _agent_of(chosen: Shelf, name: str) -> tuple[str, Agent]:
    for key, team in chosen.teams.items():
        if name in team.plan.agents:
            return key.namespace, team.plan.agents[name]
    for key, one in chosen.documents.agents.items():
        if key.name == name:
            return key.namespace, one
    raise NotFound(f"there is no agent {name[:80]!r}.", "See `tocsin playbook list`.")


async def pinned(config_path: ConfigPath) -> list[KeptDocument]:
    """The accepted descriptions of tools."""
    settings = Settings.read(configuration.load(config_path))
    async with open_store(settings.store) as store:
        return await store.read(lambda ledger: ledger.documents.all(PINNED))


async def login(config_path: ConfigPath, server: str, ask: Callable[[str], None]) -> int:
    """Has a person log in to a tool server; how many tools it offers them. Raises NotFound, SourceError."""
    settings = Settings.read(configuration.load(config_path))
    return await McpServers(settings.tools, settings.config, SystemClock()).login(server, ask)


async def forget(config_path: ConfigPath, tool: str) -> None:
    """Forgets one. Raises NotFound."""
    settings = Settings.read(configuration.load(config_path))
    async with open_store(settings.store) as store:
        if not await store.write(lambda ledger: ledger.documents.remove(PINNED, tool)):
            raise NotFound(f"no description of {tool[:80]!r} was ever accepted.", "See `tocsin tools list`.")
