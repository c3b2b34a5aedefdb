"""An incident through the whole service, with Slack beside it from the room that opens to the all-clear."""

import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest
from tests.far_end import far_end

from tocsin import config
from tocsin.app import service
from tocsin.app.settings import Settings
from tocsin.connectors.slack.fake import Member, Workspace, serving
from tocsin.connectors.slack.fake.workspace import BOT_USER
from tocsin.model.acts import Acknowledged, ActionApproved, ActionFinished, Resolved
from tocsin.model.communication import ChatPinned, RoomOpened, UpdateAsked
from tocsin.web.face import create

ROOT = Path(__file__).resolve().parents[2]
ALERT = (ROOT / "examples/snapshots/payments-pool-exhaustion/alert.json").read_bytes()
PATIENCE = 60


class Target:
    """The sick service: an endpoint that resets its pool."""

    def __init__(self):
        self.resets = []

    def answer(self, method, path, _query, _headers, _body):
        if (method, path) == ("POST", "/admin/pool/reset"):
            self.resets.append(path)
            return 200, b'{"released": 480}'
        return 200, json.dumps({"used": 0.04 if self.resets else 1.0}).encode()


def settings(folder, slack_url, target_url):
    own = {
        "store": {"url": f"sqlite:///{folder / 't.db'}"},
        "durable": {"look_seconds": 0.05},
        "policy": {"mode": "act"},
        "executors": {"http": {"endpoints": {"payment-api": {"url": target_url, "health": "/healthz"}}}},
        "catalogue": {"services": [{"name": "payment-api", "resources": {"service": "payment-api"}}]},
        "runbooks": {"folders": [str(ROOT / "examples/demo/runbooks")]},
        "channels": {
            "slack": {
                "token": {"env": "T"},
                "signing_secret": {"env": "S"},
                "url": slack_url,
                "people": {
                    "U0ADA": {
                        "person": "ada@example.com",
                        "roles": ["responder", "approver", "commander"],
                        "every_room": True,
                    }
                },
            }
        },
        "cadence": {"rooms": {"channels": ["slack"]}, "settle_seconds": 1},
    }
    return Settings.read(
        config.Config(config.merged(own), {"T": "xoxb-fake-token", "S": "fake-signing-secret-of-the-app"}, "t")
    )


async def until(what, found):
    """Waits for what is to become true, and gives it back."""
    end = time.monotonic() + PATIENCE
    while not (got := found()):
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.1)
    return got


def words(message):
    parts = [part for block in message.get("blocks", ()) if block["type"] == "rich_text" for part in block["elements"]]
    return "\n".join("".join(e.get("text", "") for e in part["elements"]) for part in parts)


def cards(channel, action):
    """Messages with a button of that act under them."""
    return [
        one
        for one in channel.messages
        for block in one.get("blocks", ())
        if block["type"] == "actions" and any(b["action_id"].startswith(action) for b in block["elements"])
    ]


@pytest.fixture
def workspace():
    workspace = Workspace(now=time.time)
    workspace.users["U0ADA"] = "ada"
    workspace.channel("incidents")
    with serving(workspace) as url:
        workspace.url = url
        yield workspace


def test_from_the_alert_to_the_all_clear_everything_a_team_needs_is_in_slack(workspace, tmp_path):
    target = Target()

    async def story(url):
        async with service.open_rooms(settings(tmp_path, workspace.url, url)) as rooms:
            app = create(rooms)

            async def send(path, body, headers):
                async with httpx.AsyncClient(
                    transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8080"
                ) as client:
                    return await client.post(path, content=body, headers=dict(headers))

            ada = Member(workspace, "U0ADA", "ada", send)
            assert (await send("/hooks/alertmanager", ALERT, {"content-type": "application/json"})).status_code == 200
            return await respond(rooms, ada)

    async def respond(rooms, ada):
        rooms_of = lambda: [one for one in workspace.channels.values() if one.name.startswith("inc-")]  # noqa: E731
        (room,) = await until("a room", rooms_of)
        incidents = workspace.named("incidents")
        await until("the summary pinned in the room", lambda: room.pins)
        await until("the summary in the shared channel", lambda: incidents.messages)

        (card, *_) = await until("a card for the step", lambda: cards(room, "approve_step"))
        assert "POST payment-api/admin/pool/reset" in words(card)
        assert target.resets == []
        await ada.command(room, "ack")
        said = ada.say(room, "payments are failing since the deploy at 03:00")
        ada.pin(room, said["ts"])
        asked = ada.say(room, "any update?")
        assert {one.status_code for one in await ada.tell_events()} == {200}
        await ada.press(room, card, "approve_step")
        await until("the pool reset", lambda: target.resets)
        await until("an answer", lambda: [one for one in room.messages if one.get("thread_ts") == asked["ts"]])

        answer = (await ada.command(room, "mitigated the pool was reset")).json()["text"]
        assert "mitigated" in answer
        await ada.command(room, "resolve the code path leaked connections")
        await until("the last word in the room", lambda: [one for one in room.messages if "RESOLVED" in words(one)])
        pinned = next(one for one in room.messages if one["ts"] == room.pins[0])
        await until("the summary edited in place", lambda: pinned.get("edited"))
        (incident,) = await rooms.store.read(lambda ledger: ledger.incidents.recent())
        events = await rooms.store.read(lambda ledger: ledger.timeline.events(incident.id))
        return room, incident, [(one.actor, one.body) for one in events]

    with far_end(target.answer) as url:
        room, incident, events = asyncio.run(story(url))
    kinds = {type(body): (actor, body) for actor, body in events}
    assert room.name == kinds[RoomOpened][1].name
    assert room.name.startswith(f"inc-{incident.declared_at:%Y%m%d}-")
    assert room.members == {BOT_USER, "U0ADA"}
    assert incident.id in room.topic
    assert target.resets == ["/admin/pool/reset"]
    assert kinds[ActionFinished][1].outcome.ok
    assert {kinds[one][0] for one in (Acknowledged, ActionApproved, ChatPinned, UpdateAsked, Resolved)} == {
        "person:ada@example.com"
    }
    assert cards(room, "approve_step") == []
