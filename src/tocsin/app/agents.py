"""Remote agents at this machine: let in, listed, asked, accepted anew, let go, on the local store. Called by the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tocsin import config as configuration
from tocsin.app.build import open_house
from tocsin.app.settings import Settings
from tocsin.guard.attempt import Attempt
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.ports import Ledger
from tocsin.stages.enlisting import Enlist, Enlisted, Office, enlisted
from tocsin.store.sql import open_store

ConfigPath = str | Path | None


async def listed(config_path: ConfigPath) -> list[Enlisted]:
    """Everyone, by name."""
    async with open_store(Settings.read(configuration.load(config_path)).store) as store:
        return await store.read(enlisted)


async def register(config_path: ConfigPath, asked: Enlist) -> Enlisted:
    """Raises DataError for its address, SourceError for its card."""
    async with _office(config_path) as office:
        return await office.enlist(asked)


async def accept(config_path: ConfigPath, name: str) -> Enlisted:
    """Raises NotFound, SourceError."""
    async with _office(config_path) as office:
        return await office.accept(name)


async def let_go(config_path: ConfigPath, name: str) -> None:
    """Raises NotFound."""
    async with _office(config_path) as office:
        await office.let_go(name)


async def check(config_path: ConfigPath) -> list[Enlisted]:
    """Everyone, asked just now."""
    async with _office(config_path) as office:
        return await office.check()


@asynccontextmanager
async def _office(config_path: ConfigPath) -> AsyncIterator[Office]:
    async with open_house(Settings.read(configuration.load(config_path))) as house:
        desk = house.desk

        def attempt(ledger: Ledger) -> Attempt:
            return Attempt(ledger, LOCAL_OPERATOR, desk.clock.now(), desk.names, house.settings.people)

        yield Office(house.roster, LOCAL_OPERATOR, attempt)
