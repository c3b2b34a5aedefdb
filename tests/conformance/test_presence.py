"""Who is alive: a name of one's own on every database, and a sign that dies with its process."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servers import Missing, database, postgres, wait_until

from tocsin.errors import StoreError
from tocsin.store.presence import appear
from tocsin.store.settings import StoreSettings

HOLDER = """
import sys, time
from tocsin.store.presence import appear
from tocsin.store.settings import StoreSettings
presence = appear(StoreSettings(url=sys.argv[1]), "ada")
print(presence.name, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with postgres() as url:
            yield url
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def shared(server: str) -> Iterator[StoreSettings]:
    with database(server) as url:
        yield StoreSettings(url=url)


@pytest.fixture
def alone(tmp_path: Path) -> StoreSettings:
    return StoreSettings(url=f"sqlite:///{tmp_path / 't.db'}")


def held_by_another(settings: StoreSettings) -> "subprocess.Popen[bytes]":
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, settings.url], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == b"ada"
    return holder


def killed(holder: "subprocess.Popen[bytes]") -> None:
    holder.send_signal(signal.SIGKILL)
    holder.communicate()


def test_workers_of_one_name_get_names_of_their_own_the_lowest_that_is_free(shared: StoreSettings):
    first, second = appear(shared, "ada"), appear(shared, "ada")
    try:
        assert [first.name, second.name] == ["ada", "ada-2"]
        assert first.living(["ada", "ada-2", "bob"]) == {"ada", "ada-2"}
        first.close()
        again = appear(shared, "ada")
        assert again.name == "ada"
        again.close()
    finally:
        second.close()


def test_a_killed_worker_is_seen_dead_within_a_second(shared: StoreSettings):
    holder, peer = held_by_another(shared), appear(shared, "bob")
    try:
        assert peer.living(["ada", "bob"]) == {"ada", "bob"}
        killed(holder)
        wait_until(lambda: peer.living(["ada", "bob"]) == {"bob"}, "the death of a worker")
    finally:
        peer.close()


def test_sqlite_takes_one_worker_and_the_next_one_after_it_was_killed(alone: StoreSettings):
    holder = held_by_another(alone)
    with pytest.raises(StoreError, match="takes one only"):
        appear(alone, "bob")
    killed(holder)
    next_one = appear(alone, "bob")
    assert next_one.living(["ada", "bob"]) == {"bob"}
    next_one.close()
