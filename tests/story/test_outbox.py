"""What has not arrived is seen by whoever looks, on every screen, and a person can have it tried again."""

import asyncio
import json
from datetime import timedelta

import pytest
from tests.face_house import TOKEN
from tests.story.test_people_at_work import Office
from typer.testing import CliRunner

from tocsin.cli import cli
from tocsin.connectors.memory_channel import MemoryChannel
from tocsin.ports import Message, Parcel, Purpose, message_payload
from tocsin.stages.deliver import deliver, message_courier
from tocsin.stages.deliver.patience import TRIES
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store


def parcel(office, incident, number=1):
    message = Message(f"{incident}:slack:{number}", incident, Purpose.UPDATE, "channel", "UPDATE", "it is the pool")
    now = office.hands.now()
    made = Parcel(message.key, incident, "message", message_payload("slack", message))
    asyncio.run(office.rooms.store.write(lambda ledger: ledger.outbox.put(made)))
    return made.key, now


def work(office, channel, rounds=1):
    async def run():
        couriers = {"message": message_courier({"slack": channel}, office.rooms.store)}
        for _ in range(rounds):
            await deliver(office.rooms.store, couriers, office.hands.now())
            office.hands.time += timedelta(hours=2)

    asyncio.run(run())


def test_a_message_that_fails_is_on_the_timeline_in_health_in_metrics_and_in_the_list():
    office = Office(token=TOKEN)
    incident = office.declared()
    key, _ = parcel(office, incident)
    work(office, MemoryChannel("slack", failing=1))
    assert "an update to slack could not be delivered" in office.events(incident)[-1].body.text
    assert office.get("/healthz").json()["outbox"] is None
    (said,) = office.get("/healthz", **office.eve).json()["outbox"].items()
    assert said[0] == "message:slack"
    assert said[1].startswith("1 failed since ")
    metrics = office.get("/metrics", **office.eve).text
    assert 'tocsin_outbox_parcels{receiver="message:slack",status="failed"} 1.0' in metrics
    (listed,) = office.get("/api/outbox", **office.eve).json()["parcels"]
    assert (listed["key"], listed["incident"], listed["error"]) == (key, incident, "slack did not answer.")
    assert "the pool" not in json.dumps(listed)
    assert office.get("/api/outbox?incident=INC-none", **office.eve).json()["parcels"] == []


def test_what_was_given_up_stays_visible_and_a_person_has_it_tried_again():
    office = Office(token=TOKEN)
    incident = office.declared()
    key, _ = parcel(office, incident)
    channel = MemoryChannel("slack", failing=TRIES)
    work(office, channel, TRIES)
    (listed,) = office.get("/api/outbox", **office.eve).json()["parcels"]
    assert (listed["status"], listed["attempts"]) == ("given_up", TRIES)
    retry = f"/api/incidents/{incident}/outbox/retry"
    assert office.post(retry, {"key": key}, **office.eve).status_code == 403
    assert office.post(retry, {"key": "another"}, **office.bob).status_code == 409
    (event,) = office.post(retry, {"key": key}, **office.bob).json()["events"]
    assert (event["actor"], event["body"]["keys"]) == ("person:bob@example.com", [key])
    work(office, channel)
    assert [one.text for one in channel.sent] == ["it is the pool"]
    assert office.get("/api/outbox", **office.eve).json()["parcels"] == []
    assert office.post(retry, {}, **office.bob).status_code == 409
    assert "tocsin_outbox_parcels{" not in office.get("/metrics", **office.eve).text


@pytest.fixture
def local(tmp_path, monkeypatch):
    """A local store with one incident whose message has failed."""
    monkeypatch.chdir(tmp_path)
    for name in ("TOCSIN_URL", "TOCSIN_TOKEN", "TOCSIN_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    told = CliRunner().invoke(cli, ["declare", "Checkout is down", "--json"])
    incident = json.loads(told.stdout)["incident"]

    async def fail():
        async with open_store(StoreSettings(url="sqlite:///tocsin.db")) as store:
            made = Parcel("k1", incident, "message", {"channel": "slack", "purpose": "update"}, status="given_up")
            await store.write(lambda ledger: ledger.outbox.put(made))
            await store.write(lambda ledger: ledger.outbox.update(Parcel(**{**as_dict(made), "attempts": 5})))

    asyncio.run(fail())
    return incident


def as_dict(parcel):
    return {name: getattr(parcel, name) for name in Parcel.__slots__}


def test_the_command_line_lists_and_retries_on_the_local_store(local):
    listed = CliRunner().invoke(cli, ["outbox", "list", local])
    assert "message:slack" in listed.stdout
    assert "given up after 5 tries" in listed.stdout
    tried = CliRunner().invoke(cli, ["outbox", "retry", local, "k1"])
    assert "tried again to deliver k1  [person:" in tried.stdout
    (one,) = json.loads(CliRunner().invoke(cli, ["outbox", "list", "--json"]).stdout)
    assert (one["status"], one["attempts"]) == ("waiting", 0)
