"""A SEV1 of three hours through the real house, on a clock that the test moves: what is said, to whom, when, and by whose yes."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from tocsin import config
from tocsin.app import once, service
from tocsin.app.build import open_house
from tocsin.app.settings import Settings
from tocsin.connectors.memory_channel import MemoryChannel
from tocsin.guard import tokens
from tocsin.model.identity import Role
from tocsin.ports import Ledger
from tocsin.response import respond
from tocsin.stages.deliver import deliver, message_courier
from tocsin.walk import OneGo
from tocsin.web.face import create

START = datetime(2026, 11, 21, 3, 4, tzinfo=UTC)
ALERT = b"Complete outage: payment-api is down for all users in production since 03:02 UTC. Service: payment-api."


class Time:
    """A clock that stands still until the test moves it, and names that count."""

    def __init__(self) -> None:
        self.moment, self._next = START, count(1)

    def now(self) -> datetime:
        return self.moment

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._next)}"


class Night:
    """The house with its loop, its outbox and its face, and the people who are up."""

    def __init__(self, mode: str = "propose") -> None:
        self.time, self.mode = Time(), mode
        self.slack, self.statuspage, self.page = (MemoryChannel(name) for name in ("slack", "statuspage", "page"))
        self.people: dict[str, dict[str, str]] = {}
        self.incident = ""

    async def __aenter__(self) -> "Night":
        self._closing = AsyncExitStack()
        own = {
            "store": {"url": "memory:"},
            "policy": {"mode": self.mode},
            "serve": {"token": {"env": "T"}},
            "catalogue": {"services": [{"name": "payment-api", "tier": 0, "revenue": True, "public_name": "Payments"}]},
            "messages": {
                "audiences": {
                    "channel": ["slack"],
                    "internal": ["slack"],
                    "external": ["page", "statuspage"],
                    "executive": ["slack"],
                    "support": ["slack"],
                }
            },
        }
        settings = Settings.read(config.Config(config.merged(own), {"T": "t" * 40}, "test"))
        self.house = await self._closing.enter_async_context(open_house(settings, clock=self.time, names=self.time))
        rooms = service._rooms(self.house)
        self.client = await self._closing.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(create(rooms)), base_url="http://127.0.0.1")
        )
        for name, role in (("ada", Role.COMMANDER), ("ann", Role.COMMUNICATOR), ("cem", Role.COMMUNICATOR)):
            await self._badge(name, role)
        self.incident = await once.open_incident(self.house, self.house.desk, ALERT, "auto")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    async def _badge(self, name: str, role: Role) -> None:
        text, kept = tokens.mint(self.time.new("TOK"), f"{name}@example.com", [role], START, 90)
        await self.house.desk.store.write(lambda ledger: ledger.tokens.put(kept))
        self.people[name] = {"authorization": f"Bearer {text}"}

    async def until(self, minutes: float) -> None:
        """The loop goes on until so many minutes after the beginning; the postman brings what lies there."""
        end = START + timedelta(minutes=minutes)

        def pass_time(seconds: float | None) -> bool:
            step = timedelta(seconds=60 if seconds is None else max(1.0, seconds))
            if self.time.moment + step > end:
                return False
            self.time.moment += step
            return True

        for _ in range(3):  # what is delivered is news, too
            await respond(self.incident, OneGo(pass_time), self.house.desk)
            couriers = {"message": message_courier(self.channels, self.house.desk.store)}
            await deliver(self.house.desk.store, couriers, self.time.moment)
        self.time.moment = end

    @property
    def channels(self) -> dict[str, MemoryChannel]:
        return {one.name: one for one in (self.slack, self.statuspage, self.page)}

    async def says(self, who: str, path: str, **body: Any) -> httpx.Response:
        return await self.client.post(f"/api/incidents/{self.incident}/{path}", json=body, headers=self.people[who])

    async def did(self, who: str, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.says(who, path, **body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refused(self, who: str, path: str, **body: Any) -> dict[str, str]:
        answer = await self.says(who, path, **body)
        assert answer.status_code == 409, answer.text
        return dict(answer.json())

    async def reads(self, path: str, **query: str) -> Any:
        answer = await self.client.get(
            f"/api/incidents/{self.incident}/{path}", params=query, headers=self.people["ann"]
        )
        assert answer.status_code == 200, answer.text
        return answer.text if query.get("format") in ("text", "markdown") else answer.json()

    async def draft(self, audience: str = "external") -> dict[str, Any]:
        found = await self.reads("updates")
        return next(dict(one) for one in reversed(found["drafts"]) if one["audience"] == audience)

    async def out(self, who: str = "ann", audience: str = "external") -> dict[str, Any]:
        """The newest draft, approved as it stands, and published."""
        one = await self.draft(audience)
        await self.did(who, f"updates/{one['id']}/approve", digest=one["digest"])
        await self.did(who, f"updates/{one['id']}/publish")
        return one

    def heard(self, channel: MemoryChannel, *words: str) -> list[str]:
        """The messages of a channel that hold these words, oldest first."""
        return [one.text for one in channel.sent if all(word in one.text for word in words)]

    async def events(self) -> list[Any]:
        def read(ledger: Ledger) -> list[Any]:
            return ledger.timeline.events(self.incident)

        return await self.house.desk.store.read(read)


def test_a_sev1_of_three_hours_is_told_to_everybody_on_time_and_customers_hear_what_people_approved() -> None:
    async def story() -> None:
        async with Night() as night:
            await night.until(2)
            declared = night.heard(night.slack, "INCIDENT DECLARED")
            assert len(declared) == 1
            assert "SEV1" in declared[0]
            assert night.statuspage.sent == []  # customers hear nothing by itself

            await night.did("ada", "roles", seat="commander")
            await night.did("ada", "roles", seat="communications_lead", person="ann@example.com")
            assert (await night.says("ada", "roles", seat="communications_lead")).status_code == 409  # no second hat
            first = await night.out()
            await night.until(6)
            assert night.heard(night.statuspage, "we are") == [first["text"]]
            assert night.heard(night.slack, "Commander: ada@example.com takes over at 03:06 UTC.")

            # The words are ready, then the world changes: they do not go out.
            await night.did("ann", "updates", audiences=["external"])
            ready = await night.draft()
            await night.did("ann", f"updates/{ready['id']}/approve", digest=ready["digest"])
            await night.did("ada", "mitigated", text="traffic moved to the other region")
            stale = await night.refused("ann", f"updates/{ready['id']}/publish")
            assert stale["code"] == "TCS-MSG-STALE"
            assert "traffic moved to the other region" in stale["what"]
            await night.did("ann", "updates", audiences=["external"])
            second = await night.out()
            assert second["status"] == "Monitoring"

            # An override is a named act with a reason, and everybody sees it.
            await night.until(20)
            await night.did("ann", "updates", audiences=["external"])
            draft = await night.draft()
            hasty = f"{draft['text']}\nIt will be over shortly."
            await night.did("ann", f"updates/{draft['id']}/edit", text=hasty)
            draft = await night.draft()
            assert [one["code"] for one in draft["violations"]] == ["ETA"]
            yes = {"digest": draft["digest"]}
            assert (await night.refused("ann", f"updates/{draft['id']}/approve", **yes))["code"] == "TCS-MSG-WORDING"
            reason = {"overridden": ["ETA"], "reason": "the CEO announced it on stage"}
            await night.did("ann", f"updates/{draft['id']}/approve", **yes, **reason)
            await night.did("ann", f"updates/{draft['id']}/publish")
            flags = (await night.reads("document"))["flags"]
            assert [one for one in flags if one["code"] == "wording_override" and "on stage" in one["text"]]

            # It was wrong: corrected, and an older one taken back.
            await night.until(25)
            await night.did("ann", f"updates/{draft['id']}/correct", text="We do not know yet when it will be over.")
            correction = await night.out()
            assert correction["corrects"] == draft["id"]
            await night.did("ann", f"updates/{first['id']}/retract", reason="it named the wrong region")
            await night.until(26)
            assert len(night.heard(night.statuspage, "a correction of our update of 03:24 UTC")) == 1
            assert len(night.heard(night.statuspage, "our update of 03:06 UTC is withdrawn")) == 1
            assert not [one for one in night.statuspage.sent if "wrong region" in one.text]

            # Somebody asks, and is answered from the record.
            answer = await night.did("cem", "any-update", where="#help", to_commander=True)
            told = answer["events"][0]["body"]["answer"]
            assert "Status Monitoring" in told
            assert "Next update by" in told

            # Ann goes home: the handoff is on one page, and the channel hears who has it now.
            await night.did("ann", "tone", text="no cause speculation")
            await night.did("ann", "asks", text="support needs an approved holding line", audience="support")
            await night.until(60)
            handoff = await night.reads("handoff", format="text")
            for part in ("no cause speculation", "ASK-", "Cadence: every 30 min", "our status page"):
                assert part in handoff
            await night.did("ada", "roles", seat="communications_lead", person="cem@example.com")
            await night.until(62)
            assert night.heard(night.slack, "cem@example.com takes over from ann@example.com at 04:04 UTC.")

            # The all-clear reaches everybody, each in their own words.
            await night.until(178)
            await night.did("ada", "all-clear", cause="a full disk", fix="the disk was extended")
            await night.until(181)
            assert night.heard(night.slack, "INCIDENT RESOLVED", "a full disk")
            over = await night.out("cem")
            assert over["status"] == "Resolved"
            await night.until(183)
            assert night.statuspage.sent[-1].purpose == "resolved"

            doc = await night.reads("document")
            sent = [(one["at"][11:16], one["by"]) for one in doc["customer_communications"]]
            assert sent[0] == ("03:06", "person:ann@example.com")
            assert sent[-1][1] == "person:cem@example.com"
            assert doc["customer_communications"][0]["retracted"] == "it named the wrong region"
            summaries = [one for one in night.slack.sent if one.purpose == "summary"]
            assert len({one.known.get("summary", "") for one in summaries} - {""}) == 1  # one message, edited in place

    asyncio.run(story())


def test_in_mode_observe_the_same_night_leaves_nothing_anywhere() -> None:
    async def story() -> None:
        async with Night("observe") as night:
            await night.until(10)
            await night.did("ann", "updates", audiences=["external"])
            await night.out()
            await night.until(45)
            assert [one.sent for one in night.channels.values()] == [[], [], []]
            published = (await night.reads("updates"))["published"]
            assert published
            assert {one["standing"] for one in published} == {"observed"}

    asyncio.run(story())


@pytest.mark.parametrize("who", ["ada"])
def test_the_commander_reviews_nothing_for_customers(who: str) -> None:
    async def story() -> None:
        async with Night() as night:
            await night.until(2)
            await night.did("ann", "updates", audiences=["external"])
            one = await night.draft()
            answer = await night.says(who, f"updates/{one['id']}/approve", digest=one["digest"])
            assert (answer.status_code, answer.json()["code"]) == (403, "TCS-DENIED")

    asyncio.run(story())
