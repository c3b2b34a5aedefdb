"""The house is turned to observe while incidents are open: nothing more leaves it, and the record says what would have."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tocsin import config
from tocsin.app.build import House, open_house
from tocsin.app.once import open_incident
from tocsin.app.settings import Settings
from tocsin.connectors.memory_pager import MemoryPager
from tocsin.connectors.system import PretendClock, SystemClock
from tocsin.guard.policy import may_leave
from tocsin.model.incident import Incident
from tocsin.response import respond
from tocsin.stages.deliver import Deliveries, pager_couriers
from tocsin.walk import OneGo

SEV2 = "Checkout is down for 20% of users in production. Service: checkout. No workaround."
SEV3 = "Disk of db-1 is 97% full in production. Service: ledger."


class Evening:
    """One store through an evening on which the configuration changes; calls and channels are what reached the pager."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.pager = folder, PretendClock(SystemClock().now()), MemoryPager()

    def settings(self, mode: str) -> Settings:
        """As shipped, with a chat that SEV3 is told in."""
        own = {
            "store": {"url": f"sqlite:///{self.folder / 't.db'}"},
            "policy": {"mode": mode},
            "pagers": {"apprise": {"urls": [{"env": "CHAT"}]}},
            "oncall": {"rotas": [{"name": "primary", "people": ["ada@example.com"]}]},
        }
        return Settings.read(config.Config(config.merged(own), {"CHAT": "json://localhost"}, "tocsin.yaml"))

    async def opens(self, mode: str, text: str) -> str:
        """An incident, walked as far as it goes without waiting; its letters lie in the outbox."""
        async with open_house(self.settings(mode), clock=self.clock) as house:
            desk = replace(house.desk, clock=self.clock)
            incident_id = await open_incident(house, desk, text.encode(), "auto")
            await respond(incident_id, OneGo(), desk)
            return incident_id

    async def goes_on(self, mode: str, incident_id: str, minutes: float) -> Incident:
        """Time passes, the postman comes, the walk looks again."""
        self.clock.leap(minutes * 60)
        async with open_house(self.settings(mode), clock=self.clock) as house:
            await self._postman(house)
            await respond(incident_id, OneGo(), house.desk)
            await self._postman(house)
            return await house.desk.incident(incident_id)

    async def _postman(self, house: House) -> None:
        law = house.means.current
        couriers = pager_couriers({"memory": self.pager})
        deliveries = Deliveries(
            house.desk.store,
            couriers,
            lambda: self.clock.now() + timedelta(seconds=1),
            may_leave=lambda incident, kind: may_leave(incident, law, kind),
        )
        while await deliveries.round():
            await deliveries.finish()


@pytest.mark.parametrize(("text", "what"), [(SEV2, "a page"), (SEV3, "a channel")])
def test_a_letter_that_still_waits_when_the_house_turns_to_observe_never_leaves(tmp_path: Path, text: str, what: str):
    async def told() -> None:
        evening = Evening(tmp_path)
        incident_id = await evening.opens("act", text)
        incident = await evening.goes_on("observe", incident_id, 0)
        assert evening.pager.calls == []
        assert any(one.startswith(f"deliver {what}: ") for one in incident.would_have_done)
        again = await evening.goes_on("act", incident_id, 1)
        assert again.would_have_done[: len(incident.would_have_done)] == incident.would_have_done

    asyncio.run(told())


def test_after_a_turn_to_observe_the_next_level_is_only_written_down(tmp_path: Path):
    async def told() -> None:
        evening = Evening(tmp_path)
        incident_id = await evening.opens("propose", SEV2)
        await evening.goes_on("propose", incident_id, 0)
        assert [call[0] for call in evening.pager.calls] == ["page"]
        incident = await evening.goes_on("observe", incident_id, 6)
        assert [call[0] for call in evening.pager.calls] == ["page"]
        assert incident.pages[-1].observed
        assert any(one.startswith("page oncall:all") for one in incident.would_have_done)

    asyncio.run(told())


def test_an_incident_that_opened_in_observe_stays_silent_when_the_house_is_turned_to_act(tmp_path: Path):
    async def told() -> None:
        evening = Evening(tmp_path)
        incident_id = await evening.opens("observe", SEV2)
        incident = await evening.goes_on("act", incident_id, 6)
        assert evening.pager.calls == []
        assert all(page.observed for page in incident.pages)
        assert all(one.state != "running" for one in incident.actions)

    asyncio.run(told())
