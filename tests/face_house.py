"""The face over the store in memory, with a source, a clock and an outside world of its own: what the tests of the face share."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from itertools import count
from typing import Any

import httpx

from tocsin.errors import Unauthentic, Unreadable
from tocsin.model.alert import Alert, AlertStatus, Delivery
from tocsin.model.catalogue import Catalogue
from tocsin.stages.intake import IntakeRules
from tocsin.stages.watch import Pulses, WatchSettings
from tocsin.store.memory import MemoryStore
from tocsin.web.face import create
from tocsin.web.rooms import Rooms
from tocsin.web.rounds import Rounds
from tocsin.web.settings import ServeSettings
from tocsin.web.statuspage import Board, StatusPageSettings
from tocsin.web.statuspage.forms import Counter
from tocsin.web.statuspage.kiosk import Kiosk

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOKEN = "a-token-of-the-api-for-tests"
RULES = IntakeRules.model_validate(
    {
        "correlation": [{"rule": "same_service", "within_minutes": 60}],
        "watched": {"severities": ["info"], "heartbeats": [["alertname=Watchdog"]]},
    }
)


class Hands:
    """A clock that the test moves, and names that count."""

    def __init__(self) -> None:
        self.time = START
        self._next = count(1)

    def now(self) -> datetime:
        return self.time

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._next):06}"


def parse(delivery: Delivery, source: str) -> Sequence[Alert]:
    """A source of our own: a list of {name, service, status}; `auto` reads the source from the body."""
    try:
        items = json.loads(delivery.body)
        return [
            Alert(
                source=one.get("source", "signed") if source == "auto" else source,
                fingerprint=one["name"],
                title=one["name"],
                service=one.get("service", ""),
                status=AlertStatus(one.get("status", "firing")),
                starts_at=START,
                received_at=delivery.received_at,
                delivery_id=delivery.id,
                labels={"alertname": one["name"]},
            )
            for one in items
        ]
    except (ValueError, AttributeError, TypeError) as mistake:
        raise Unreadable("This is no list of alerts.", "Send one.") from mistake


async def authenticate(source: str, body: bytes, headers: Mapping[str, str], *, token: str, now: datetime) -> bool:
    """Only the source `signed` has a secret."""
    if source != "signed":
        return False
    shown = token or headers.get("x-proof-signature", "")
    if not compare_digest(shown.encode(), b"proof"):
        raise Unauthentic("The sender did not prove itself.", "Send the secret.")
    return True


class House:
    """An application with its rooms, and what its response was asked to do."""

    def __init__(
        self, *, token: str = "", watch: Mapping[str, Any] | None = None, kiosk: bool = False, **serve: Any
    ) -> None:
        self.hands = Hands()
        self.responded: list[str] = []
        self.called: list[str] = []
        self.answers: dict[str, bytes | Exception] = {}
        self.rooms = Rooms(
            store=MemoryStore(),
            clock=self.hands,
            names=self.hands,
            rules=RULES,
            catalogue=Catalogue(),
            parse=parse,
            authenticate=authenticate,
            respond=self.responded.append,
            report=self._report,
            settings=ServeSettings.model_validate(serve),
            pulses=Pulses(START),
            token=token,
            watch=WatchSettings.model_validate(watch or {}),
            dead_man_url="https://example.test/ping",
            fetch=self._fetch,
            background=False,
        )
        if kiosk:
            board = Board(self.rooms.store, self.hands, self.rooms.catalogue, StatusPageSettings())
            self.rooms.status = Counter(Kiosk(board), self.rooms.store, self.hands, self.hands, self.rooms.catalogue)
        self.app = create(self.rooms)

    async def _report(self, incident_id: str) -> Mapping[str, Any]:
        return {"incidentId": incident_id}

    async def _fetch(self, url: str) -> bytes:
        self.called.append(url)
        answer = self.answers.get(url, b"[]")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def talk(self, say: Callable[[httpx.AsyncClient], Awaitable[Any]], **headers: str) -> Any:
        async def session() -> Any:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:8080", headers=headers
            ) as client:
                return await say(client)

        return asyncio.run(session())

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content-type": "application/json"} | headers
        answer = self.talk(lambda client: client.post(path, content=content), **sent)
        assert isinstance(answer, httpx.Response)
        return answer

    def get(self, path: str, **headers: str) -> httpx.Response:
        answer = self.talk(lambda client: client.get(path), **headers)
        assert isinstance(answer, httpx.Response)
        return answer

    def tick(self, minutes: float = 0) -> None:
        self.hands.time += timedelta(minutes=minutes)
        asyncio.run(self.rounds.tick(self.hands.time))

    @property
    def rounds(self) -> Rounds:
        if not hasattr(self, "_rounds"):
            self._rounds = Rounds(self.rooms)
        return self._rounds


SLOW = [{"name": "slow", "service": "shop"}]
