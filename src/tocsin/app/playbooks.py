"""Playbooks at this machine: documents checked, drawn, applied to the local store, and run in one go. Called by the CLI."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tocsin import config as configuration
from tocsin.app.build import House, open_house
from tocsin.app.settings import Settings
from tocsin.errors import NotFound
from tocsin.guard.attempt import Attempt
from tocsin.model.event import Event
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.model.incident import Incident
from tocsin.model.run import Run
from tocsin.playbooks.check import Checked
from tocsin.playbooks.shelf import Playbooks, PlaybookSettings, Shelf, texts_in
from tocsin.ports import Ledger
from tocsin.response import respond
from tocsin.stages import playing
from tocsin.stages.playing import Applied
from tocsin.store.sql import open_store
from tocsin.walk import OneGo

ConfigPath = str | Path | None
MANY = 200


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


async def apply(config_path: ConfigPath, texts: Sequence[tuple[str, str]]) -> Applied:
    """Takes documents over on the local store, as the local operator; a service on it walks their runs."""
    settings = Settings.read(configuration.load(config_path))
    async with open_house(settings) as house:
        return await house.desk.store.write(
            lambda ledger: playing.apply(_attempt(house, ledger), house.desk.playbooks, texts)
        )


async def runs(config_path: ConfigPath) -> list[tuple[str, Run]]:
    """The newest runs in the local store, each with its incident."""
    settings = Settings.read(configuration.load(config_path))
    async with open_store(settings.store) as store:
        found = await store.read(lambda ledger: ledger.incidents.recent(limit=MANY))
    return [(one.id, run) for one in found for run in reversed(one.runs)]


async def run_once(
    config_path: ConfigPath, name: str, given: Mapping[str, str], paths: Sequence[Path] = (), *, keep: bool = False
) -> Walked:
    """Walks a playbook in this process, as far as it goes without a person. Raises what starting it raises.

    `name` is a team's, or that of a run document among `paths`, whose inputs `given` then add to.
    """
    settings = Settings.read(configuration.load(config_path))
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
