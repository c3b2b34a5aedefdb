"""The public side on every store alike: one key for all, one subscriber for each address, windows in their order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.conformance.test_store_callers import AWKWARD, NOW, Scenario, run, server  # noqa: F401 - the fixtures

from tocsin.errors import StoreError
from tocsin.model.maintenance import Deed, Maintenance
from tocsin.model.subscriber import Subscriber, Via
from tocsin.ports import Key, Ledger, Store

Run = Callable[[Scenario], Any]


def subscriber(number: int, address: str = "ada@example.com", via: Via = Via.EMAIL, *components: str) -> Subscriber:
    return Subscriber(id=f"SUB-{number}", via=via, address=address, components=components, confirmed_at=NOW)


def window(number: int, hours: float = 0, **fields: Any) -> Maintenance:
    start = NOW + timedelta(hours=hours)
    made = {
        "id": f"MNT-{number}",
        "title": AWKWARD,
        "text": AWKWARD,
        "starts_at": start,
        "ends_at": start + timedelta(hours=1),
    }
    return Maintenance.model_validate({**made, **fields})


def test_the_first_key_of_a_name_is_everybodys(run: Run) -> None:  # noqa: F811
    async def scenario(store: Store) -> None:
        first, second = (Key(name="statuspage", secret=text, made_at=NOW) for text in ("one", "two"))
        assert await store.read(lambda ledger: ledger.keys.get("statuspage")) is None
        assert await store.write(lambda ledger: ledger.keys.put(first)) == first
        assert await store.write(lambda ledger: ledger.keys.put(second)) == first
        assert await store.read(lambda ledger: ledger.keys.get("statuspage")) == first

    run(scenario)


def test_an_address_is_kept_once_and_what_it_wants_to_hear_can_change(run: Run) -> None:  # noqa: F811
    async def scenario(store: Store) -> None:
        def work(ledger: Ledger) -> tuple[bool, bool, bool]:
            one = ledger.subscribers.put(subscriber(1, AWKWARD))
            again = ledger.subscribers.put(subscriber(2, AWKWARD, Via.EMAIL, "Payments"))
            other = ledger.subscribers.put(subscriber(3, AWKWARD, Via.WEBHOOK))
            return one, again, other

        assert await store.write(work) == (True, False, True)
        found = await store.read(lambda ledger: ledger.subscribers.find(Via.EMAIL, AWKWARD))
        assert (found.id, found.components) == ("SUB-1", ("Payments",))
        assert await store.read(lambda ledger: ledger.subscribers.get("SUB-2")) is None
        assert await store.read(lambda ledger: ledger.subscribers.find(Via.EMAIL, "nobody")) is None

    run(scenario)


def test_many_are_read_page_by_page_and_a_removed_one_is_forgotten(run: Run) -> None:  # noqa: F811
    async def scenario(store: Store) -> None:
        def work(ledger: Ledger) -> None:
            for number in range(1, 8):
                ledger.subscribers.put(subscriber(number, f"p{number}@example.com"))

        await store.write(work)
        first = await store.read(lambda ledger: ledger.subscribers.page(limit=5))
        rest = await store.read(lambda ledger: ledger.subscribers.page(after=first[-1].id, limit=5))
        assert [one.id for one in (*first, *rest)] == [f"SUB-{number}" for number in range(1, 8)]
        assert await store.write(lambda ledger: ledger.subscribers.remove("SUB-3"))
        assert not await store.write(lambda ledger: ledger.subscribers.remove("SUB-3"))
        assert await store.read(lambda ledger: ledger.subscribers.find(Via.EMAIL, "p3@example.com")) is None

    run(scenario)


def test_windows_come_in_the_order_in_which_they_begin_and_are_replaced_whole(run: Run) -> None:  # noqa: F811
    async def scenario(store: Store) -> None:
        def work(ledger: Ledger) -> None:
            for one in (window(1, 5), window(2, 1), window(3, 1)):
                ledger.maintenances.put(one)

        await store.write(work)
        done = window(1, 5, approved_at=NOW, deeds=(Deed(at=NOW, by="person:ada", what=AWKWARD),))
        await store.write(lambda ledger: ledger.maintenances.put(done))
        assert [one.id for one in await store.read(lambda ledger: ledger.maintenances.all())] == [
            "MNT-2",
            "MNT-3",
            "MNT-1",
        ]
        assert await store.read(lambda ledger: ledger.maintenances.get("MNT-1")) == done
        assert await store.read(lambda ledger: ledger.maintenances.get("MNT-9")) is None

    run(scenario)


@pytest.mark.parametrize("writing", ["keys", "subscribers", "maintenances"])
def test_a_read_that_tries_to_write_hears_of_it(run: Run, writing: str) -> None:  # noqa: F811
    made = {"keys": Key(name="k", secret="s", made_at=NOW), "subscribers": subscriber(1), "maintenances": window(1)}

    async def scenario(store: Store) -> None:
        with pytest.raises(StoreError):
            await store.read(lambda ledger: getattr(ledger, writing).put(made[writing]))

    run(scenario)
