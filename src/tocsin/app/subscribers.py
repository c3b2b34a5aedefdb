"""Who subscribed to the status page, in the local store. Called by the command line."""

from pathlib import Path

from tocsin import config as configuration
from tocsin.errors import NotFound
from tocsin.model.subscriber import Subscriber, Via
from tocsin.ports import Ledger
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

ConfigPath = str | Path | None


async def listed(config_path: ConfigPath) -> list[Subscriber]:
    """Everybody, by id."""
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        return await store.read(_all)


async def removed(config_path: ConfigPath, who: str) -> Subscriber:
    """Forgets one, named by id, mailbox or webhook. Raises NotFound."""

    def work(ledger: Ledger) -> Subscriber:
        found = ledger.subscribers.get(who) or next(
            (one for via in Via if (one := ledger.subscribers.find(via, who.strip()))), None
        )
        if found is None:
            raise NotFound(f"{who[:80]!r} is not subscribed.", "List them with `tocsin subscribers list`.")
        ledger.subscribers.remove(found.id)
        return found

    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        return await store.write(work)


def _all(ledger: Ledger) -> list[Subscriber]:
    found: list[Subscriber] = []
    while page := ledger.subscribers.page(after=found[-1].id if found else ""):
        found += page
    return found
