"""Many incidents open at one time: what an alert or a look asks of the store does not grow with them. Counted, not timed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tocsin import config
from tocsin.app.settings import Settings
from tocsin.connectors.system import RandomNames, SystemClock
from tocsin.model.alert import Alert, AlertStatus
from tocsin.ports import Ledger, Store
from tocsin.stages.intake import receive
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
CHOSEN = Settings.read(config.Config(config.merged({}), {}, "test"))
NAMES = RandomNames(SystemClock())


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that any database of this process is given meanwhile."""
    given: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        given.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield given
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def alert(number: int) -> Alert:
    """Each of a service and a cluster of its own, so that every rule is asked and none joins them."""
    return Alert(
        source="alertmanager",
        fingerprint=f"{number:x}",
        status=AlertStatus.FIRING,
        title="answers with errors",
        service=f"service-{number}",
        labels={"alertname": "HighErrorRate", "cluster": f"cluster-{number}"},
        starts_at=NOW,
    )


async def opened(store: Store, number: int) -> int:
    """Opens one more; how many statements that took."""
    now = NOW + timedelta(seconds=number)

    def work(ledger: Ledger) -> str:
        return receive(ledger, [alert(number)], CHOSEN.intake, CHOSEN.catalogue, now, NAMES).decisions[0].disposition

    with statements() as given:
        assert await store.write(work) == "opened"
    return len(given)


def test_an_alert_asks_as_little_of_the_store_among_many_open_incidents_as_among_few(tmp_path: Path):
    async def story() -> list[int]:
        async with open_store(StoreSettings(url=f"sqlite:///{tmp_path / 't.db'}")) as store:
            return [await opened(store, number) for number in range(30)]

    asked = asyncio.run(story())
    assert asked[-1] == asked[1]
