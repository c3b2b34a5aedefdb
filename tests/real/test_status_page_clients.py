"""Other people's client for status pages, from npm, reads ours as `tocsin serve --only status` shows it.

It is installed for the test into a folder of its own; where it cannot be had, the test skips.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.servers import free_port, listening, wait_until
from tests.status_house import NOW, StatusHouse

from tocsin.model.event import Body
from tocsin.ports import Ledger
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

CLIENT = "statuspage.io@3.3.8"
ASK = """
const { Statuspage } = require('statuspage.io');
const page = new Statuspage('ours');
page.setApiUrl(process.argv[2]);
const api = page.api;
(async () => console.log(JSON.stringify({
  summary: await api.getSummary(),
  status: await api.getStatus(),
  components: await api.getComponents(),
  incidents: await api.incidents.getAll(),
  unresolved: await api.incidents.getUnresolved(),
  windows: await api.scheduledMaintenances.getAll(),
  upcoming: await api.scheduledMaintenances.getUpcoming(),
})))();
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page alone, as the command serves it, over a store with a night in it."""
    folder = tmp_path_factory.mktemp("page")
    url = f"sqlite:///{folder / 't.db'}"
    asyncio.run(_fill(url))
    port = free_port()
    listen = {"host": "127.0.0.1", "port": port}
    services = [{"name": one.lower(), "public_name": one} for one in ("Payments", "Checkout", "Search", "Reports")]
    config = {"store": {"url": url}, "statuspage": {"listen": listen}, "catalogue": {"services": services}}
    (folder / "tocsin.yaml").write_text(json.dumps(config))
    command = [
        sys.executable,
        "-c",
        "from tocsin.cli import main; main()",
        "serve",
        "--only",
        "status",
        "--config",
        str(folder / "tocsin.yaml"),
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: listening(port), "the status page", 120)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(120)


async def _fill(url: str) -> None:
    """The night of the other tests, as true events in a true store."""
    happened = await asyncio.to_thread(_night)
    since = datetime.now(UTC) - NOW
    async with open_store(StoreSettings(url=url)) as store:
        for incident, body, at, actor in happened:
            await store.write(partial(_append, incident, body, at + since, actor))


def _append(incident: str, body: Body, at: datetime, actor: str, ledger: Ledger) -> None:
    ledger.timeline.append(incident, body, actor=actor, at=at)


def _night() -> list[tuple[str, Body, datetime, str]]:
    house = StatusHouse()
    house.a_night()
    return house.happened


def run(command: list[str], folder: Path, *, seconds: float = 600, offline: str = "") -> str:
    """What it prints. Skips when an installation fails: the client cannot be had here."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds, env=_quiet())
    if done.returncode and offline:
        pytest.skip(offline)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _quiet() -> dict[str, str]:
    """Nobody's proxy stands between a client and a page on this machine."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"NO_PROXY": "127.0.0.1"}


def test_an_npm_client_reads_every_document(address: str, tmp_path: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        pytest.skip("npm is not installed (Debian package npm)")
    run(
        [npm, "install", "--no-audit", "--no-fund", "--silent", CLIENT],
        tmp_path,
        offline=f"{CLIENT} cannot be installed",
    )
    (tmp_path / "ask.js").write_text(ASK)
    found: dict[str, Any] = json.loads(run([node, "ask.js", address], tmp_path))
    assert found["summary"]["status"] == found["status"]["status"]
    assert found["status"]["status"]["description"] == "Partial System Outage"
    assert [one["name"] for one in found["components"]["components"]] == ["Payments", "Checkout", "Search", "Reports"]
    assert [one["name"] for one in found["unresolved"]["incidents"]] == ["Issue with Payments and Checkout"]
    assert [one["status"] for one in found["incidents"]["incidents"]] == ["identified", "resolved"]
    assert found["windows"]["scheduled_maintenances"] == found["upcoming"]["scheduled_maintenances"] == []
