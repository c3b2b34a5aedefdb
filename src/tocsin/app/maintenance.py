"""Maintenance windows of the local store: listed, planned, approved, moved on by the local operator. Called by the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tocsin import config as configuration
from tocsin.app.messages import communications_desk
from tocsin.app.redaction import redactor
from tocsin.app.settings import Settings
from tocsin.connectors.system import RandomNames, SystemClock
from tocsin.guard.attempt import Attempt
from tocsin.model.ground import Value
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.ports import Ledger
from tocsin.stages.communicate import Desk, maintenance
from tocsin.stages.communicate.maintenance import MaintenanceShown, MaintenancesShown
from tocsin.stages.investigate import EvidenceSettings
from tocsin.store.sql import open_store

ConfigPath = str | Path | None
T = TypeVar("T")


async def listed(config_path: ConfigPath) -> MaintenancesShown:
    """All of them, the one that starts last first."""
    now = SystemClock().now()

    def look(ledger: Ledger, desk: Desk) -> MaintenancesShown:
        found = reversed(ledger.maintenances.all())
        return MaintenancesShown(maintenances=tuple(maintenance.shown(one, desk, now) for one in found))

    return await _at_the_store(Settings.read(configuration.load(config_path)), look)


async def act(config_path: ConfigPath, name: str, window_id: str, ask: Value) -> MaintenanceShown:
    """Carries out the act of that name as the local operator. Raises what the act raises."""
    settings, clock = Settings.read(configuration.load(config_path)), SystemClock()
    redact = redactor(settings.config, settings.config.section("evidence", EvidenceSettings))

    def work(ledger: Ledger, desk: Desk) -> MaintenanceShown:
        names = RandomNames(clock)
        attempt = Attempt(ledger, LOCAL_OPERATOR, clock.now(), names, settings.people, lambda text: redact(text).text)
        return maintenance.shown(maintenance.ACTS[name].on(attempt, desk, window_id, ask), desk, attempt.now)

    return await _at_the_store(settings, work)


async def _at_the_store(settings: Settings, work: Callable[[Ledger, Desk], T]) -> T:
    desk = communications_desk(settings)
    async with open_store(settings.store) as store:
        return await store.write(lambda ledger: work(ledger, desk))
