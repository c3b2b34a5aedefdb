"""The shelf of runbooks at this machine, and one step of one of them as the local operator asks for it. Called by the CLI.

A step takes the same path here as from anywhere: `stages.remediate` renders, rehearses, judges, and runs only what may run.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tocsin import config as configuration
from tocsin.app.build import open_house
from tocsin.app.settings import Settings
from tocsin.errors import DataError
from tocsin.library.runbook import Runbook
from tocsin.library.runbooks import Shelf, load_shelf, open_shelf, read_runbook
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.model.incident import Incident
from tocsin.stages.remediate.perform import perform
from tocsin.stages.remediate.tool import execute_runbook

ConfigPath = str | Path | None


def shelf(config_path: ConfigPath) -> Shelf:
    """Every runbook that is configured. Raises ConfigError, DataError."""
    return open_shelf(Settings.read(configuration.load(config_path)).runbooks)


def validate(places: Sequence[Path], config_path: ConfigPath) -> tuple[list[Runbook], list[DataError]]:
    """The runbooks in these files and folders, or on the configured shelf, and every mistake in them."""
    if not places:
        return list(shelf(config_path)), []
    found: list[Runbook] = []
    mistakes: list[DataError] = []
    for place in places:
        try:
            found += _beside_ours(place) if place.is_dir() else [read_runbook(place)]
        except DataError as mistake:
            mistakes.append(mistake)
    return found, mistakes


async def run_step(config_path: ConfigPath, call: Mapping[str, Any]) -> dict[str, Any]:
    """What `execute_runbook` answers to the local operator; `call` are its arguments. Raises Denied, NotFound, DataError."""
    async with open_house(Settings.read(configuration.load(config_path))) as house:

        async def carry_out(incident_id: str, action_id: str) -> Incident:
            return await perform(house.means, incident_id, action_id, by=LOCAL_OPERATOR)

        return await execute_runbook(house.means, LOCAL_OPERATOR, carry_out, **call)


def _beside_ours(folder: Path) -> list[Runbook]:
    """A folder's own runbooks, read as they will be: after the built-in ones."""
    return [one for one in load_shelf([folder]) if Path(one.origin).is_relative_to(folder)]
