"""The review at this machine: the post-mortem, the action items and the figures of the local store. Called by the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tocsin import config as configuration
from tocsin.app.settings import Settings
from tocsin.config import Config
from tocsin.connectors.system import SystemClock
from tocsin.model.figures import Figures, figures
from tocsin.model.incident import Incident
from tocsin.model.judged import Judgement, judgements
from tocsin.model.saving import Baselines
from tocsin.ports import Ledger
from tocsin.stages import people
from tocsin.stages.people import PeopleRules, Turns
from tocsin.stages.reliability import Reliability, reliability
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store
from tocsin.web import review_shapes, stats
from tocsin.web.review_shapes import Items, PostMortemShown

ConfigPath = str | Path | None
T = TypeVar("T")


def everything(_: Incident) -> bool:
    """Whoever can open the store sees all of it."""
    return True


async def post_mortem(config_path: ConfigPath, incident_id: str, version: int | None) -> PostMortemShown:
    """Raises NotFound."""
    now = SystemClock().now()
    return await _read(
        configuration.load(config_path),
        lambda ledger: review_shapes.post_mortem_of(ledger, incident_id, version, now, everything),
    )


async def post_mortem_date(config_path: ConfigPath, incident_id: str) -> bytes:
    """The calendar entry. Raises NotFound."""
    from tocsin.app.after import review_rules

    config = configuration.load(config_path)
    rules = review_rules(Settings.read(config))
    return await _read(config, lambda ledger: review_shapes.calendar_of(ledger, incident_id, rules, everything))


async def items(config_path: ConfigPath, *, overdue: bool, done_too: bool) -> Items:
    """Action items of all incidents, what is due first."""
    now = SystemClock().now()
    return await _read(
        configuration.load(config_path),
        lambda ledger: review_shapes.items_of(ledger, now, everything, everything=done_too, overdue=overdue),
    )


async def figures_of(config_path: ConfigPath, days: int) -> Figures:
    """The figures of the incidents declared in the last `days`; they are for everybody, so restricted ones are not in them."""
    config = configuration.load(config_path)
    open_ones = [one for one in await _lately(config, days) if not one.is_restricted]
    return figures(open_ones, config.section("figures", Baselines))


async def verdicts(config_path: ConfigPath, days: int = 3650) -> list[Judgement]:
    """What people said of diagnoses, each with the confidence that it is about: what calibration reads."""
    return judgements(await _lately(configuration.load(config_path), days))


async def reliability_of(config_path: ConfigPath, days: int) -> Reliability:
    """How far the confidence of the diagnoses of the last `days` can be believed."""
    return reliability(await _lately(configuration.load(config_path), days))


async def turns(config_path: ConfigPath) -> Turns:
    """Whose turn it is in gamedays."""
    config = configuration.load(config_path)
    roster = config.section("people", PeopleRules).gameday
    return await _read(config, lambda ledger: people.turns(ledger, roster))


async def _lately(config: Config, days: int) -> list[Incident]:
    now = SystemClock().now()
    return await _read(config, lambda ledger: stats.lately(ledger, now=now, days=days, seen=everything))


async def _read(config: Config, look: Callable[[Ledger], T]) -> T:
    async with open_store(config.section("store", StoreSettings)) as store:
        return await store.read(look)
