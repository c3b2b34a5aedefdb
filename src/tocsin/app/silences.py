"""Silences of the local store: listed, added, ended by the local operator. Called by the command line."""

from pathlib import Path

from tocsin import config as configuration
from tocsin.connectors.system import RandomNames, SystemClock
from tocsin.errors import NotFound
from tocsin.model.change import Silence
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store
from tocsin.web.shapes import NewSilence, Silences

ConfigPath = str | Path | None


async def listed(config_path: ConfigPath) -> Silences:
    """All of them, over ones too."""
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        return Silences(silences=await store.read(lambda ledger: ledger.silences.all()))


async def add(config_path: ConfigPath, wanted: NewSilence) -> Silence:
    """A new one. Raises DataError when it would end before it starts."""
    clock = SystemClock()
    silence = wanted.silence(RandomNames(clock).new("SIL"), clock.now(), LOCAL_OPERATOR.id)
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        await store.write(lambda ledger: ledger.silences.put(silence))
    return silence


async def remove(config_path: ConfigPath, silence_id: str) -> None:
    """Ends one now. Raises NotFound."""
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        if not await store.write(lambda ledger: ledger.silences.remove(silence_id)):
            raise NotFound(f"there is no silence {silence_id[:80]!r}.", "List them with `tocsin silence list`.")
