"""The service, its worker and its postman with channels configured: words reach customers only once a person published them."""

import asyncio
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

import httpx
from tests.receivers.benches import WEBHOOK_SECRET
from tests.receivers.faulty import Fault, faulty
from tests.receivers.pagerduty import PagerDutyService
from tests.receivers.statuspage import StatuspageApi
from tests.receivers.teams import TeamsChannel
from tests.receivers.webhook import WebhookReceiver

from tocsin import config
from tocsin.app import service
from tocsin.app.settings import Settings
from tocsin.model.communication import UpdateDelivered
from tocsin.web.face import create

ISSUE = "Checkout is down for 60% of users in production. Service: payments. No workaround."


def settings(folder, page, teams, hook, pagerduty):
    own = {
        "store": {"url": f"sqlite:///{folder / 't.db'}"},
        "durable": {"look_seconds": 0.05},
        "catalogue": {"services": [{"name": "payments", "tier": 0, "revenue": True, "public_name": "Payments"}]},
        "outbound": {"allow_http": True, "allow_networks": ["127.0.0.0/8"], "ports": list(range(1024, 65_536))},
        "oncall": {"rotas": [{"name": "primary", "people": ["ada@example.com"]}]},
        "pagers": {"pagerduty": {"routing_key": {"env": "R"}, "url": pagerduty}},
        "channels": {
            "teams": {"to": {"channel": {"env": "T"}, "internal": {"env": "T"}}},
            "statuspage": {"page": "p1x2", "token": {"env": "K"}, "url": page},
            "webhooks": {"partner": {"url": {"env": "U"}, "secrets": [{"env": "S"}]}},
        },
    }
    environ = {"T": teams, "K": "statuspage-key", "U": hook, "S": WEBHOOK_SECRET, "R": "R" * 32}
    return Settings.read(config.Config(config.merged(own), environ, "test"))


async def until(ready: Callable[[], Any]) -> Any:
    async with asyncio.timeout(300):
        while True:
            found = ready()
            found = await found if isawaitable(found) else found
            if found:
                return found
            await asyncio.sleep(0.1)


def test_words_for_customers_reach_page_and_partner_when_a_person_publishes_them_and_not_before(tmp_path):
    page, teams, hook, calls = StatuspageApi(), TeamsChannel(), WebhookReceiver(WEBHOOK_SECRET), PagerDutyService()

    async def story(chosen, far):
        async with service.open_rooms(chosen) as rooms:
            transport = httpx.ASGITransport(create(rooms))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                told = await client.post("/api/incidents", json={"title": ISSUE, "service": "payments"})
                incident = told.json()["incident"]

                async def draft():
                    shown = (await client.get(f"/api/incidents/{incident}/updates")).json()
                    return next((one for one in shown["drafts"] if one["audience"] == "external"), None)

                async def published():
                    """The newest draft, approved and out; None when a newer one came in between."""
                    if (waiting := await draft()) is None:
                        return None
                    where, shown = f"/api/incidents/{incident}/updates/{waiting['id']}", {"digest": waiting["digest"]}
                    yes = await client.post(f"{where}/approve", json=shown)
                    out = await client.post(f"{where}/publish", json=shown) if yes.status_code == 200 else yes
                    return waiting["text"] if out.status_code == 200 else None

                await until(draft)
                await until(lambda: teams.cards)
                await until(lambda: calls.standing(incident))
                assert far.asked == []
                assert hook.received == 0
                far.next(Fault.ERROR)
                text = await until(published)
                await until(page.shown)
                await until(hook.shown)

                async def places():
                    events = await rooms.store.read(lambda ledger: ledger.timeline.events(incident))
                    found = {one.body.channel for one in events if isinstance(one.body, UpdateDelivered)}
                    return found if {"statuspage", "webhook:partner"} <= found else None

                await until(places)
        return text

    with faulty(page) as far, faulty(teams) as chat, faulty(hook) as partner, faulty(calls) as pagerduty:
        chosen = settings(tmp_path, far.url, chat.url + teams.path, f"{partner.url}/hook", pagerduty.url)
        text = asyncio.run(story(chosen, far))
    (shown,) = page.shown()
    assert text.splitlines()[0] in shown
    assert page.incidents[0]["components"][0]["name"] == "Payments"
    assert len(hook.deliveries) == 1
