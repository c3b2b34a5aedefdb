"""The status page over a store in memory, with messages as people publish them: what the tests of the page share."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.communication import UpdatePublished
from tocsin.model.event import Body, Declared
from tocsin.model.maintenance import Maintenance
from tocsin.model.update import Audience
from tocsin.ports import Key, Store
from tocsin.store.memory import MemoryStore
from tocsin.web.settings import ServeSettings
from tocsin.web.statuspage import Board, StatusPageSettings
from tocsin.web.statuspage.forms import Counter
from tocsin.web.statuspage.kiosk import Kiosk
from tocsin.web.statuspage.site import create_site

NOW = datetime(2026, 11, 21, 3, 40, tzinfo=UTC)
SHOP = Catalogue(
    services=tuple(
        Service(name=f"{name.lower()}-internal", public_name=name)
        for name in ("Payments", "Checkout", "Search", "Reports")
    )
)
PARTIAL, DEGRADED, MAJOR = "partial_outage", "degraded_performance", "major_outage"


class Clock:
    """Time that the test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


class Numbers:
    """Names that count."""

    def __init__(self) -> None:
        self._next = count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._next):04}"


class StatusHouse:
    """A page of its own, spoken to over HTTP."""

    def __init__(self, store: Store | None = None, **settings: Any) -> None:
        self.clock = Clock()
        self.happened: list[tuple[str, Body, datetime, str]] = []
        self.store = store or MemoryStore()
        named = {"name": "Northwind status", "url": "https://status.example.com", **settings}
        self.kiosk = Kiosk(Board(self.store, self.clock, SHOP, StatusPageSettings.model_validate(named)))
        self.counter = Counter(
            self.kiosk, self.store, self.clock, Numbers(), SHOP, email=True, webhook=True, reports=True
        )
        self.app = create_site(self.counter, ServeSettings())
        key = Key(name="statuspage", secret="ab" * 32, made_at=NOW - timedelta(days=71))
        asyncio.run(self.store.write(lambda ledger: ledger.keys.put(key)))

    def happens(self, incident: str, body: Body, at: datetime = NOW, by: str = "person:ada") -> None:
        """One event on an incident's timeline."""
        self.happened.append((incident, body, at, by))
        asyncio.run(self.store.write(lambda ledger: ledger.timeline.append(incident, body, actor=by, at=at)))

    def declared(self, incident: str, at: datetime = NOW) -> None:
        body = Declared(title="pay-gw-03 on fire", service="payments-internal", reason="an alert", started_at=at)
        self.happens(incident, body, at, "source:alertmanager")

    def publishes(self, incident: str, number: int, status: str, text: str, minutes: float = 0, **fields: Any) -> None:
        """A message to customers, so many minutes from now."""
        made = {
            "update_id": f"U{number}",
            "audience": Audience.EXTERNAL,
            "template": "external",
            "status": status,
            "text": text,
            "digest": "",
            "components": {"Payments": PARTIAL},
            "impact": "major",
        }
        self.happens(incident, UpdatePublished.model_validate({**made, **fields}), NOW + timedelta(minutes=minutes))

    def plans(self, hours: float, **fields: Any) -> Maintenance:
        """An approved window that begins in so many hours and lasts two."""
        made = {
            "id": "MNT-1",
            "title": "Database upgrade",
            "text": "Reports may be up to ten minutes old.",
            "components": ("Reports",),
            "starts_at": NOW + timedelta(hours=hours),
            "ends_at": NOW + timedelta(hours=hours + 2),
            "approved_at": NOW - timedelta(days=1),
        }
        window = Maintenance.model_validate({**made, **fields})
        asyncio.run(self.store.write(lambda ledger: ledger.maintenances.put(window)))
        return window

    def a_night(self) -> None:
        """One incident going on with a correction, one over, one window ahead."""
        self.declared("INC-1", NOW - timedelta(minutes=58))
        both = {"Payments": MAJOR, "Checkout": DEGRADED}
        late = {"next_update_at": NOW + timedelta(minutes=17)}
        text = "[Investigating] Payments\nWe are looking into failing payments.\n\nNext update by: 2026-11-21 03:18 UTC"
        self.publishes("INC-1", 2, "Investigating", text, -52, components=both, impact="critical")
        self.publishes("INC-1", 5, "Identified", "[Identified] Payments\nMost payments fail.", -23, **late)
        self.publishes(
            "INC-1", 7, "Identified", "[Identified] Payments\nSome payments fail.", -17, corrects="U5", **late
        )
        self.declared("INC-2", NOW - timedelta(days=5))
        slow = {"components": {"Search": DEGRADED}, "impact": "minor"}
        self.publishes("INC-2", 2, "Investigating", "[Investigating] Slow search\nSearch is slow.", -7200, **slow)
        self.publishes("INC-2", 4, "Resolved", "[Resolved] Slow search\nSearch is as fast as ever.", -7110, **slow)
        self.plans(90)

    def later(self, **time: float) -> None:
        self.clock.time += timedelta(**time)

    def talk(self, say: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
        async def session() -> Any:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="https://status.example.com") as client:
                return await say(client)

        return asyncio.run(session())

    def get(self, path: str, **headers: str) -> httpx.Response:
        answer = self.talk(lambda client: client.get(path, headers=headers))
        assert isinstance(answer, httpx.Response)
        return answer
