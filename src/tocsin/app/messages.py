"""The communications desk of a configuration, and what it shows at this machine. Called by `build` and by the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tocsin import config as configuration
from tocsin.app.settings import Settings
from tocsin.connectors.system import SystemClock
from tocsin.errors import NotFound
from tocsin.guard.policy import InForce
from tocsin.model.incident import Incident
from tocsin.model.update import Audience
from tocsin.ports import Ledger
from tocsin.stages.communicate import (
    Desk,
    Handoff,
    SyncFields,
    handoff_of,
    handoff_text,
    sync_of,
    writer_in,
)
from tocsin.stages.communicate.templating import Templates
from tocsin.store.sql import open_store
from tocsin.web.updates import Updates, updates_of

ConfigPath = str | Path | None
T = TypeVar("T")


def communications_desk(settings: Settings) -> Desk:
    """Raises ConfigError when a template cannot be read."""
    directory = settings.oncall.directory
    return Desk(
        settings=settings.messages.model_copy(update={"audiences": _served(settings)}),
        cadence=settings.cadence,
        catalogue=settings.catalogue,
        law=InForce(settings.policy, settings.config.origin),
        leaders=frozenset(person for role in settings.cadence.leaders for person in directory.get(role, ())),
        templates=Templates(settings.messages.templates),
    )


def _served(settings: Settings) -> dict[Audience, tuple[str, ...]]:
    """Where each audience is served: as section `messages` names it, and by every channel that says itself whom it reaches."""
    named, reaching = settings.messages.audiences, settings.channels.reaching()
    return {one: tuple(dict.fromkeys((*named.get(one, ()), *reaching[one]))) for one in Audience}


async def updates(config_path: ConfigPath, incident_id: str) -> Updates:
    """Every message of an incident in the local store. Raises NotFound."""
    return await _read(config_path, incident_id, lambda _, incident, desk: updates_of(incident, desk))


async def handoff(config_path: ConfigPath, incident_id: str) -> tuple[Handoff, str]:
    """The handoff document, and its text. Raises NotFound."""
    now = SystemClock().now()

    def look(_: Ledger, incident: Incident, desk: Desk) -> tuple[Handoff, str]:
        made = handoff_of(incident, desk, now)
        return made, handoff_text(made, desk)

    return await _read(config_path, incident_id, look)


async def sync_fields(config_path: ConfigPath, incident_id: str) -> SyncFields:
    """The three answers of the sync as the record has them. Raises NotFound."""
    now = SystemClock().now()
    return await _read(
        config_path,
        incident_id,
        lambda ledger, incident, desk: sync_of(incident, writer_in(ledger, incident, desk, now)),
    )


async def _read(config_path: ConfigPath, incident_id: str, look: Callable[[Ledger, Incident, Desk], T]) -> T:
    settings = Settings.read(configuration.load(config_path))
    desk = communications_desk(settings)

    def found(ledger: Ledger) -> T:
        incident = ledger.incidents.get(incident_id)
        if incident is None:
            raise NotFound(f"there is no incident {incident_id[:80]!r}.", "List them with `tocsin incidents`.")
        return look(ledger, incident, desk)

    async with open_store(settings.store) as store:
        return await store.read(found)
